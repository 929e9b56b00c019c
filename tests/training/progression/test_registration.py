"""A vessel map that was moved is found again where it was moved from."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.progression.registration import laid_on


def vessels(rng: np.random.Generator) -> np.ndarray:
    """Crooked lines over a field of 256 pixels."""
    sheet = np.zeros((256, 256), np.float32)
    for _ in range(14):
        points = np.cumsum(rng.normal(0, 14, (12, 2)), axis=0) + rng.uniform(40, 216, 2)
        cv2.polylines(sheet, [points.astype(np.int32)[:, None]], False, 1.0, 2, cv2.LINE_AA)
    return sheet


def test_a_turned_shifted_and_enlarged_map_is_laid_back(rng: np.random.Generator):
    earlier = vessels(rng)
    there_23 = cv2.getRotationMatrix2D((128, 128), 3.0, 1.03)
    there_23[:, 2] += (9.0, -6.0)
    later = cv2.warpAffine(earlier, there_23, (256, 256))

    laid = laid_on(earlier, later)

    assert laid.found
    assert laid.map_23 == pytest.approx(there_23, abs=0.5)
    corner = laid.map_23[:, :2] @ np.array([30.0, 220.0]) + laid.map_23[:, 2]
    assert corner == pytest.approx(
        there_23[:, :2] @ np.array([30.0, 220.0]) + there_23[:, 2], abs=1
    )
    back = laid.apply(later)
    assert np.corrcoef(back[40:-40, 40:-40].ravel(), earlier[40:-40, 40:-40].ravel())[0, 1] > 0.9


def test_another_eye_has_no_common_place(rng: np.random.Generator):
    assert not laid_on(vessels(rng), vessels(rng)).found
