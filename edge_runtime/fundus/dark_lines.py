"""Contrast against the local background, and the dark lines in it: vessels, or clutter.

A vessel network is one connected line that reaches across the field; noise, lashes and texture are
many short ones. How far the longest line reaches is the best single measure of a readable field.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from edge_runtime.fundus.normalised_field import FIELD_RADIUS_PX, NormalisedField

# H rows, W columns

BACKGROUND_SIGMA_PX = 16.0
"""Wider than any vessel, narrower than the shadows of a field."""

RIM_SIGMA_PX = 4.0
"""Over about this distance the rim's contrast goes on outside, and fades."""

DARKEST_BACKGROUND = 8.0
"""Grey level under which contrast is no longer taken relative to the background."""

LONG_LINE = 0.3
"""A dark line that reaches across this share of the radius is a vessel; shorter is clutter."""


@dataclass(frozen=True)
class DarkLines:
    """What the dark lines of a field come to."""

    reach_radii: float
    """Larger side of the box around the longest line, in field radii."""

    short_share: float
    """Share of the field covered by lines shorter than LONG_LINE."""

    long_HW: BoolArray
    """Where the longer ones lie."""


def local_contrast(copy: NormalisedField) -> FloatArray:
    """Return green over its background, less one; what is inside goes on outside.

    Zero outside would make a dark line of a rim in shadow.
    """
    background_HW = blur_inside(copy.green, copy.inside, BACKGROUND_SIGMA_PX)
    base_HW = np.maximum(background_HW, np.float32(DARKEST_BACKGROUND))
    off_HW = np.asarray((copy.green - background_HW) / base_HW, dtype=np.float32)
    beyond_HW = blur_inside(off_HW, copy.inside, RIM_SIGMA_PX)
    return np.asarray(np.where(copy.inside, off_HW, beyond_HW), dtype=np.float32)


def line_depth(contrast_HW: FloatArray, sigma_px: float) -> FloatArray:
    """Return how much darker each place is than both its sides, at lines two `sigma_px` wide.

    A dark line bends up across itself and not along itself: the larger eigenvalue of the Hessian
    exceeds the size of the smaller one (Frangi et al. 1998, MICCAI, without their product).
    """
    smooth_HW = blur(contrast_HW, sigma_px) * np.float32(sigma_px**2 / 4.0)
    across, down, both = (
        np.asarray(cv2.Sobel(smooth_HW, cv2.CV_32F, *order, ksize=3))
        for order in ((2, 0), (0, 2), (1, 1))
    )
    half_sum = (across + down) / 2.0
    spread = np.sqrt((across - down) ** 2 / 4.0 + both**2)
    return np.asarray(half_sum + spread - np.abs(half_sum - spread), dtype=np.float32)


def dark_lines(
    depth_HW: FloatArray, inside_HW: BoolArray, sigma_px: float, depth: float
) -> DarkLines:
    """Return the lines of a `line_depth` of `sigma_px` that are darker than their sides by `depth`.

    What the blur carries in from the rim is left out.
    """
    near_rim = np.ones((2 * round(2.0 * sigma_px) + 1,) * 2, np.uint8)
    central_HW = cv2.erode(
        inside_HW.astype(np.uint8), near_rim, borderType=cv2.BORDER_CONSTANT, borderValue=1
    )
    line_HW = ((depth_HW > depth) & (np.asarray(central_HW) > 0)).astype(np.uint8)
    _, label_HW, boxes, _ = cv2.connectedComponentsWithStats(line_HW, connectivity=8)
    lines = np.asarray(boxes)[1:]  # the first is what is no line
    if not len(lines):
        return DarkLines(0.0, 0.0, np.zeros(inside_HW.shape, np.bool_))
    reach = lines[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) / FIELD_RADIUS_PX
    short_px = lines[reach <= LONG_LINE, cv2.CC_STAT_AREA].sum()
    is_long = np.concatenate([[False], reach > LONG_LINE])
    return DarkLines(
        reach_radii=float(reach.max()),
        short_share=float(short_px / np.count_nonzero(inside_HW)),
        long_HW=np.asarray(is_long[np.asarray(label_HW)]),
    )


def blur(picture_HW: FloatArray, sigma_px: float) -> FloatArray:
    """Return the Gaussian blur."""
    return np.asarray(cv2.GaussianBlur(picture_HW, (0, 0), sigma_px), dtype=np.float32)


def wide_blur(picture_HW: FloatArray, sigma_px: float) -> FloatArray:
    """Return the blur, made at a quarter of the size: nothing finer is left of it anyway."""
    height, width = picture_HW.shape
    size = (max(1, width // 4), max(1, height // 4))
    small_HW = cv2.resize(picture_HW, size, interpolation=cv2.INTER_AREA)
    small_HW = cv2.GaussianBlur(small_HW, (0, 0), sigma_px / 4.0)
    return np.asarray(cv2.resize(small_HW, (width, height), interpolation=cv2.INTER_LINEAR))


def blur_inside(
    picture_HW: UInt8Array | FloatArray, inside_HW: BoolArray, sigma_px: float
) -> FloatArray:
    """Return the wide blur of what is inside alone; far outside it is zero."""
    weight_HW = inside_HW.astype(np.float32)
    share_HW = np.maximum(wide_blur(weight_HW, sigma_px), np.float32(1e-3))
    return np.asarray(wide_blur(picture_HW * weight_HW, sigma_px) / share_HW, dtype=np.float32)
