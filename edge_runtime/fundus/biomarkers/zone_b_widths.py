"""Calibres in zone B of one eye, for Knudtson's summary: measured on the photograph, or on masks.

Where there is a photograph it alone says how wide a vessel is; a vessel whose edges it does not
show is left out, and its mask's width is not put in its place: masks are as much as a fifth wider.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import Reading, UInt8Array
from edge_runtime.fundus.biomarkers.calibre import zone_b_calibres_px, zone_b_pieces
from edge_runtime.fundus.biomarkers.centrelines import Centrelines
from edge_runtime.fundus.biomarkers.disc import Disc
from edge_runtime.fundus.biomarkers.knudtson import (
    ARTERIOLE_CONSTANT,
    VENULE_CONSTANT,
    VESSELS_NEEDED,
    central_equivalent,
)
from edge_runtime.fundus.biomarkers.masks import AnatomyMasks
from edge_runtime.fundus.biomarkers.profiles import VesselCourse, VesselWidth, measured_widths
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture

CANDIDATES = VESSELS_NEEDED + 3
"""How many vessels of a kind, the widest by their masks, are measured on the photograph. Six must
be left, so that at most three of the widest can be missing from a summary."""

ARTERIOLE, VENULE = 1, 2
"""Codes of the kinds; their sum is a crossing."""

_CONSTANTS = {ARTERIOLE: ARTERIOLE_CONSTANT, VENULE: VENULE_CONSTANT}
_NAMES = {ARTERIOLE: "arteriole", VENULE: "venule"}


@dataclass(frozen=True)
class MeasuredVessel:
    """One vessel in zone B: its course in the masks, and its width or why it has none."""

    course: VesselCourse
    width: VesselWidth | str


def central_equivalents(
    masks: AnatomyMasks, lines: dict[int, Centrelines], disc: Disc, picture: SharpPicture | None
) -> dict[int, Reading]:
    """Return CRAE and CRVE in micrometres, by kind; `lines` are the centrelines of each kind.

    Without a picture, as with masks drawn by hand, calibres are those of the masks.
    """
    if picture is None:
        of_kind = {ARTERIOLE: masks.arteriole_HW, VENULE: masks.venule_HW}
        by_mask = {k: zone_b_calibres_px(of_kind[k], lines[k], disc) for k in of_kind}
        return {
            kind: central_equivalent(
                [disc.um_per_px * c for c in calibres], _CONSTANTS[kind], _NAMES[kind]
            )
            for kind, calibres in by_mask.items()
        }
    vessels = zone_b_vessels(masks, lines, disc, picture)
    um_per_px = disc.um_per_px / picture.px_per_mask_px
    return {kind: _equivalent(vessels, kind, um_per_px) for kind in lines}


def zone_b_vessels(
    masks: AnatomyMasks, lines: dict[int, Centrelines], disc: Disc, picture: SharpPicture
) -> list[MeasuredVessel]:
    """Return the widest vessels of each kind in zone B, CANDIDATES at most, as measured."""
    courses: list[VesselCourse] = []
    for kind, of_kind in lines.items():
        pieces = sorted(zone_b_pieces(of_kind, disc), key=lambda piece: -piece.mean_radius_px)
        # A distance to the edge of r pixels is that to the first pixel outside.
        courses += [
            VesselCourse(piece.points, 2.0 * piece.mean_radius_px - 1.0, kind)
            for piece in pieces[:CANDIDATES]
        ]
    widths = measured_widths(picture, courses, kinds_of(masks))
    return [MeasuredVessel(c, w) for c, w in zip(courses, widths, strict=True)]


def kinds_of(masks: AnatomyMasks) -> UInt8Array:
    """Return the code of each pixel: 0 none, ARTERIOLE, VENULE, or their sum."""
    return np.asarray(ARTERIOLE * masks.arteriole_HW + VENULE * masks.venule_HW, np.uint8)


def _equivalent(vessels: list[MeasuredVessel], kind: int, um_per_px: float) -> Reading:
    widths = [vessel.width for vessel in vessels if vessel.course.kind == kind]
    measured = [width for width in widths if isinstance(width, VesselWidth)]
    if len(measured) < min(len(widths), VESSELS_NEEDED):
        reason = (
            f"{len(measured)} of the {len(widths)} widest {_NAMES[kind]}s in zone B could be "
            f"measured in the photograph, {VESSELS_NEEDED} are needed"
        )
        return Reading(None, "um", reason)
    calibres_um = [width.width_px * um_per_px for width in measured]
    return central_equivalent(calibres_um, _CONSTANTS[kind], _NAMES[kind])
