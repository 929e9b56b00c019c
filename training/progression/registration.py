"""One visit's photograph laid on another's by their vessels.

Cameras and aims differ from visit to visit; vessels stay. The vessels' probability maps of two
photographs are laid on each other by an affine map that makes them most alike (enhanced correlation
coefficient, Evangelidis & Psarakis 2008, IEEE TPAMI 30:1858), begun from the best shift.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import FloatArray

SMOOTHED_PX = (6.0, 3.0, 1.5)
"""Vessels are made wider at first, so that those a little apart find each other."""
ROUNDS, LEAST_GAIN = 60, 1e-5
LEAST_LIKENESS = 0.35
"""Correlation of two smoothed vessel maps below which they show no common place."""


@dataclass(frozen=True)
class Laid:
    """How one picture comes to lie on another: an affine map (2, 3) and how alike vessels are."""

    map_23: FloatArray
    likeness: float

    @property
    def found(self) -> bool:
        """Return whether the two show a common place."""
        return self.likeness >= LEAST_LIKENESS

    def apply(self, picture: np.ndarray, nearest: bool = False) -> np.ndarray:
        """Return the later picture as it lies on the earlier one, of the same size, 0 beyond."""
        way = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
        size = picture.shape[1::-1]
        laid = cv2.warpAffine(picture, self.map_23, size, flags=way | cv2.WARP_INVERSE_MAP)
        return np.asarray(laid)


def laid_on(earlier_HW: FloatArray, later_HW: FloatArray) -> Laid:
    """Return how the later vessel map (H, W), probabilities, comes to lie on the earlier one.

    Where no way is found the likeness is that of the best shift, or 0.
    """
    map_23 = _best_shift(earlier_HW, later_HW)
    likeness = 0.0
    for sigma_px in SMOOTHED_PX:
        one, other = (_smoothed(part, sigma_px) for part in (earlier_HW, later_HW))
        rule = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ROUNDS, LEAST_GAIN)
        try:
            likeness, found = cv2.findTransformECC(one, other, map_23, cv2.MOTION_AFFINE, rule)
        except cv2.error:  # it says so when the maps drift apart: there is nothing in common
            return Laid(map_23, 0.0)
        map_23 = np.asarray(found, np.float32)
    return Laid(map_23, float(likeness))


def _best_shift(earlier_HW: FloatArray, later_HW: FloatArray) -> FloatArray:
    one, other = (_smoothed(part, SMOOTHED_PX[0]) for part in (earlier_HW, later_HW))
    window = cv2.createHanningWindow(one.shape[1::-1], cv2.CV_32F)
    (x_px, y_px), _ = cv2.phaseCorrelate(one, other, window)
    return np.array([[1.0, 0.0, x_px], [0.0, 1.0, y_px]], np.float32)


def _smoothed(map_HW: FloatArray, sigma_px: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(map_HW.astype(np.float32), (0, 0), sigma_px), np.float32)
