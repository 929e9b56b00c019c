"""How wide the neural rim of the disc is, by clock hour.

The clock is that of a right eye: 12 is superior, 3 nasal, 6 inferior, 9 temporal. A left eye is
read as its mirror image, so that an hour names the same part of the rim in both eyes; each name
says the part as well. Twelve is the picture's own upright: a head held askew turns the clock.
"""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Eye, Reading
from edge_runtime.fundus.biomarkers.disc import Disc, NoCup, NoDisc, find_cup

PARTS = (
    "12_superior",
    "01_superior_nasal",
    "02_nasal_superior",
    "03_nasal",
    "04_nasal_inferior",
    "05_inferior_nasal",
    "06_inferior",
    "07_inferior_temporal",
    "08_temporal_inferior",
    "09_temporal",
    "10_temporal_superior",
    "11_superior_temporal",
)
"""The hours clockwise in a right eye, each with its part of the rim; the first word prevails."""

RIM_WIDTHS = tuple(f"rim_width_{part}_um" for part in PARTS)
"""Names of the readings, in the order of PARTS."""

RAYS_PER_HOUR = 15
"""Rays from the disc's centre in each hour's 30 degrees, evenly apart."""

STEP_PX = 0.25
"""Distance of the samples along a ray."""


def rim_widths(disc: Disc | NoDisc, cup_HW: BoolArray, eye: Eye | None) -> dict[str, Reading]:
    """Return the mean width of the rim in each hour in RIM_WIDTHS, in micrometres.

    A width is how much of a ray from the disc's centre lies on the disc outside the cup, averaged
    over the rays from 15 degrees before the hour to 15 after. `eye` tells which side is nasal.
    """
    if isinstance(disc, NoDisc):
        return _missing(disc.reason)
    cup = find_cup(disc, cup_HW)
    if isinstance(cup, NoCup):
        return _missing(cup.reason)
    if eye is None:
        return _missing("not known whether it is a right or a left eye")
    widths_px = _widths_px(disc, disc.mask_HW & ~cup.mask_HW, eye)
    return {
        name: Reading(disc.um_per_px * width, "um")
        for name, width in zip(RIM_WIDTHS, widths_px, strict=True)
    }


def _widths_px(disc: Disc, rim_HW: BoolArray, eye: Eye) -> list[float]:
    rays = len(PARTS) * RAYS_PER_HOUR
    # The first hour's rays lie on both sides of twelve.
    hours = (np.arange(rays) + 0.5) / RAYS_PER_HOUR - 0.5
    angle_R = 2.0 * np.pi * hours / len(PARTS)
    x, y, width, height = cv2.boundingRect(disc.mask_HW.view(np.uint8))
    reach_S = np.arange(0.5 * STEP_PX, ceil(np.hypot(width, height)), STEP_PX)
    to_the_nose = 1.0 if eye is Eye.OD else -1.0
    # One pixel of background about the disc: nothing else is looked at.
    window = np.pad(rim_HW[y : y + height, x : x + width], 1).astype(np.float32)
    centre_x, centre_y = disc.x_px - x + 1.0, disc.y_px - y + 1.0
    columns_RS = centre_x + to_the_nose * np.outer(np.sin(angle_R), reach_S)
    rows_RS = centre_y - np.outer(np.cos(angle_R), reach_S)
    rim_RS = cv2.remap(
        window, columns_RS.astype(np.float32), rows_RS.astype(np.float32), cv2.INTER_LINEAR
    )
    on_rim_R = STEP_PX * rim_RS.sum(axis=1)
    widths: list[float] = on_rim_R.reshape(len(PARTS), RAYS_PER_HOUR).mean(axis=1).tolist()
    return widths


def _missing(reason: str) -> dict[str, Reading]:
    return dict.fromkeys(RIM_WIDTHS, Reading(None, "um", reason))
