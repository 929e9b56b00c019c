"""The classical filter finds dark lines, and only those."""

from __future__ import annotations

import cv2
import numpy as np

from training.evaluation.statistics import area_of_counts
from training.evaluation.vesselness import SCALES, pixel_counts, tuned_filter, vesselness

FIELD = np.zeros((300, 300), np.uint8)
cv2.circle(FIELD, (150, 150), 140, 1, cv2.FILLED)
FIELD_HW = FIELD.astype(bool)


def a_photograph(line_level: int) -> tuple[np.ndarray, np.ndarray]:
    """A grey field with one line across, and where the line is."""
    photograph_HWC = np.full((300, 300, 3), 120, np.uint8)
    line_HW = np.zeros((300, 300), np.uint8)
    cv2.line(line_HW, (40, 100), (260, 210), 1, 4)
    photograph_HWC[line_HW > 0] = line_level
    noise = np.random.default_rng(3).integers(-4, 5, photograph_HWC.shape)
    noisy_HWC = np.clip(photograph_HWC + noise, 0, 255).astype(np.uint8)
    noisy_HWC[~FIELD_HW] = 0
    return noisy_HWC, (line_HW > 0) & FIELD_HW


def test_a_dark_line_stands_out_and_a_bright_one_does_not():
    for level, least, most in ((80, 0.97, 1.0), (160, 0.0, 0.6)):
        photograph_HWC, line_HW = a_photograph(level)

        said_HW = vesselness(photograph_HWC, FIELD_HW, SCALES["usual"])

        assert least <= area_of_counts(*pixel_counts(said_HW, line_HW, FIELD_HW)) <= most
        assert not said_HW[~FIELD_HW].any()


def test_the_filter_is_tuned_to_what_it_is_shown():
    photograph_HWC, line_HW = a_photograph(80)

    tuned = tuned_filter([(photograph_HWC, FIELD_HW, line_HW)])

    assert tuned is not None
    assert tuned.photographs == 1
    found_HW = tuned.picture(photograph_HWC, FIELD_HW) >= tuned.cut
    assert 2 * (found_HW & line_HW).sum() / (found_HW.sum() + line_HW.sum()) > 0.8


def test_without_examples_there_is_no_filter():
    assert tuned_filter([]) is None


def test_a_black_picture_has_no_vessels():
    black_HWC = np.zeros((50, 50, 3), np.uint8)

    assert not vesselness(black_HWC, np.zeros((50, 50), bool), SCALES["thin"]).any()
