"""How a field is lit and coloured: exposure, reflections, shadow, veil, hue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import FloatArray, UInt8Array
from edge_runtime.fundus.normalised_field import FIELD_RADIUS_PX, NormalisedField
from edge_runtime.fundus.quality_cells import Cells, steepest_fall

# H rows, W columns, N pixels inside the field, C squares of it

FUNDUS_COLOUR_MARGIN = 0.2
"""How far, in log2, a fundus's median red lies above its green, and its green above its blue."""

LOG2_OF_LEVEL: FloatArray = np.log2(np.arange(256, dtype=np.float32) + 8.0)
"""log2 of each grey level plus 8, so that noise in the dark is no colour."""

SHADE = 0.25
"""Share of the field's bright end under which a place is shaded: falling light stays above."""

PALE_EXCESS = 40
OTHER_HUE = 0.5


@dataclass(frozen=True)
class Light:
    """The measurements of light; what each means is said in QualityMeasurements."""

    brightness: float
    dark_share: float
    burnt_share: float
    glare_share: float
    odd_colour: float
    colour_spread: float
    unevenness: float
    shaded_share: float
    pale_share: float
    white_level: float
    high_green: float
    dark_end: float
    blue_to_green: float
    green_to_red: float
    other_hue_share: float
    saturation: float
    shadow_step: float
    hue_step: float
    blue_step: float


def measured_light(copy: NormalisedField, cells: Cells) -> Light:
    """Return the measurements of a field that holds at least one pixel."""
    red_N, green_N, blue_N = (c[copy.inside] for c in (copy.red, copy.green, copy.blue))
    level_N = np.maximum(red_N, green_N)
    least_N = np.minimum(np.minimum(red_N, green_N), blue_N)
    red, green, blue = (_quantile(colour_N, 0.5) for colour_N in (red_N, green_N, blue_N))
    hue_N = LOG2_OF_LEVEL[green_N] - LOG2_OF_LEVEL[red_N]
    usual_hue = float(LOG2_OF_LEVEL[round(green)] - LOG2_OF_LEVEL[round(red)])
    pale = _quantile(least_N, 0.25) + PALE_EXCESS
    colour_3C = np.stack([cells.mean(plane_HW) for plane_HW in (copy.red, copy.green, copy.blue)])
    red_C, green_C, blue_C = np.log2(colour_3C + 4.0)
    level_C = np.maximum(red_C, green_C)
    return Light(
        brightness=float(np.log2(_quantile(level_N, 0.5) + 4.0)),
        dark_share=float((level_N < 25).mean()),
        burnt_share=float((green_N >= 250).mean()),
        glare_share=float((least_N >= 150).mean()),
        odd_colour=_beyond_fundus(green, red) + _beyond_fundus(blue, green),
        colour_spread=float(hue_N.std()),
        unevenness=_unevenness(copy),
        shaded_share=_shaded_share(level_C),
        pale_share=float((least_N > pale).mean()),
        white_level=_quantile(least_N, 0.95) / 255.0,
        high_green=_quantile(green_N, 0.67) / 255.0,
        dark_end=float(np.log2((_quantile(green_N, 0.02) + 2.0) / (green + 2.0))),
        blue_to_green=float(np.log2((blue + 4.0) / (green + 4.0))),
        green_to_red=float(np.log2((green + 4.0) / (red + 4.0))),
        other_hue_share=float((np.abs(hue_N - usual_hue) > OTHER_HUE).mean()),
        saturation=_saturation(colour_3C),
        shadow_step=steepest_fall(cells, level_C),
        hue_step=steepest_fall(cells, green_C - red_C),
        blue_step=steepest_fall(cells, blue_C - green_C),
    )


def _beyond_fundus(shorter_wave: float, longer_wave: float) -> float:
    ratio = float(np.log2((shorter_wave + 4.0) / (longer_wave + 4.0)))
    return max(0.0, ratio + FUNDUS_COLOUR_MARGIN)


def _quantile(levels_N: UInt8Array, share: float) -> float:
    """The grey level that a share of the levels does not exceed, by counting."""
    counts = np.bincount(levels_N, minlength=256).cumsum()
    return float(np.searchsorted(counts, np.ceil(counts[-1] * share)))


def _saturation(colour_3C: FloatArray) -> float:
    if not colour_3C.shape[1]:
        return 0.0
    most_C, least_C = colour_3C.max(axis=0), colour_3C.min(axis=0)
    return float(np.median((most_C - least_C) / (most_C + np.float32(8.0))))


def _shaded_share(level_log2_N: FloatArray) -> float:
    """Share that is dark beside the brightest tenth."""
    if not len(level_log2_N):
        return 0.0
    bright_end = float(np.quantile(level_log2_N, 0.9))
    return float((level_log2_N < bright_end + np.log2(SHADE)).mean())


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
