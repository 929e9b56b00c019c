"""What ours and PVBM's measure in one traced eye, under one name each.

Calibres are in pixels, so that no micrometre stands between them. A suffix tells what was measured
in another way than the product does: AS_PVBM ours by PVBM's definition, to tell why the two differ;
OF_SIX theirs in eyes in which PVBM found six vessels.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.fundus.biomarkers import biomarkers
from edge_runtime.fundus.biomarkers.branching import divisions
from edge_runtime.fundus.biomarkers.centrelines import centrelines
from edge_runtime.fundus.biomarkers.disc import Disc
from edge_runtime.fundus.biomarkers.fractal import fractal_dimension, uneven_dimensions
from tests.pvbm_readings import DiscCircle, Equivalent, central_equivalent, dimensions, geometry
from tests.traced_eyes import Traced

AS_PVBM = ", ours as PVBM's"
"""Marks ours taken by PVBM's definition, on our own centrelines and masks."""

SHORTEST_PX = 10.0
"""PVBM leaves shorter vessels out of its tortuosity."""

SAME_PLACE_PX = 5.0
"""Two divisions no further apart are one."""

OF_SIX = ", PVBM of six"
"""Marks PVBM's calibres of the eyes in which it found six vessels, as Knudtson's formula needs."""
DIMENSIONS = (
    "fractal_dimension",
    "fractal_dimension_information",
    "fractal_dimension_correlation",
)
PIXELS = {"crae_um", "crve_um"}
"""Ours in micrometres, PVBM's in pixels: compared in pixels."""


def ours_of(eye: Traced) -> dict[str, float | None]:
    """Return all our readings; calibres in pixels."""
    readings = biomarkers(eye.masks)
    scale = dict.fromkeys(PIXELS, 1.0 / eye.disc.um_per_px)
    return {
        name: None if reading.value is None else reading.value * scale.get(name, 1.0)
        for name, reading in readings.items()
    }


def ours_as_theirs(eye: Traced) -> dict[str, float | None]:
    """Return what differs in definition, measured by ours after PVBM's: to tell why they differ.

    Tortuosity: all arcs over all chords, of all segments from SHORTEST_PX on, lengths along the
    pixels without smoothing. Dimensions: of the mask instead of its skeleton.
    """
    found: dict[str, float | None] = {}
    for kind in ("arteriole", "venule"):
        arcs, chords = [], []
        for line in centrelines(getattr(eye.masks, f"{kind}_HW")).segments:
            steps = np.hypot(np.diff(line.rows), np.diff(line.columns))
            if steps.sum() >= SHORTEST_PX:
                arcs.append(steps.sum())
                chords.append(np.hypot(np.ptp(line.rows[[0, -1]]), np.ptp(line.columns[[0, -1]])))
        found[f"tortuosity_distance_{kind}s"] = float(np.sum(arcs) / np.sum(chords))
    vessels, diameter_px = eye.masks.vessel_HW & ~eye.disc.mask_HW, eye.masks.field_diameter_px
    dimensions_of_mask = (
        fractal_dimension(vessels, diameter_px, "vessel"),
        *uneven_dimensions(vessels, diameter_px, "vessel"),
    )
    values = [reading.value for reading in dimensions_of_mask]
    return found | dict(zip(DIMENSIONS, values, strict=True))


def angles_of_both(eye: Traced) -> list[tuple[float, float]]:
    """Return our angle and PVBM's of each division that both measure."""
    found = []
    for mask in (eye.masks.arteriole_HW, eye.masks.venule_HW):
        ours = divisions(centrelines(mask), eye.masks.field_diameter_px)
        for (row, column), angle in geometry(mask, circle_of(eye.disc)).angles.items():
            away = [np.hypot(one.x_px - column, one.y_px - row) for one in ours]
            if away and min(away) <= SAME_PLACE_PX:
                found.append((ours[int(np.argmin(away))].angle_deg, angle))
    return found


def circle_of(disc: Disc) -> DiscCircle:
    """Return the disc as PVBM takes it."""
    return DiscCircle(round(disc.x_px), round(disc.y_px), max(1, round(disc.diameter_px / 2)))


def vessels_by_pvbm(eye: Traced) -> dict[str, float | None]:
    """Return PVBM's geometry and calibres under the names of ours that they stand for."""
    disc = circle_of(eye.disc)
    masks = {"arteriole": eye.masks.arteriole_HW, "venule": eye.masks.venule_HW}
    outside = np.count_nonzero(eye.masks.field_HW & ~eye.disc.mask_HW)
    found: dict[str, float | None] = {}
    for kind, mask in masks.items():
        measured = geometry(mask, disc)
        found[f"{kind}_density"] = measured.area_px / outside
        found[f"tortuosity_distance_{kind}s"] = measured.tortuosity_index
        found[f"branching_angle_{kind}s"] = measured.branching_angle
    crae = central_equivalent(masks["arteriole"], disc, arterioles=True)
    crve = central_equivalent(masks["venule"], disc, arterioles=False)
    return found | _calibres("", crae, crve, 1) | _calibres(OF_SIX, crae, crve, 6)


def _calibres(
    suffix: str, crae: Equivalent | None, crve: Equivalent | None, needed: int
) -> dict[str, float | None]:
    """Return PVBM's calibres and their ratio where they are made of enough vessels."""
    arterioles, venules = (
        one.value_px if one is not None and one.vessels >= needed else None for one in (crae, crve)
    )
    ratio = None if arterioles is None or venules is None else arterioles / venules
    names = ("crae_um", "crve_um", "avr")
    return {
        name + suffix: value
        for name, value in zip(names, (arterioles, venules, ratio), strict=True)
    }


def dimensions_by_pvbm(eye: Traced, rotations: int) -> dict[str, float | None]:
    """Return PVBM's dimensions of all vessels under the names of ours."""
    found = dimensions(eye.masks.vessel_HW, circle_of(eye.disc), rotations)
    return dict(zip(DIMENSIONS, found, strict=True))
