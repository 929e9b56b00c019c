"""Plain measurements of how well a photograph can be read, taken inside its field.

All are taken on a copy whose field has a radius of FIELD_RADIUS_PX, so that one vessel is equally
wide in every camera's photograph and a picture decoded at reduced scale measures the same. The
dark rim and burnt-in stamps are left out: they say nothing of the eye.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, FieldOfView, FloatArray, Photograph, UInt8Array
from edge_runtime.fundus.dark_lines import (
    DARKEST_BACKGROUND,
    blur,
    blur_inside,
    dark_lines,
    local_contrast,
    wide_blur,
)
from edge_runtime.fundus.normalised_field import (
    FIELD_RADIUS_PX,
    NormalisedField,
    normalised_field,
)

# H rows, W columns, N pixels inside the field

FUNDUS_COLOUR_MARGIN = 0.2
"""How far, in log2, a fundus's median red lies above its green, and its green above its blue."""

DISC_SIGMA_PX = 8.0
"""A third of a disc's usual radius at this field radius."""

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

    faint_reach: float
    """The same of wider and fainter lines, which a light haze still shows."""

    clutter_share: float
    """log2 of the share covered by short dark lines plus 0.005: noise, lashes, texture."""

    disc_contrast: float
    """log2 of how far the brightest disc-sized spot exceeds its surround, plus 0.02."""

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
    contrast_HW = local_contrast(copy)
    bands = _band_contrasts(contrast_HW, copy.inside)
    vessels = dark_lines(contrast_HW, copy.inside, sigma_px=1.5, depth=0.02)
    faint = dark_lines(contrast_HW, copy.inside, sigma_px=2.5, depth=0.01)
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
        vessel_reach=vessels.reach_radii,
        faint_reach=faint.reach_radii,
        clutter_share=float(np.log2(vessels.short_share + 0.005)),
        disc_contrast=_disc_contrast(copy),
        unevenness=_unevenness(copy),
    )


def _beyond_fundus(shorter_wave: float, longer_wave: float) -> float:
    ratio = float(np.log2((shorter_wave + 4.0) / (longer_wave + 4.0)))
    return max(0.0, ratio + FUNDUS_COLOUR_MARGIN)


def _median(levels_N: UInt8Array) -> float:
    """Median of grey levels, by counting."""
    counts = np.bincount(levels_N, minlength=256).cumsum()
    return float(np.searchsorted(counts, (counts[-1] + 1) // 2))


def _band_contrasts(contrast_HW: FloatArray, inside_HW: BoolArray) -> tuple[float, float, float]:
    """log2 RMS contrast between scales of 1 and 2, 4 and 8, and 8 and 16 px."""
    one, two, four = (blur(contrast_HW, sigma) for sigma in (1.0, 2.0, 4.0))
    eight = wide_blur(contrast_HW, 8.0)
    bands = (one - two, four - eight, eight)
    fine, middle, coarse = (
        float(np.log2(np.sqrt(np.mean(band[inside_HW] ** 2)) + 1e-3)) for band in bands
    )
    return fine, middle, coarse


def _disc_contrast(copy: NormalisedField) -> float:
    """The brightest spot as large as a disc, off the rim, where lids and lens throw light."""
    spot_HW = blur_inside(copy.green, copy.inside, DISC_SIGMA_PX)
    around_HW = blur_inside(copy.green, copy.inside, 3.0 * DISC_SIGMA_PX)
    excess_HW = (spot_HW - around_HW) / np.maximum(around_HW, np.float32(DARKEST_BACKGROUND))
    central_HW = copy.inside & (copy.distance_px() < 0.82 * FIELD_RADIUS_PX)
    return float(np.log2(excess_HW.max(initial=0.0, where=central_HW) + 0.02))


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
