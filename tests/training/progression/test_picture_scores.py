"""Scores of pictures against hand-computed truth and skimage's own."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from training.progression.picture_scores import apart, dice, energy_score, psnr_db, ssim

INSIDE = np.ones((4, 4), bool)


def flat(level: float) -> np.ndarray:
    return np.full((4, 4, 3), level, np.float32)


def test_two_pictures_three_levels_apart_are_three_apart():
    assert apart(flat(5), flat(8), INSIDE) == pytest.approx(3.0)
    assert psnr_db(flat(5), flat(8), INSIDE) == pytest.approx(20 * np.log10(255 / 3))
    assert psnr_db(flat(5), flat(5), INSIDE) == np.inf


def test_the_energy_score_of_one_answer_is_its_distance_and_spread_is_paid_back():
    assert energy_score([flat(2)], flat(0), INSIDE) == pytest.approx(2.0)
    # Distances to the truth 1 and 3, mean 2; the two are 4 apart, of which half is given back.
    assert energy_score([flat(-1), flat(3)], flat(0), INSIDE) == pytest.approx(2.0 - 2.0)


def test_samples_of_the_true_chance_score_better_than_their_mean(rng: np.random.Generator):
    inside = np.ones((32, 32), bool)

    def drawn() -> np.ndarray:
        return rng.normal(0.0, 3.0, (32, 32, 3)).astype(np.float32)

    mean = np.zeros((32, 32, 3), np.float32)
    truths = [drawn() for _ in range(20)]

    sampled = np.mean([energy_score([drawn(), drawn()], truth, inside) for truth in truths])
    regressed = np.mean([energy_score([mean], truth, inside) for truth in truths])

    # In many dimensions: sqrt(2) x deviation / 2 against the deviation.
    assert sampled == pytest.approx(3.0 / np.sqrt(2.0), rel=0.05)
    assert regressed == pytest.approx(3.0, rel=0.05)


def test_structural_similarity_is_that_of_scikit_image(rng: np.random.Generator):
    one = rng.integers(0, 256, (64, 64, 3)).astype(np.float32)
    other = np.clip(one + rng.normal(0, 20, one.shape), 0, 255).astype(np.float32)
    inside = np.zeros((64, 64), bool)
    inside[10:-10, 10:-10] = True

    _, theirs = structural_similarity(
        one[..., 1], other[..., 1], data_range=255, gaussian_weights=True, sigma=1.5,
        use_sample_covariance=False, full=True,
    )  # fmt: skip

    assert ssim(one, other, inside) == pytest.approx(float(theirs[inside].mean()), abs=1e-6)


def test_dice_by_hand():
    one, other = np.zeros((2, 4), bool), np.zeros((2, 4), bool)
    one[0, :2] = True
    other[0, 1:3] = True

    assert dice(one, other) == pytest.approx(0.5)
    assert dice(np.zeros((2, 2), bool), np.zeros((2, 2), bool)) == 1.0
