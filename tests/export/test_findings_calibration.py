"""The calibration finds what was hidden in drawn logits, and refuses what it cannot fit."""

from __future__ import annotations

import numpy as np
import pytest

from export.errors import ExportError
from export.findings_calibration import Cut, cut_of, scale_and_shift, temperature_of


def grades_drawn_from(logits_NK: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    raised = np.exp(logits_NK - logits_NK.max(axis=1, keepdims=True))
    chances = raised / raised.sum(axis=1, keepdims=True)
    return np.array([rng.choice(logits_NK.shape[1], p=chance) for chance in chances])


def test_logits_that_are_three_times_too_sure_get_the_temperature_three(rng: np.random.Generator):
    true_NK = rng.normal(0, 1.5, (4000, 5))
    grade_N = grades_drawn_from(true_NK, rng)

    assert temperature_of(3.0 * true_NK, grade_N) == pytest.approx(3.0, rel=0.07)


def test_logits_that_tell_nothing_are_refused(rng: np.random.Generator):
    with pytest.raises(ExportError, match="temperature"):
        temperature_of(rng.normal(0, 5, (500, 5)), rng.integers(0, 5, 500))


def test_platt_finds_the_scale_and_shift(rng: np.random.Generator):
    logit_N = rng.normal(0, 2, 6000)
    present_N = rng.random(6000) < 1 / (1 + np.exp(-(0.5 * logit_N - 1.0)))

    scale, shift = scale_and_shift(logit_N, present_N)

    assert scale == pytest.approx(0.5, abs=0.05)
    assert shift == pytest.approx(-1.0, abs=0.1)


def test_a_few_photographs_that_are_told_apart_perfectly_do_not_make_it_sure():
    logit_N = np.array([-2.0, -1.0, 1.0, 2.0])

    scale, shift = scale_and_shift(logit_N, logit_N > 0)

    assert 1 / (1 + np.exp(-(2.0 * scale + shift))) < 0.9


@pytest.mark.parametrize("present", [[True] * 4, [False] * 4, [True, True, False, False]])
def test_one_kind_alone_or_the_wrong_way_round_is_refused(present: list[bool]):
    with pytest.raises(ExportError):
        scale_and_shift(np.array([-2.0, -1.0, 1.0, 2.0]), np.array(present))


def test_the_cut_finds_nine_of_ten_and_lies_between_two_photographs():
    present_N = np.arange(20) >= 10
    # The ten with the finding have 0.50 to 0.95; one of those without it has 0.52.
    probability_N = np.concatenate([np.linspace(0.0, 0.36, 9), [0.52], np.linspace(0.5, 0.95, 10)])

    cut = cut_of(probability_N, present_N)

    assert cut == Cut(
        threshold=pytest.approx((0.55 + 0.52) / 2),
        sensitivity=0.9,
        specificity=1.0,
        present=10,
        absent=10,
    )


def test_a_cut_says_how_it_was_chosen_and_what_it_missed():
    cut = Cut(threshold=0.3, sensitivity=0.921, specificity=0.75, present=38, absent=67)

    rule = cut.rule("40 tuning people of SRAHIM_DR")

    assert "at least 90% of the 38 photographs" in rule
    assert "40 tuning people of SRAHIM_DR" in rule
    assert "92.1%" in rule
    assert "75.0% of the 67 others" in rule


def test_a_cut_needs_photographs_of_both_kinds():
    with pytest.raises(ExportError, match="without the finding"):
        cut_of(np.array([0.1, 0.2]), np.array([True, True]))
