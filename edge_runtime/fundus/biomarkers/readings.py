"""All biomarkers of one eye, from the masks of its anatomy.

Every key is always there, in the order of UNIT_OF: with a value, or with the reason why it has
none. Of the tree, what is measured on arterioles and venules apart comes from their own masks.
"""

from __future__ import annotations

from edge_runtime.domain import BoolArray, Eye, Reading
from edge_runtime.fundus.biomarkers.branching import branching_angle
from edge_runtime.fundus.biomarkers.calibre import MIN_ZONE_SHARE, zone_b_share
from edge_runtime.fundus.biomarkers.centrelines import Centrelines, centrelines
from edge_runtime.fundus.biomarkers.density import density
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc, cup_to_disc_ratios, find_disc
from edge_runtime.fundus.biomarkers.fractal import fractal_dimension, uneven_dimensions
from edge_runtime.fundus.biomarkers.knudtson import arteriole_to_venule_ratio
from edge_runtime.fundus.biomarkers.landmarks import disc_diameter, disc_fovea_distances
from edge_runtime.fundus.biomarkers.masks import AnatomyMasks
from edge_runtime.fundus.biomarkers.rim_width import RIM_WIDTHS, rim_widths
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture
from edge_runtime.fundus.biomarkers.thinning import skeleton
from edge_runtime.fundus.biomarkers.tortuosity import tortuosity
from edge_runtime.fundus.biomarkers.zone_b_widths import ARTERIOLE, VENULE, central_equivalents

UNIT_OF = {
    "cdr_vertical": "1",
    "cdr_area": "1",
    "crae_um": "um",
    "crve_um": "um",
    "avr": "1",
    "vessel_density": "1",
    "arteriole_density": "1",
    "venule_density": "1",
    "fractal_dimension": "1",
    "fractal_dimension_arterioles": "1",
    "fractal_dimension_venules": "1",
    "fractal_dimension_information": "1",
    "fractal_dimension_correlation": "1",
    "tortuosity_distance_arterioles": "1",
    "tortuosity_distance_venules": "1",
    "tortuosity_curvature_arterioles": "rad",
    "tortuosity_curvature_venules": "rad",
    "branching_angle_arterioles": "deg",
    "branching_angle_venules": "deg",
    "disc_diameter_of_field": "1",
    "disc_fovea_distance_dd": "1",
    "disc_fovea_distance_um": "um",
    **dict.fromkeys(RIM_WIDTHS, "um"),
}
"""Every biomarker with its UCUM unit, in the order in which they are given. Micrometres rest on
DISC_DIAMETER_UM, which is assumed; radians are those turned on a way of one field diameter."""


def biomarkers(
    masks: AnatomyMasks, eye: Eye | None = None, picture: SharpPicture | None = None
) -> dict[str, Reading]:
    """Return the reading of each biomarker in UNIT_OF, in that order; masks are left unchanged.

    `eye` is which eye it is; None where that is not known, and then what tells nasal from temporal
    is missing. Calibres are measured in `picture`, the photograph under the masks; where there is
    none, as with masks drawn by hand, they are those of the masks.
    """
    masks = masks.within_field()
    disc = find_disc(masks)
    found = {
        **cup_to_disc_ratios(disc, masks.cup_HW),
        **_of_the_vessels(masks, disc, picture),
        "disc_diameter_of_field": disc_diameter(disc, masks.field_diameter_px),
        **disc_fovea_distances(disc, masks.fovea),
        **rim_widths(disc, masks.cup_HW, eye),
    }
    return {name: found[name] for name in UNIT_OF}


def _of_the_vessels(
    masks: AnatomyMasks, disc: Disc | NoDisc, picture: SharpPicture | None
) -> dict[str, Reading]:
    diameter_px = masks.field_diameter_px
    arterioles, venules = centrelines(masks.arteriole_HW), centrelines(masks.venule_HW)
    found = {
        **_calibres(masks, disc, {ARTERIOLE: arterioles, VENULE: venules}, picture),
        "vessel_density": density(masks.vessel_HW, masks.field_HW, disc, "vessel"),
        "arteriole_density": density(masks.arteriole_HW, masks.field_HW, disc, "arteriole"),
        "venule_density": density(masks.venule_HW, masks.field_HW, disc, "venule"),
        **_of_all_vessels(skeleton(masks.vessel_HW), diameter_px),
    }
    for lines, vessel in ((arterioles, "arteriole"), (venules, "venule")):
        winding = tortuosity(lines.segments, diameter_px, vessel)
        angle = branching_angle(lines, diameter_px, vessel)
        found |= {
            f"fractal_dimension_{vessel}s": fractal_dimension(lines.whole_HW, diameter_px, vessel),
            f"tortuosity_distance_{vessel}s": winding.distance,
            f"tortuosity_curvature_{vessel}s": winding.curvature,
            f"branching_angle_{vessel}s": angle,
        }
    return found


def _of_all_vessels(skeleton_HW: BoolArray, diameter_px: int) -> dict[str, Reading]:
    information, correlation = uneven_dimensions(skeleton_HW, diameter_px, "vessel")
    return {
        "fractal_dimension": fractal_dimension(skeleton_HW, diameter_px, "vessel"),
        "fractal_dimension_information": information,
        "fractal_dimension_correlation": correlation,
    }


def _calibres(
    masks: AnatomyMasks,
    disc: Disc | NoDisc,
    lines: dict[int, Centrelines],
    picture: SharpPicture | None,
) -> dict[str, Reading]:
    zone = _readable_zone(masks, disc)
    if isinstance(zone, NoDisc):
        crae = crve = Reading(None, "um", zone.reason)
    else:
        equivalents = central_equivalents(masks, lines, zone, picture)
        crae, crve = equivalents[ARTERIOLE], equivalents[VENULE]
    return {"crae_um": crae, "crve_um": crve, "avr": arteriole_to_venule_ratio(crae, crve)}


def _readable_zone(masks: AnatomyMasks, disc: Disc | NoDisc) -> Disc | NoDisc:
    """Return the disc where enough of zone B about it lies in the field, else why it does not."""
    if isinstance(disc, NoDisc):
        return disc
    share = zone_b_share(disc, masks.field_HW)
    if share < MIN_ZONE_SHARE:
        needed = f"{100 * MIN_ZONE_SHARE:.0f} % is needed"
        return NoDisc(f"{100 * share:.0f} % of zone B lies in the field, {needed}")
    return disc
