"""Lesions are born, stay where they are, and go as their rules say."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.domain import Eye
from tests.training.drawn.lesions.eyes import anatomy_of, catalogue, of_kind
from training.drawn.eye_state import UM_PER_DD
from training.drawn.lesions.lesion import Lesion, LesionKind
from training.drawn.lesions.places import fibre_direction
from training.drawn.lesions.renewal import LONG_AGO_YEARS
from training.drawn.lesions.table import DIABETIC_RULES

pytestmark = pytest.mark.slow

MONTH = 1 / 12


def by_seed(lesions: list[Lesion], *kinds: LesionKind) -> dict[int, Lesion]:
    return {lesion.seed: lesion for lesion in of_kind(lesions, *kinds)}


def test_a_microaneurysm_within_its_life_is_still_there_a_month_later_at_the_same_place() -> None:
    stayed = total = 0
    for seed in range(20):
        eye = catalogue(seed, rise_per_year=0.05, dr_severity=2.5)
        now = by_seed(eye.at(1.0), LesionKind.MICROANEURYSM)
        then = by_seed(eye.at(1.0 + MONTH), LesionKind.MICROANEURYSM)
        for number in now.keys() & then.keys():
            assert then[number].xy == now[number].xy
            older = min(now[number].age_years + MONTH, LONG_AGO_YEARS)
            assert np.isclose(then[number].age_years, older)
        stayed += len(now.keys() & then.keys())
        total += len(now)

    assert total > 100
    assert stayed > 0.85 * total


def test_about_as_many_microaneurysms_stay_as_were_counted_in_patients() -> None:
    # Hellstedt 1996: 58 % still there after one year and 48 % after two.
    there = np.zeros(3)
    for seed in range(30):
        eye = catalogue(seed, dr_severity=3.0)
        first = set(by_seed(eye.at(0.0), LesionKind.MICROANEURYSM))
        for years in range(3):
            there[years] += len(first & set(by_seed(eye.at(years), LesionKind.MICROANEURYSM)))

    assert abs(there[1] / there[0] - 0.58) < 0.06
    assert abs(there[2] / there[0] - 0.48) < 0.06


def test_haemorrhages_of_last_year_are_gone_and_others_have_come() -> None:
    gone = total = 0
    for seed in range(10):
        eye = catalogue(seed, dr_severity=2.9)
        before, after = (by_seed(eye.at(t), LesionKind.BLOT) for t in (0.0, 1.5))
        gone += len(before.keys() - after.keys())
        total += len(before)
        assert len(after) == len(before)

    assert gone > 0.9 * total


def test_no_lesion_is_older_than_the_disease() -> None:
    eye = catalogue(4, rise_per_year=0.5, dr_severity=1.0)

    oldest = max(x.age_years for x in of_kind(eye.at(2.0), LesionKind.MICROANEURYSM))
    assert 1.4 < oldest <= 2.05


def test_the_same_history_gives_the_same_lesions_in_any_order_of_asking() -> None:
    one, other = (catalogue(9, dr_severity=3.4, drusen_area_dd2=0.1) for _ in range(2))
    forward = [one.at(t) for t in (0.0, 1.0, 2.0)]
    backward = [other.at(t) for t in (2.0, 1.0, 0.0)]

    assert [_plain(x) for x in forward] == [_plain(x) for x in reversed(backward)]


def _plain(lesions: list[Lesion]) -> list[tuple[object, ...]]:
    return [(x.kind, x.xy, x.radius, x.seed, x.age_years, x.strength) for x in lesions]


def test_the_two_eyes_of_a_person_have_lesions_of_their_own() -> None:
    right = catalogue(9, dr_severity=2.5).at(0.0)
    left = catalogue(9, eye=Eye.OS, dr_severity=2.5).at(0.0)

    assert not {x.xy for x in right} & {x.xy for x in left}


def test_flame_haemorrhages_lie_along_the_fibres() -> None:
    for seed in range(12):
        flames = of_kind(catalogue(seed, dr_severity=3.9).at(0.0), LesionKind.FLAME)
        for flame in flames:
            along = fibre_direction(np.array([flame.xy]), anatomy_of(seed))[0]
            assert abs(np.sin(flame.angle_rad - along)) < 1e-3
            assert flame.aspect >= 2


def test_fibres_leave_the_disc_straight_and_arch_over_the_macula() -> None:
    anatomy = anatomy_of(2)
    x, y = anatomy.fovea
    above_disc = fibre_direction(np.array([[0.0, -0.9]]), anatomy)[0]
    over_fovea = fibre_direction(np.array([[x, y - 1.3]]), anatomy)[0]

    assert abs(np.cos(above_disc)) < 0.35
    assert np.sin(above_disc) < 0
    assert np.cos(over_fovea) < -0.85


def test_sizes_stay_within_the_bounds_of_the_table() -> None:
    bounds = {rule.kind: rule.radius_um[2:] for rule in DIABETIC_RULES}
    for seed in range(6):
        for lesion in catalogue(seed, dr_severity=4.9).at(0.0):
            least, most = bounds.get(lesion.kind, (0.0, np.inf))
            assert least - 1e-6 <= lesion.radius * UM_PER_DD <= most + 1e-6


def test_retinopathy_that_gets_better_loses_lesions() -> None:
    eye = catalogue(7, rise_per_year=-0.3, dr_severity=3.6)
    counts = [len(of_kind(eye.at(t), LesionKind.MICROANEURYSM)) for t in (0.0, 4.0, 8.0, 12.0)]

    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 0
