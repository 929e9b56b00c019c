"""What can be made out in a field: contrast by scale, vessels, edges, the disc, grain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FloatArray
from edge_runtime.fundus.dark_lines import (
    DARKEST_BACKGROUND,
    blur,
    blur_inside,
    dark_lines,
    line_depth,
    local_contrast,
    wide_blur,
)
from edge_runtime.fundus.normalised_field import FIELD_RADIUS_PX, NormalisedField
from edge_runtime.fundus.quality_cells import Cells, seen_around, steepest_fall

# H rows, W columns, N pixels inside the field

DISC_SIGMA_PX = 8.0
"""A third of a disc's usual radius at this field radius."""

LEAST_CONTRAST = 1e-3
"""Added before a logarithm is taken: a quarter of a grey level."""

EDGES = 0.98
"""The steepest fiftieth of the field is edges: vessels and the disc."""


@dataclass(frozen=True)
class Contrast:
    """The measurements of contrast; what each means is said in QualityMeasurements."""

    fine_contrast: float
    coarse_contrast: float
    sharpness: float
    vessel_reach: float
    faint_reach: float
    clutter_share: float
    disc_contrast: float
    middle_contrast: float
    grain: float
    edge_sharpness: float
    streaks: float
    line_depth: float
    texture_step: float
    seen_share: float
    seen_lopsided: float


def measured_contrast(copy: NormalisedField, cells: Cells) -> Contrast:
    """Return the measurements of a field that holds at least one pixel."""
    contrast_HW = local_contrast(copy)
    one, two, three, four = (blur(contrast_HW, sigma) for sigma in (1.0, 2.0, 3.0, 4.0))
    eight = wide_blur(contrast_HW, 8.0)
    fine, middle, coarse = (
        _log_rms(band, copy.inside) for band in (one - two, four - eight, eight)
    )
    depth_HW = line_depth(contrast_HW, 1.5)
    vessels = dark_lines(depth_HW, copy.inside, sigma_px=1.5, depth=0.02)
    faint = dark_lines(line_depth(contrast_HW, 2.5), copy.inside, sigma_px=2.5, depth=0.01)
    seen_share, seen_lopsided = seen_around(cells, faint.long_HW)
    texture_C = np.log2(np.sqrt(cells.mean((two - four) ** 2)) + LEAST_CONTRAST)
    grain_N = np.abs((contrast_HW - one)[copy.inside][::3])
    return Contrast(
        fine_contrast=fine,
        coarse_contrast=coarse,
        sharpness=fine - middle,
        vessel_reach=vessels.reach_radii,
        faint_reach=faint.reach_radii,
        clutter_share=float(np.log2(vessels.short_share + 0.005)),
        disc_contrast=_disc_contrast(copy),
        middle_contrast=middle,
        grain=float(np.log2(np.median(grain_N) + LEAST_CONTRAST)),
        edge_sharpness=_edges(one, copy.inside) - _edges(three, copy.inside),
        streaks=_streaks(one - two, copy.inside),
        line_depth=_log_quantile(depth_HW[copy.inside][::3], 0.95),
        texture_step=steepest_fall(cells, texture_C),
        seen_share=seen_share,
        seen_lopsided=seen_lopsided,
    )


def _log_rms(band_HW: FloatArray, inside_HW: BoolArray) -> float:
    return float(np.log2(np.sqrt(np.mean(band_HW[inside_HW] ** 2)) + LEAST_CONTRAST))


def _log_quantile(values_N: FloatArray, share: float) -> float:
    at = min(len(values_N) - 1, int(share * len(values_N)))
    return float(np.log2(max(0.0, float(np.partition(values_N, at)[at])) + LEAST_CONTRAST))


def _edges(smooth_HW: FloatArray, inside_HW: BoolArray) -> float:
    """log2 of how steep the edges of a field are at the scale that it was smoothed to."""
    across, down = (
        np.asarray(cv2.Sobel(smooth_HW, cv2.CV_32F, *order, ksize=3)) for order in ((1, 0), (0, 1))
    )
    steep_N = np.hypot(across[inside_HW][::3], down[inside_HW][::3])
    return _log_quantile(np.asarray(steep_N, np.float32), EDGES)


def _streaks(fine_HW: FloatArray, inside_HW: BoolArray) -> float:
    """log2 of the root of the larger over the smaller eigenvalue of the structure tensor."""
    across, down = (
        np.asarray(cv2.Sobel(fine_HW, cv2.CV_32F, *order, ksize=3))[inside_HW]
        for order in ((1, 0), (0, 1))
    )
    xx, yy, xy = (
        float(np.mean(one * two)) for one, two in ((across, across), (down, down), (across, down))
    )
    half_sum, spread = (xx + yy) / 2.0, float(np.hypot((xx - yy) / 2.0, xy))
    floor = LEAST_CONTRAST**2
    return float(0.5 * np.log2((half_sum + spread + floor) / (half_sum - spread + floor)))


def _disc_contrast(copy: NormalisedField) -> float:
    """The brightest spot as large as a disc, off the rim, where lids and lens throw light."""
    spot_HW = blur_inside(copy.green, copy.inside, DISC_SIGMA_PX)
    around_HW = blur_inside(copy.green, copy.inside, 3.0 * DISC_SIGMA_PX)
    excess_HW = (spot_HW - around_HW) / np.maximum(around_HW, np.float32(DARKEST_BACKGROUND))
    central_HW = copy.inside & (copy.distance_px() < 0.82 * FIELD_RADIUS_PX)
    return float(np.log2(excess_HW.max(initial=0.0, where=central_HW) + 0.02))
