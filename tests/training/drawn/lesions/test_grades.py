"""Drawn retinopathy shows the grade that its severity says, counted as graders count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.drawn.lesions.eyes import anatomy_of, catalogue, from_fovea, of_kind
from training.drawn.lesions.grading import has_maculopathy, icdr_grade, quadrants
from training.drawn.lesions.lesion import Cause, Lesion, LesionKind
from training.drawn.lesions.table import DIABETIC_RULES, SEVERE_SIGNS


def dot(kind: LesionKind, x: float, y: float) -> Lesion:
    return Lesion(kind, Cause.RETINOPATHY, (x, y), 0.03, 1.0, 0.0, 1, 0.5, 1.0)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    severity=st.floats(0, 4.999),
    years=st.floats(-5, 15),
    oedema=st.sampled_from([0.0, 0.6]),
)
def test_the_grade_counted_on_the_lesions_is_the_floor_of_the_severity(
    seed: int, severity: float, years: float, oedema: float
) -> None:
    lesions = catalogue(seed, dr_severity=severity, oedema_severity=oedema).at(years)

    assert icdr_grade(lesions, anatomy_of(seed)) == int(severity)


@pytest.mark.slow
@pytest.mark.parametrize("severity", [1.0, 2.0, 3.0, 4.0])
def test_the_grade_changes_where_the_severity_reaches_a_whole_number(severity: float) -> None:
    for seed in range(12):
        before = catalogue(seed, dr_severity=severity - 1e-6).at(0.0)
        after = catalogue(seed, dr_severity=severity).at(0.0)

        grades = icdr_grade(before, anatomy_of(seed)), icdr_grade(after, anatomy_of(seed))
        assert grades == (severity - 1, severity)


def test_the_grade_follows_an_eye_that_gets_worse() -> None:
    eye = catalogue(5, rise_per_year=0.25, dr_severity=0.5)

    for years in np.arange(0, 16, 0.5):
        assert icdr_grade(eye.at(years), anatomy_of(5)) == int(0.5 + 0.25 * years)


def test_twenty_one_haemorrhages_in_each_quadrant_are_severe_and_twenty_are_not() -> None:
    anatomy = anatomy_of(1)
    x, y = anatomy.fovea
    corners = [(x + i, y + j) for i in (-0.5, 0.5) for j in (-0.5, 0.5)]

    def grade(each: int) -> int:
        return icdr_grade([dot(LesionKind.BLOT, *at) for at in corners * each], anatomy)

    assert (grade(20), grade(21)) == (2, 3)


def test_beading_counts_from_two_quadrants_and_irma_from_one() -> None:
    anatomy = anatomy_of(1)
    x, y = anatomy.fovea
    above, below = (x - 0.5, y - 0.5), (x - 0.5, y + 0.5)
    beaded = LesionKind.VENOUS_BEADING

    assert icdr_grade([dot(beaded, *above), dot(beaded, *above)], anatomy) == 2
    assert icdr_grade([dot(beaded, *above), dot(beaded, *below)], anatomy) == 3
    assert icdr_grade([dot(LesionKind.IRMA, *above)], anatomy) == 3


@pytest.mark.slow
def test_severe_eyes_differ_in_the_sign_that_makes_them_so() -> None:
    signs = set()
    for seed in range(40):
        anatomy, lesions = anatomy_of(seed), catalogue(seed, dr_severity=3.0).at(1.0)
        signs |= {x.kind for x in lesions} & {LesionKind.IRMA, LesionKind.VENOUS_BEADING}
        blood = of_kind(lesions, LesionKind.BLOT, LesionKind.FLAME)
        signs |= {LesionKind.BLOT} if min(quadrants(blood, anatomy)) > 20 else set()

    assert signs == set(SEVERE_SIGNS)


def test_no_rule_has_fewer_lesions_where_the_disease_is_worse() -> None:
    for rule in DIABETIC_RULES:
        assert list(rule.counts) == sorted(rule.counts), rule.kind
        assert rule.source


def test_without_the_severe_sign_haemorrhages_never_fill_four_quadrants() -> None:
    most = {rule.kind: rule.most for rule in DIABETIC_RULES}

    assert most[LesionKind.BLOT] + most[LesionKind.FLAME] < 4 * 21


@pytest.mark.slow
def test_exudates_lie_at_the_fovea_only_with_oedema() -> None:
    for seed in range(12):
        anatomy = anatomy_of(seed)
        dry = catalogue(seed, dr_severity=3.5, oedema_severity=0.49).at(2.0)
        wet = catalogue(seed, dr_severity=2.5, oedema_severity=0.5).at(2.0)

        assert all(from_fovea(x, anatomy) > 1 for x in of_kind(dry, LesionKind.HARD_EXUDATE))
        assert (has_maculopathy(dry, anatomy), has_maculopathy(wet, anatomy)) == (False, True)


def test_more_leakage_means_more_exudate_at_the_fovea() -> None:
    counts = [sum(len(_leaked(seed, oedema)) for seed in range(8)) for oedema in (0.5, 0.75, 1.0)]

    assert counts == sorted(set(counts))


def _leaked(seed: int, oedema: float) -> list[Lesion]:
    lesions = catalogue(seed, dr_severity=2.5, oedema_severity=oedema).at(1.0)
    return [x for x in lesions if x.cause is Cause.OEDEMA]


def test_beaded_venules_keep_the_quadrants_that_make_an_eye_severe() -> None:
    anatomy, lesions = anatomy_of(1828), catalogue(1828, dr_severity=3.0).at(0.0)

    assert icdr_grade(lesions, anatomy) == 3
