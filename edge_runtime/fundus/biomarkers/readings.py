"""All biomarkers of one eye, from the masks of its anatomy.

Every key is always there, in the order of UNIT_OF: with a value, or with the reason why it has
none. Of the tree, what is measured on arterioles and venules apart comes from their own masks.
"""

from __future__ import annotations

from edge_runtime.domain import BoolArray, Reading
from edge_runtime.fundus.biomarkers.calibre import (
    MIN_ZONE_SHARE,
    zone_b_calibres_px,
    zone_b_share,
)
from edge_runtime.fundus.biomarkers.centrelines import Centrelines, centrelines
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc, cup_to_disc_ratios, find_disc
from edge_runtime.fundus.biomarkers.knudtson import (
    ARTERIOLE_CONSTANT,
    VENULE_CONSTANT,
    arteriole_to_venule_ratio,
    central_equivalent,
)
from edge_runtime.fundus.biomarkers.masks import AnatomyMasks
from edge_runtime.fundus.biomarkers.thinning import skeleton
from edge_runtime.fundus.biomarkers.tree import density, fractal_dimension, tortuosity_distance

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
    "tortuosity_distance_arterioles": "1",
    "tortuosity_distance_venules": "1",
}
"""Every biomarker with its UCUM unit, in the order in which they are given."""


def biomarkers(masks: AnatomyMasks) -> dict[str, Reading]:
    """Return the reading of each biomarker in UNIT_OF, in that order; masks are left unchanged."""
    masks = masks.within_field()
    disc = find_disc(masks)
    arterioles, venules = centrelines(masks.arteriole_HW), centrelines(masks.venule_HW)
    diameter_px = masks.field_diameter_px
    return {
        **cup_to_disc_ratios(disc, masks.cup_HW),
        **_calibres(masks, disc, arterioles, venules),
        "vessel_density": density(masks.vessel_HW, masks.field_HW, disc, "vessel"),
        "arteriole_density": density(masks.arteriole_HW, masks.field_HW, disc, "arteriole"),
        "venule_density": density(masks.venule_HW, masks.field_HW, disc, "venule"),
        "fractal_dimension": fractal_dimension(skeleton(masks.vessel_HW), diameter_px),
        "tortuosity_distance_arterioles": tortuosity_distance(
            arterioles.segments, diameter_px, "arteriole"
        ),
        "tortuosity_distance_venules": tortuosity_distance(venules.segments, diameter_px, "venule"),
    }


def _calibres(
    masks: AnatomyMasks, disc: Disc | NoDisc, arterioles: Centrelines, venules: Centrelines
) -> dict[str, Reading]:
    zone = _readable_zone(masks, disc)
    if isinstance(zone, NoDisc):
        crae = crve = Reading(None, "um", zone.reason)
    else:
        crae = _equivalent(masks.arteriole_HW, arterioles, zone, ARTERIOLE_CONSTANT, "arteriole")
        crve = _equivalent(masks.venule_HW, venules, zone, VENULE_CONSTANT, "venule")
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


def _equivalent(
    mask_HW: BoolArray, lines: Centrelines, disc: Disc, constant: float, vessel: str
) -> Reading:
    calibres_px = zone_b_calibres_px(mask_HW, lines, disc)
    return central_equivalent([disc.um_per_px * c for c in calibres_px], constant, vessel)
