"""The classical vessel filter that stands beside the network: dark ridges at several scales.

A pixel's answer is the largest curvature across a dark line (the larger eigenvalue of the Hessian
of the green channel, evened out for light), times the squared scale, over a few scales. Which
scales and which cut were best is tuned on tuning people, as the network's cut was.

Source: Sato et al. 1998, Med Image Anal 2(2):143-168; Frangi et al. 1998, MICCAI, 130-137.

Legend: H rows, W columns, C colours, V the 256 values of an 8-bit picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from training.evaluation.statistics import f1_by_cut

SCALES = {
    "thin": (0.004, 0.007),
    "usual": (0.004, 0.007, 0.012),
    "wide": (0.007, 0.012, 0.020),
}
"""Standard deviations of the Gaussians over the field's radius: some 1 to 5 pixels of DRIVE."""

BACKGROUND = 0.06
"""Over the field's radius: light that varies more slowly than this is taken off first."""

RIM = 0.03
"""Over the field's radius: nearer to the rim than this the filter sees the rim."""

STEEP = 2.5
"""How fast the 8-bit answer saturates; monotonous, so it moves no AUC but by rounding."""


@dataclass(frozen=True)
class TunedFilter:
    """The filter as tuned; `cut` is on its 8-bit picture."""

    scales: str
    cut: int
    photographs: int
    """How many photographs of tuning people it was tuned on."""

    def picture(self, photograph_HWC: UInt8Array, field_HW: BoolArray) -> UInt8Array:
        """Return the filter's 8-bit answer, zero outside the field."""
        return vesselness(photograph_HWC, field_HW, SCALES[self.scales])


def vesselness(
    photograph_HWC: UInt8Array, field_HW: BoolArray, scales: tuple[float, ...]
) -> UInt8Array:
    """Return how much each pixel looks like a dark line, 0 to 255, zero outside the field."""
    return _answer(_ridges(photograph_HWC, field_HW, scales), field_HW, scales)


def tuned_filter(
    examples: Iterable[tuple[UInt8Array, BoolArray, BoolArray]],
) -> TunedFilter | None:
    """Return the filter with the best mean F1 over (photograph, field, vessels) of tuning people.

    None where there is no example.
    """
    distinct = tuple(sorted({scale for scales in SCALES.values() for scale in scales}))
    curves: dict[str, list[np.ndarray]] = {name: [] for name in SCALES}
    for photograph_HWC, field_HW, truth_HW in examples:
        ridges = _ridges(photograph_HWC, field_HW, distinct)
        for name, scales in SCALES.items():
            said_HW = _answer(ridges, field_HW, scales)
            curves[name].append(f1_by_cut(*pixel_counts(said_HW, truth_HW, field_HW)))
    photographs = len(curves["usual"])
    if not photographs:
        return None
    mean_V = {name: np.mean(of_name, axis=0) for name, of_name in curves.items()}
    best = max(mean_V, key=lambda name: float(mean_V[name].max()))
    return TunedFilter(best, int(np.argmax(mean_V[best])), photographs)


def pixel_counts(
    picture_HW: UInt8Array, truth_HW: BoolArray, judged_HW: BoolArray
) -> tuple[np.ndarray, np.ndarray]:
    """Return counts of true and of other judged pixels by the picture's value, each (256,)."""
    true_V = np.bincount(picture_HW[truth_HW & judged_HW], minlength=256)
    other_V = np.bincount(picture_HW[~truth_HW & judged_HW], minlength=256)
    return true_V, other_V


def _ridges(
    photograph_HWC: UInt8Array, field_HW: BoolArray, scales: tuple[float, ...]
) -> dict[float, FloatArray]:
    radius_px = _radius_px(field_HW)
    even_HW = _evened(photograph_HWC[..., 1].astype(np.float32), field_HW, radius_px)
    return {scale: _dark_ridge(even_HW, scale * radius_px) for scale in scales}


def _answer(
    ridges: dict[float, FloatArray], field_HW: BoolArray, scales: tuple[float, ...]
) -> UInt8Array:
    """Return the largest ridge over the scales as 8 bits; its mean decides how it saturates."""
    ridge_HW = np.max([ridges[scale] for scale in scales], axis=0)
    bordered_HW = np.pad(field_HW, 1).view(np.uint8)
    from_rim_HW = cv2.distanceTransform(bordered_HW, cv2.DIST_L2, 3)[1:-1, 1:-1]
    inside_HW = field_HW & (from_rim_HW > RIM * _radius_px(field_HW))
    usual = float(ridge_HW[inside_HW].mean()) if inside_HW.any() else 0.0
    if not usual:
        return np.zeros(field_HW.shape, np.uint8)
    answer_HW = 255.0 * (1.0 - np.exp(-ridge_HW / (STEEP * usual)))
    return np.asarray(np.where(inside_HW, np.rint(answer_HW), 0), np.uint8)


def _radius_px(field_HW: BoolArray) -> float:
    """Return the radius of a disc as large as the field, at least one pixel."""
    return max(1.0, float(np.sqrt(field_HW.sum() / np.pi)))


def _evened(green_HW: FloatArray, field_HW: BoolArray, radius_px: float) -> FloatArray:
    """Return green over its slow background; outside the field it is the background (1)."""
    inside_HW = field_HW.astype(np.float32)
    sigma = BACKGROUND * radius_px
    weight_HW = cv2.GaussianBlur(inside_HW, (0, 0), sigma)
    background_HW = cv2.GaussianBlur(green_HW * inside_HW, (0, 0), sigma)
    even_HW = green_HW * weight_HW / np.maximum(background_HW, 1e-3)
    return np.where(field_HW, even_HW, np.float32(1.0)).astype(np.float32)


def _dark_ridge(even_HW: FloatArray, sigma_px: float) -> FloatArray:
    smooth_HW = cv2.GaussianBlur(even_HW, (0, 0), max(sigma_px, 0.5))
    xx, yy, xy = (cv2.Sobel(smooth_HW, cv2.CV_32F, *order) for order in ((2, 0), (0, 2), (1, 1)))
    larger_HW = 0.5 * (xx + yy) + np.sqrt(0.25 * (xx - yy) ** 2 + xy**2)
    return np.asarray(np.maximum(larger_HW, 0.0) * sigma_px**2, np.float32)
