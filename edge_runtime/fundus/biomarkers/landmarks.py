"""How large the disc looks and how far the fovea is from it."""

from __future__ import annotations

from math import hypot

from edge_runtime.domain import Reading
from edge_runtime.fundus.biomarkers.disc import Disc, NoDisc
from edge_runtime.fundus.biomarkers.fovea import Fovea, NoFovea

MIN_DISTANCE_DD, MAX_DISTANCE_DD = 1.5, 5.0
"""Distances from disc to fovea, centre to centre in disc diameters, that an eye can have: adults'
lie between 2.0 and 3.5, with small discs up to 4.5 (from memory; Wakakura & Alvarez 1987)."""


def disc_diameter(disc: Disc | NoDisc, field_diameter_px: float) -> Reading:
    """Return the disc's vertical diameter over the field's, in (0, 1).

    In micrometres it would be DISC_DIAMETER_UM, always: the disc is the yardstick.
    """
    if isinstance(disc, NoDisc):
        return Reading(None, missing_because=disc.reason)
    return Reading(disc.diameter_px / field_diameter_px)


def disc_fovea_distances(disc: Disc | NoDisc, fovea: Fovea | NoFovea) -> dict[str, Reading]:
    """Return the distance from the disc's centre to the fovea, in disc diameters and in um.

    The first is free of any assumption and also tells how large the disc is for its eye.
    """
    distance_dd = _distance_dd(disc, fovea)
    if isinstance(distance_dd, str):
        return {
            "disc_fovea_distance_dd": Reading(None, missing_because=distance_dd),
            "disc_fovea_distance_um": Reading(None, "um", distance_dd),
        }
    dd, um = distance_dd
    return {
        "disc_fovea_distance_dd": Reading(dd),
        "disc_fovea_distance_um": Reading(um, "um"),
    }


def _distance_dd(disc: Disc | NoDisc, fovea: Fovea | NoFovea) -> tuple[float, float] | str:
    """Return the distance in disc diameters and in micrometres, or why it is not known."""
    if isinstance(fovea, NoFovea):
        return fovea.reason
    if isinstance(disc, NoDisc):
        return disc.reason
    distance_px = hypot(fovea.x_px - disc.x_px, fovea.y_px - disc.y_px)
    distance_dd = distance_px / disc.diameter_px
    if not MIN_DISTANCE_DD <= distance_dd <= MAX_DISTANCE_DD:
        return f"implausible fovea: {distance_dd:.1f} disc diameters from the disc"
    return distance_dd, distance_px * disc.um_per_px
