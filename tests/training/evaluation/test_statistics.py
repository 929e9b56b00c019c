"""The statistics, by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

from training.evaluation.statistics import (
    agreement,
    area_of_counts,
    area_under_curve,
    f1_by_cut,
    limits_of_agreement,
    net_benefit,
    quadratic_kappa,
    reliability,
    roc_points,
)


def test_the_area_by_hand_with_a_tie():
    score = np.array([0.1, 0.4, 0.4, 0.8])
    truth = np.array([False, False, True, True])

    # Pairs: (0.4 true, 0.1) 1, (0.4, 0.4) 0.5, (0.8, 0.1) 1, (0.8, 0.4) 1; 3.5 of 4.
    assert area_under_curve(score, truth) == pytest.approx(0.875)


def test_all_scores_alike_are_chance():
    assert area_under_curve(np.full(7, 0.3), np.arange(7) < 3) == 0.5


def test_one_class_alone_has_no_area():
    assert np.isnan(area_under_curve(np.array([0.1, 0.2]), np.array([True, True])))


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_area_is_that_of_scikit_learn(cases: list[tuple[int, bool]]):
    score, truth = np.array([c[0] for c in cases], float), np.array([c[1] for c in cases])
    if truth.all() or not truth.any():
        return

    expected = roc_auc_score(truth, score)

    assert area_under_curve(score, truth) == pytest.approx(expected)
    false, true = roc_points(score, truth)
    assert np.trapezoid(true, false) == pytest.approx(expected)
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)


def test_counts_by_value_give_the_same_area_as_the_values():
    picture = np.array([0, 10, 10, 200, 255, 255])
    truth = np.array([False, False, True, True, True, False])

    counts = (np.bincount(picture[kind], minlength=256) for kind in (truth, ~truth))

    assert area_of_counts(*counts) == pytest.approx(area_under_curve(picture.astype(float), truth))


def test_f1_at_a_cut_is_that_of_scikit_learn(rng: np.random.Generator):
    picture, truth = rng.integers(0, 256, 500), rng.random(500) < 0.3

    curve = f1_by_cut(*(np.bincount(picture[kind], minlength=256) for kind in (truth, ~truth)))

    for cut in (1, 128, 240):
        assert curve[cut] == pytest.approx(f1_score(truth, picture >= cut))


def test_quadratic_kappa_by_hand():
    # Three of four right, the fourth off by two: observed 4 / 4; by chance (rows 2, 1, 1;
    # columns 1, 1, 2) 1 * (2 * 1 + 1 * 1 + 1 * 2 + 1 * 1) / 4 + 4 * (2 * 2 + 1 * 1) / 4 = 6.5.
    truth, said = np.array([0, 0, 1, 2]), np.array([0, 2, 1, 2])

    assert quadratic_kappa(said, truth, 3) == pytest.approx(1 - 4 / 6.5)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=40))
@settings(max_examples=60, deadline=None)
def test_quadratic_kappa_is_that_of_scikit_learn(cases: list[tuple[int, int]]):
    said, truth = (np.array(column) for column in zip(*cases, strict=True))
    if len({*said.tolist(), *truth.tolist()}) < 2:
        assert np.isnan(quadratic_kappa(said, truth, 5))
        return

    expected = cohen_kappa_score(truth, said, weights="quadratic", labels=range(5))

    assert quadratic_kappa(said, truth, 5) == pytest.approx(expected)


def test_the_same_grade_for_everybody_has_no_kappa_worth_having():
    assert quadratic_kappa(np.zeros(4, int), np.array([0, 1, 2, 3]), 5) == pytest.approx(0.0)


def test_the_icc_of_shrout_and_fleiss():
    # Judges 1 and 4 of their example of six subjects; ICC(A,1) from its mean squares, by hand:
    # rows 9.283, columns 14.083, error 1.683: 7.6 / (9.283 + 1.683 + 2 / 6 * 12.4).
    first, fourth = np.array([9.0, 6, 8, 7, 10, 6]), np.array([8.0, 2, 7, 1, 9, 7])
    table = np.stack([first, fourth], axis=1)
    rows = 2 * ((table.mean(1) - table.mean()) ** 2).sum() / 5
    columns = 6 * ((table.mean(0) - table.mean()) ** 2).sum()
    error = (((table - table.mean()) ** 2).sum() - 5 * rows - columns) / 5

    expected = (rows - error) / (rows + error + 2 * (columns - error) / 6)

    assert agreement(first, fourth) == pytest.approx(expected)


def test_agreement_by_hand():
    # Pairs (1, 2), (2, 3), (3, 4): rows 2, columns 1.5, error 0; 2 / (2 + 2 * 1.5 / 3) = 2 / 3.
    assert agreement(np.array([1.0, 2, 3]), np.array([2.0, 3, 4])) == pytest.approx(2 / 3)
    assert agreement(np.array([1.0, 2, 3]), np.array([1.0, 2, 3])) == pytest.approx(1.0)


def test_limits_of_agreement_by_hand():
    limits = limits_of_agreement(np.array([1.0, 2.0, 4.0]), np.array([0.0, 2.0, 2.0]))

    # Differences 1, 0, 2: mean 1, deviation 1.
    assert (limits.bias, limits.low, limits.high) == pytest.approx((1.0, -0.96, 2.96))


def test_bins_of_calibration_hold_equally_many():
    said = np.array([0.1, 0.2, 0.8, 0.9])
    bins = reliability(said, np.array([False, False, True, True]), bins=2)

    assert [(b.said, b.came_true, b.count) for b in bins] == [
        (pytest.approx(0.15), 0.0, 2),
        (pytest.approx(0.85), 1.0, 2),
    ]


def test_net_benefit_by_hand():
    said, truth = np.array([0.9, 0.6, 0.2, 0.1]), np.array([True, False, True, False])

    # From 0.5 on: one hit, one false alarm of four; 1/4 - 1/4 * 0.5 / 0.5 = 0.
    assert net_benefit(said, truth, 0.5) == pytest.approx(0.0)
    assert net_benefit(said, truth, 0.2) == pytest.approx(2 / 4 - 1 / 4 * 0.25)
