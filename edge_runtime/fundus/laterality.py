"""Which eye a photograph shows, told from where the disc lies.

The disc lies on the nasal side of the fovea: in a photograph of a right eye (OD) right of it, of a
left eye (OS) left of it. Where no fovea is found, the field's centre stands for it, as most
photographs are centred on the macula. In a disc-centred photograph neither tells; then the large
vessels do: the arcades sweep around the macula, so the temporal side of the disc is free of large
vessels along the horizontal.

Legend: H rows, W columns of the network image.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.contracts.result import EyeReading
from edge_runtime.domain import BoolArray, Eye
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.biomarkers.fovea import Fovea
from edge_runtime.fundus.biomarkers.masks import pixels_of

OFF_CENTRE = 0.22
"""From this distance on (disc centre to field centre along x, as a share of the field's radius)
the place of the disc alone decides."""

LEAST_APART = 1.0
"""Disc and fovea this far apart along x, in disc diameters, tell the eye; 2.5 is usual."""

SURE_BALANCE = 0.12
"""How much more vessel one side of a central disc must have (as a share of both) to decide."""


def read_laterality(anatomy: Anatomy, given: Eye | None) -> EyeReading:
    """Return the eye with its source; a conflict is reported and the given eye kept."""
    seen = eye_from_picture(anatomy)
    if given is not None:
        return EyeReading(
            laterality=given, source="given", conflict=seen is not None and seen != given
        )
    if seen is None:
        return EyeReading(laterality=None, source="unknown")
    return EyeReading(laterality=seen, source="picture")


def eye_from_picture(anatomy: Anatomy) -> Eye | None:
    """Return the eye that the picture shows, or None when it does not tell."""
    disc_HW, _ = anatomy.disc_and_cup_masks()
    if not disc_HW.any():
        return None
    ys, xs = pixels_of(disc_HW)
    centre_x, centre_y = float(xs.mean()), float(ys.mean())
    diameter = 2.0 * float(np.sqrt(len(xs) / np.pi))
    fovea = anatomy.fovea()
    if isinstance(fovea, Fovea) and abs(centre_x - fovea.x_px) >= LEAST_APART * diameter:
        return Eye.OD if centre_x > fovea.x_px else Eye.OS
    size = disc_HW.shape[1]
    offset = (centre_x - (size - 1) / 2) / (size / 2)
    if abs(offset) >= OFF_CENTRE:
        return Eye.OD if offset > 0 else Eye.OS
    vessel_HW = anatomy.channel("vessel") >= 0.5
    balance = _vessel_balance(vessel_HW, centre_x, centre_y, diameter)
    if balance is None or abs(balance) < SURE_BALANCE:
        return None
    # More vessel on the right of the disc means that the right is nasal: a right eye.
    return Eye.OD if balance > 0 else Eye.OS


def _vessel_balance(
    vessel_HW: BoolArray, centre_x: float, centre_y: float, diameter: float
) -> float | None:
    """Return (right - left) / (right + left) of vessel beside the disc, or None without any.

    Counted in the band of one disc diameter around the disc's horizontal, from 1 to 2.5
    diameters to either side: temporally that is the way to the fovea.
    """
    rows, columns = np.indices(vessel_HW.shape)
    away = (columns - centre_x) / diameter
    band = np.abs(rows - centre_y) <= 0.5 * diameter
    right = int((vessel_HW & band & (away >= 1.0) & (away <= 2.5)).sum())
    left = int((vessel_HW & band & (away <= -1.0) & (away >= -2.5)).sum())
    return (right - left) / (right + left) if right + left else None
