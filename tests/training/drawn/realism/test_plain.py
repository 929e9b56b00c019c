"""The quick judge, and the intervals of a match."""

from __future__ import annotations

import numpy as np
import pytest

from training.drawn.realism.level import recompressed
from training.drawn.realism.matching import Scored, auc_interval, match_of, pairs
from training.drawn.realism.plain import SignTable, differences, plain_match
from training.drawn.realism.signs import signs_of
from training.drawn.worth.drawn_folder import DRAWN

pytestmark = pytest.mark.slow

NAMES = ("light", "grain")


def a_table(seed: int, light: float = 0.0, number: int = 60) -> SignTable:
    values_NM = np.random.default_rng(seed).normal(0.0, 1.0, (number, 2)) + np.array([light, 0.0])
    persons = tuple(f"{seed}/{k // 2}" for k in range(number))
    return SignTable(values_NM, persons, np.arange(number) < number // 2)


def tables(light: float) -> dict[str, SignTable]:
    return {
        DRAWN: a_table(0, light),
        "a": a_table(1),
        "b": a_table(2),
        "c": a_table(3),
    }


def test_the_same_set_twice_cannot_be_told_apart():
    match = plain_match(tables(light=0.0), DRAWN, "c")

    assert 0.35 < match.auc < 0.65
    assert match.interval_95[0] < 0.5 < match.interval_95[1]


def test_an_obvious_difference_is_seen_and_named():
    of_bright = tables(light=3.0)

    match = plain_match(of_bright, DRAWN, "c")
    worst, other = differences(of_bright, NAMES)

    assert match.auc > 0.95
    assert (match.told_people, match.left_out_people) == (15, 30)
    assert worst.sign == "light"
    assert worst.outside
    assert worst.standardised == pytest.approx(3.0, abs=0.5)
    assert abs(other.auc - 0.5) < 0.15


def test_the_judge_learns_nobody_whom_it_judges():
    of_bright = tables(light=3.0)
    strange = of_bright["c"]
    spoilt = SignTable(strange.values_NM * 1e6, strange.persons, strange.learn_N)

    # What "c" looks like does not move the judge: a set that is left out teaches nothing.
    held = plain_match(of_bright, DRAWN, "b")
    with_c = plain_match({**of_bright, "b": spoilt}, DRAWN, "b")
    assert held.told_photographs == with_c.told_photographs == 30
    assert plain_match({**of_bright, "c": spoilt}, DRAWN, "c").auc > 0.4


def test_real_sets_are_matched_without_the_drawn_ones():
    assert pairs([DRAWN, "a", "b"], only_drawn=True) == [(DRAWN, "a"), (DRAWN, "b")]
    assert pairs([DRAWN, "a", "b"], only_drawn=False)[2:] == [("a", "b"), ("b", "a")]
    without_drawn = {name: t for name, t in tables(9.0).items() if name != DRAWN}
    assert plain_match(tables(9.0), "a", "b") == plain_match(without_drawn, "a", "b")


def test_a_match_of_four_photographs_by_hand():
    ours = Scored(np.array([3.0, 1.0]), ("x", "y"))
    theirs = Scored(np.array([2.0, 0.0]), ("u", "v"))

    assert match_of("drawn", ours, "a", theirs).auc == pytest.approx(0.75)


def test_photographs_of_one_person_widen_the_interval():
    rng = np.random.default_rng(1)
    of_person = np.repeat(rng.normal(0.5, 1.0, 8), 10)
    theirs = Scored(rng.normal(0.0, 1.0, 80), tuple(map(str, range(80))))

    few = auc_interval(Scored(of_person, tuple(str(k // 10) for k in range(80))), theirs)
    many = auc_interval(Scored(of_person, tuple(map(str, range(80)))), theirs)

    assert few[1] - few[0] > 1.5 * (many[1] - many[0])


def test_more_grain_is_more_detail_and_more_noise(rng: np.random.Generator):
    rows, columns = np.ogrid[:96, :96]
    field_HW = np.hypot(rows - 47.5, columns - 47.5) < 46
    flat_HWC = np.full((96, 96, 3), (150, 80, 40), np.float32)
    grain_HWC = rng.normal(0.0, 1.0, flat_HWC.shape)
    fine, coarse = (
        signs_of(
            recompressed(
                np.where(field_HW[..., None], flat_HWC + size * grain_HWC, 0).astype(np.uint8),
                field_HW,
            ),
            field_HW,
        )
        for size in (3.0, 12.0)
    )

    assert set(fine) == set(coarse)
    assert all(np.isfinite(value) for value in [*fine.values(), *coarse.values()])
    assert coarse["green noise"] > fine["green noise"] + 0.7
    assert coarse["green detail 1.4 px"] > fine["green detail 1.4 px"] + 0.7
    assert fine["red median"] == pytest.approx(150 / 255, abs=0.02)
