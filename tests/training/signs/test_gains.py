"""What photographs add, by hand: what agrees with true signs, and what ranks people better."""

from __future__ import annotations

import numpy as np
import pytest

from training.signs.gains import agreement, gain

BASE = np.full(4, 0.1)
TRUE = np.array([0.05, 0.1, 0.2, 0.4])


def test_photographs_that_add_what_true_signs_add_agree_wholly() -> None:
    assert agreement(BASE, TRUE, BASE, TRUE) == pytest.approx(1.0)


def test_half_the_effect_agrees_wholly_too() -> None:
    half = BASE * np.sqrt(TRUE / BASE)

    assert agreement(BASE, half, BASE, TRUE) == pytest.approx(1.0)


def test_photographs_that_add_nothing_agree_not_at_all() -> None:
    assert agreement(BASE, BASE, BASE, TRUE) == 0.0


def test_ranking_everybody_right_gains_half_of_a_coin() -> None:
    sure = np.array([0.0, 0.0, 1.0, 1.0])

    assert gain(np.full(4, 0.1), np.array([0.1, 0.2, 0.3, 0.4]), sure) == pytest.approx(0.5)


def test_what_changes_no_rank_gains_nothing() -> None:
    assert gain(TRUE, TRUE**2, TRUE) == pytest.approx(0.0)
