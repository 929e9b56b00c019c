"""Plain measurements of how well a photograph can be read, taken inside its field.

All but the field's own are taken on a copy whose field has a radius of FIELD_RADIUS_PX, so that one
vessel is equally wide in every camera's photograph and a picture decoded at reduced scale measures
the same. The dark rim and burnt-in stamps are left out: they say nothing of the eye.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import FieldOfView, Photograph
from edge_runtime.fundus.normalised_field import FIELD_RADIUS_PX, normalised_field
from edge_runtime.fundus.quality_cells import cells_of
from edge_runtime.fundus.quality_contrast import Contrast, measured_contrast
from edge_runtime.fundus.quality_framing import framing
from edge_runtime.fundus.quality_light import Light, measured_light


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

    shaded_share: float
    """Darker than a quarter of what the field shows at its brightest: iris, lid, lashes."""

    pale_share: float
    """Every colour brighter by 40 than in the darker half of the field: reflections."""

    white_level: float
    """The least of the three colours that a twentieth of the field exceeds, of 255."""

    high_green: float
    """The green that a third of the field exceeds, of 255: high when overexposed."""

    dark_end: float
    """log2 of the green that a fiftieth stays under, over the median: light scattered over all."""

    blue_to_green: float
    """log2 of the median blue over the median green: low through a yellowed lens."""

    green_to_red: float
    """log2 of the median green over the median red."""

    other_hue_share: float
    """Of another hue than the field's usual one, by half a log2 unit: skin, objects."""

    saturation: float
    """Median of how far the strongest colour exceeds the weakest, over the strongest plus 8."""

    shadow_step: float
    """log2 of the largest fall of light across a straight line, outwards: lid, iris."""

    hue_step: float
    """The same of log2 green over red."""

    blue_step: float
    """The same of log2 blue over green: skin and white light are bluer than a retina."""

    middle_contrast: float
    """log2 of the RMS contrast of green between scales of 4 and 8 px: main vessels."""

    grain: float
    """log2 of the median contrast below 1 px: noise, which lies everywhere as vessels do not."""

    edge_sharpness: float
    """log2 of the steepest edges seen at 1 px over those at 3 px: falls with focus, not haze."""

    streaks: float
    """log2 of how much steeper fine detail is across one direction than along it: movement."""

    line_depth: float
    """log2 of how dark the darkest twentieth of the lines is: falls with haze and with focus."""

    texture_step: float
    """The same as shadow_step of log2 contrast between 2 and 4 px: a lid shows no vessels."""

    seen_share: float
    """Share of the field that lies within a quarter of its radius of a vessel."""

    seen_lopsided: float
    """Distance of that share's middle from the field's, in field radii; 1 where there is none."""

    field_radius_px: float
    """Radius of the field in the photograph's own pixels."""

    field_over_frame: float
    """Diameter of a disc as large as what is seen of the field, over the photograph's shorter side.

    At most 1.
    """

    clipped_share: float
    """Share of the field's circle that lies outside what the photograph shows."""

    lopsided: float
    """Distance of the middle of what is seen from the field's centre, in field radii.

    Cut off on one side a field is lopsided, cut alike on opposite sides, as cameras do, it is not.
    """

    def row(self) -> npt.NDArray[np.float64]:
        """Return the measurements in the order of their fields."""
        return np.array(astuple(self), dtype=np.float64)


def measure_quality(photograph: Photograph, field: FieldOfView) -> QualityMeasurements | None:
    """Return the measurements of a field, or None if less than a tenth of it is in the picture."""
    copy = normalised_field(photograph, field)
    if np.count_nonzero(copy.inside) < 0.1 * np.pi * FIELD_RADIUS_PX**2:
        return None
    cells = cells_of(copy)
    light: Light = measured_light(copy, cells)
    contrast: Contrast = measured_contrast(copy, cells)
    return QualityMeasurements(**asdict(light), **asdict(contrast), **framing(photograph, field))
