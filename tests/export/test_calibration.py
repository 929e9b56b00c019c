"""The best cut is found on the pictures as they are judged."""

from __future__ import annotations

import numpy as np
import pytest

from export.calibration import TEMPERATURES, dice_by_cut, losses_by_temperature
from training.anatomy.metrics import overlap


def test_dice_at_every_cut_is_that_of_the_mask_by_hand(rng: np.random.Generator) -> None:
    picture = rng.integers(0, 256, size=(40, 50), dtype=np.uint8)
    truth = rng.random((40, 50)) < 0.3
    judged = rng.random((40, 50)) < 0.8

    curve = dice_by_cut(picture, truth, judged)

    for cut in (1, 77, 128, 255):
        assert curve[cut] == pytest.approx(overlap(picture >= cut, truth, judged).dice, abs=1e-6)


def test_a_picture_that_separates_has_dice_one_between_its_two_values() -> None:
    truth = np.array([[True, False]])

    curve = dice_by_cut(np.array([[200, 50]], np.uint8), truth, np.ones_like(truth))

    assert (curve[51:201] == 1.0).all()
    assert curve[50] < 1.0
    assert curve[201] == 0.0


def test_a_probability_that_is_twice_too_sure_gets_temperature_two(
    rng: np.random.Generator,
) -> None:
    logit = rng.normal(0.0, 1.5, size=40_000)
    truth = rng.random(len(logit)) < 1.0 / (1.0 + np.exp(-logit))
    too_sure = 1.0 / (1.0 + np.exp(-2.0 * logit))

    losses = losses_by_temperature(too_sure.astype(np.float32), truth)

    assert TEMPERATURES[int(np.argmin(losses))] == pytest.approx(2.0, abs=0.11)
