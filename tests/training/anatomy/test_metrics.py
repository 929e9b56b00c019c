"""Scores of masks, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.anatomy.metrics import (
    Overlap,
    area_under_roc,
    artery_vein_accuracy,
    best_cut,
    overlap,
)


def test_dice_by_hand():
    said = np.array([[1, 1, 1, 0]], bool)
    truth = np.array([[1, 1, 0, 1]], bool)

    counts = overlap(said, truth, np.ones_like(said))

    assert (counts.hit, counts.false_alarm, counts.missed) == (2, 1, 1)
    assert counts.dice == pytest.approx(2 / 3)


def test_pixels_that_nobody_labelled_do_not_count():
    said = np.array([[1, 1]], bool)
    truth = np.array([[1, 0]], bool)

    assert overlap(said, truth, np.array([[1, 0]], bool)).dice == 1.0


def test_counts_add_up_over_photographs():
    assert (Overlap(1, 0, 1) + Overlap(2, 3, 0)) == Overlap(3, 3, 1)


def test_nothing_said_where_nothing_is_scores_one():
    assert Overlap().dice == 1.0


def test_the_area_under_the_roc_curve_by_hand_with_a_tie():
    score = np.array([0.1, 0.4, 0.4, 0.8])
    truth = np.array([False, False, True, True])

    # Pairs: (0.4 true, 0.1) 1, (0.4, 0.4) 0.5, (0.8, 0.1) 1, (0.8, 0.4) 1; 3.5 of 4.
    assert area_under_roc(score, truth) == pytest.approx(0.875)


def test_the_area_needs_both_classes():
    with pytest.raises(ValueError, match="both"):
        area_under_roc(np.array([0.1, 0.2]), np.array([True, True]))


def test_the_best_cut_separates_what_can_be_separated():
    probability = np.array([0.1, 0.2, 0.3, 0.35, 0.4], np.float32)
    truth = np.array([False, False, False, True, True])

    cut = best_cut(probability, truth, np.linspace(0.1, 0.9, 81, dtype=np.float32))

    assert 0.3 < cut <= 0.35


def test_artery_vein_accuracy_is_balanced_and_says_how_much_it_judged():
    arteriole = np.array([[0.9, 0.9, 0.9, 0.9, 0.1, 0.9]])
    venule = 1.0 - arteriole
    truth_arteriole = np.array([[1, 1, 1, 1, 0, 0]], bool)
    truth_venule = np.array([[0, 0, 0, 0, 1, 1]], bool)
    vessel = np.array([[1, 1, 1, 0, 1, 1]], bool)

    accuracy, share = artery_vein_accuracy(arteriole, venule, vessel, truth_arteriole, truth_venule)

    assert accuracy == pytest.approx((1.0 + 0.5) / 2)
    assert share == pytest.approx(5 / 6)
