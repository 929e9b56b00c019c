"""How far pictures are from each other: energy score, PSNR, structural similarity, Dice.

Legend: S samples, H rows, W columns, C colours.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FloatArray

SSIM_SIGMA_PX = 1.5
"""Of the Gaussian window, and the constants below: Wang et al. 2004, IEEE TIP 13:600."""
SSIM_C1, SSIM_C2 = (0.01 * 255.0) ** 2, (0.03 * 255.0) ** 2


def apart(one_HWC: FloatArray, other_HWC: FloatArray, inside_HW: BoolArray) -> float:
    """Return the root mean square difference over the field, grey levels."""
    square = np.square(np.asarray(one_HWC - other_HWC, np.float64))[inside_HW]
    return float(np.sqrt(square.mean()))


def energy_score(
    samples_SHWC: list[FloatArray], truth_HWC: FloatArray, inside_HW: BoolArray
) -> float:
    """Return the whole-field energy score: the mean distance to the truth, less half of the mean
    distance between two samples (each pair of different ones, so that it is without bias).
    """
    missed = np.mean([apart(sample, truth_HWC, inside_HW) for sample in samples_SHWC])
    pairs = [
        apart(one, other, inside_HW)
        for place, one in enumerate(samples_SHWC)
        for other in samples_SHWC[:place]
    ]
    return float(missed - 0.5 * np.mean(pairs)) if pairs else float(missed)


def psnr_db(picture_HWC: FloatArray, truth_HWC: FloatArray, inside_HW: BoolArray) -> float:
    """Return the peak signal-to-noise ratio over the field, in dB; inf for equal pictures."""
    root = apart(picture_HWC, truth_HWC, inside_HW)
    return float(np.inf) if root == 0.0 else float(20.0 * np.log10(255.0 / root))


def ssim(picture_HWC: FloatArray, truth_HWC: FloatArray, inside_HW: BoolArray) -> float:
    """Return the structural similarity of two pictures' green channels, mean over the field."""
    one, two = (np.asarray(p[..., 1], np.float64) for p in (picture_HWC, truth_HWC))
    mean_one, mean_two = _smoothed(one), _smoothed(two)
    variance_one = _smoothed(one * one) - mean_one**2
    variance_two = _smoothed(two * two) - mean_two**2
    together = _smoothed(one * two) - mean_one * mean_two
    likeness = (2 * mean_one * mean_two + SSIM_C1) * (2 * together + SSIM_C2)
    likeness /= (mean_one**2 + mean_two**2 + SSIM_C1) * (variance_one + variance_two + SSIM_C2)
    return float(likeness[inside_HW].mean())


def dice(one_HW: BoolArray, other_HW: BoolArray) -> float:
    """Return twice the overlap over the sum of two masks; 1 where both are empty."""
    whole = int(one_HW.sum()) + int(other_HW.sum())
    return 2.0 * int((one_HW & other_HW).sum()) / whole if whole else 1.0


def _smoothed(map_HW: np.ndarray) -> np.ndarray:
    # 11 x 11 as in the paper.
    return np.asarray(cv2.GaussianBlur(map_HW, (11, 11), SSIM_SIGMA_PX))
