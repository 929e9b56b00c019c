"""Plain measurements of how well a photograph can be read, taken inside its field.

All are taken on a copy whose field has a radius of FIELD_RADIUS_PX, so that one vessel is equally
wide in every camera's photograph and a picture decoded at reduced scale measures the same. The
dark rim and burnt-in stamps are left out: they say nothing of the eye.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, FieldOfView, FloatArray, Photograph, UInt8Array
from edge_runtime.fundus.normalised_field import (
    FIELD_RADIUS_PX,
    NormalisedField,
    normalised_field,
)

# H rows, W columns, N pixels inside the field

BACKGROUND_SIGMA_PX = 16.0
"""Wider than any vessel, narrower than the shadows of a field."""

RIDGE_SIGMA_PX = 1.5
"""Half the width of the larger vessels at this field radius."""

RIDGE_DEPTH = 0.02
"""Least curvature of a dark line, as a share of the brightness around it."""

LONG_LINE = 0.3
"""A dark line that reaches across this share of the radius is a vessel; shorter is clutter."""

DARKEST_BACKGROUND = 8.0
"""Grey level under which contrast is no longer taken relative to the background."""

FUNDUS_COLOUR_MARGIN = 0.2
"""How far, in log2, a fundus's median red lies above its green, and its green above its blue."""

LOG2_OF_LEVEL: FloatArray = np.log2(np.arange(256, dtype=np.float32) + 8.0)
"""log2 of each grey level plus 8, so that noise in the dark is no colour."""


@dataclass(frozen=True)
class QualityMeasurements:
    """What is measured of one field. Shares are of the field's area, in [0, 1]."""

    brightness: float
    """log2 of the median grey level (the brighter of red and green) plus 4."""

    dark_share: float
    """Grey level below 25: nothing is to be seen there."""

    burnt_share: float
    """Green at 250 or above: burnt out."""

    glare_share: float
    """Every colour at 150 or above: white light, from a reflection or a lid."""

    odd_colour: float
    """How far the median colour is beyond a fundus's, whose red exceeds green and green blue.

    log2 units; a yellowish fundus and a pale one are both at 0, a grey picture is at 0.4.
    """

    colour_spread: float
    """Standard deviation of log2 green over red: a retina is of one hue, other scenes are not."""

    fine_contrast: float
    """log2 of the RMS contrast of green between scales of 1 and 2 px: thin vessels, and noise."""

    coarse_contrast: float
    """log2 of the RMS contrast of green between scales of 8 and 16 px: lids, lashes, objects."""

    sharpness: float
    """Fine contrast over that between 4 and 8 px, log2: falls when the picture is blurred."""

    vessel_reach: float
    """Length of the longest connected dark line, in field radii, at most 2."""

    vessel_share: float
    """log2 of the share covered by long dark lines plus 0.002."""

    clutter_share: float
    """log2 of the share covered by short dark lines plus 0.005: noise, lashes, texture."""

    unevenness: float
    """log2 of the brightest eighth of the field (by direction) over the darkest."""

    def row(self) -> npt.NDArray[np.float64]:
        """Return the measurements in the order of their fields."""
        return np.array(astuple(self), dtype=np.float64)


def measure_quality(photograph: Photograph, field: FieldOfView) -> QualityMeasurements | None:
    """Return the measurements of a field, or None if less than a tenth of it is in the picture."""
    copy = normalised_field(photograph, field)
    if np.count_nonzero(copy.inside) < 0.1 * np.pi * FIELD_RADIUS_PX**2:
        return None
    red_N, green_N, blue_N = (c[copy.inside] for c in (copy.red, copy.green, copy.blue))
    level_N = np.maximum(red_N, green_N)
    red, green, blue = _median(red_N), _median(green_N), _median(blue_N)
    hue_N = LOG2_OF_LEVEL[green_N] - LOG2_OF_LEVEL[red_N]
    contrast_HW = _contrast(copy)
    bands = _band_contrasts(contrast_HW, copy.inside)
    reach, long_share, short_share = _dark_lines(contrast_HW, copy.inside)
    return QualityMeasurements(
        brightness=float(np.log2(_median(level_N) + 4.0)),
        dark_share=float((level_N < 25).mean()),
        burnt_share=float((green_N >= 250).mean()),
        glare_share=float((np.minimum(np.minimum(red_N, green_N), blue_N) >= 150).mean()),
        odd_colour=_beyond_fundus(green, red) + _beyond_fundus(blue, green),
        colour_spread=float(hue_N.std()),
        fine_contrast=bands[0],
        coarse_contrast=bands[2],
        sharpness=bands[0] - bands[1],
        vessel_reach=reach,
        vessel_share=float(np.log2(long_share + 0.002)),
        clutter_share=float(np.log2(short_share + 0.005)),
        unevenness=_unevenness(copy),
    )


def _beyond_fundus(shorter_wave: float, longer_wave: float) -> float:
    ratio = float(np.log2((shorter_wave + 4.0) / (longer_wave + 4.0)))
    return max(0.0, ratio + FUNDUS_COLOUR_MARGIN)


def _median(levels_N: UInt8Array) -> float:
    """Median of grey levels, by counting."""
    counts = np.bincount(levels_N, minlength=256).cumsum()
    return float(np.searchsorted(counts, (counts[-1] + 1) // 2))


def _blur(picture_HW: FloatArray, sigma_px: float) -> FloatArray:
    return np.asarray(cv2.GaussianBlur(picture_HW, (0, 0), sigma_px), dtype=np.float32)


def _wide_blur(picture_HW: FloatArray, sigma_px: float) -> FloatArray:
    """Blur at a quarter of the size: nothing finer is left of it anyway, and it is far faster."""
    height, width = picture_HW.shape
    small = cv2.resize(
        picture_HW, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA
    )
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / 4.0)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def _contrast(copy: NormalisedField) -> FloatArray:
    """Green over its background, less one; zero outside, so that the rim makes no line."""
    weight_HW = copy.inside.astype(np.float32)
    green_HW = copy.green * weight_HW
    share_HW = np.maximum(_wide_blur(weight_HW, BACKGROUND_SIGMA_PX), np.float32(1e-3))
    background_HW = _wide_blur(green_HW, BACKGROUND_SIGMA_PX) / share_HW
    base_HW = np.maximum(background_HW, np.float32(DARKEST_BACKGROUND))
    return np.asarray((green_HW - background_HW) / base_HW * weight_HW, dtype=np.float32)


def _band_contrasts(contrast_HW: FloatArray, inside_HW: BoolArray) -> tuple[float, float, float]:
    """log2 RMS contrast between scales of 1 and 2, 4 and 8, and 8 and 16 px."""
    one, two, four = (_blur(contrast_HW, sigma) for sigma in (1.0, 2.0, 4.0))
    eight = _wide_blur(contrast_HW, 8.0)
    bands = (one - two, four - eight, eight)
    fine, middle, coarse = (
        float(np.log2(np.sqrt(np.mean(band[inside_HW] ** 2)) + 1e-3)) for band in bands
    )
    return fine, middle, coarse


def _dark_lines(contrast_HW: FloatArray, inside_HW: BoolArray) -> tuple[float, float, float]:
    """Reach of the longest dark line in radii, and the shares covered by long and short ones.

    A dark line bends up across itself and not along itself: the larger eigenvalue of the Hessian
    exceeds the smaller one's size.
    """
    smooth_HW = _blur(contrast_HW, RIDGE_SIGMA_PX) * RIDGE_SIGMA_PX**2 / 4.0
    across, down, both = (
        np.asarray(cv2.Sobel(smooth_HW, cv2.CV_32F, *order, ksize=3))
        for order in ((2, 0), (0, 2), (1, 1))
    )
    half_sum = (across + down) / 2.0
    spread = np.sqrt((across - down) ** 2 / 4.0 + both**2)
    depth_HW = half_sum + spread - np.abs(half_sum - spread)
    line_HW = ((depth_HW > RIDGE_DEPTH) & inside_HW).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(line_HW, connectivity=8)
    lines = np.asarray(boxes)[1:]  # the first is what is no line
    if not len(lines):
        return 0.0, 0.0, 0.0
    reach = lines[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) / FIELD_RADIUS_PX
    area = lines[:, cv2.CC_STAT_AREA] / np.count_nonzero(inside_HW)
    is_long = reach > LONG_LINE
    return float(reach.max()), float(area[is_long].sum()), float(area[~is_long].sum())


def _unevenness(copy: NormalisedField) -> float:
    """log2 of the brightest eighth over the darkest, from every fourth pixel and row."""
    rows, columns = np.nonzero(copy.inside[::4, ::4])
    x, y = columns * 4 - copy.centre_px[0], rows * 4 - copy.centre_px[1]
    outer = x**2 + y**2 > (0.3 * FIELD_RADIUS_PX) ** 2  # near the centre direction says little
    eighth = ((np.arctan2(y, x) / np.pi + 1.0) * 4.0).astype(int)[outer] % 8
    counts = np.bincount(eighth, minlength=8)
    level_N = copy.level[::4, ::4][rows, columns][outer]
    means = np.bincount(eighth, weights=level_N, minlength=8) / np.maximum(counts, 1)
    means = means[counts > 10]
    return float(np.log2((means.max() + 6.0) / (means.min() + 6.0))) if len(means) else 0.0
