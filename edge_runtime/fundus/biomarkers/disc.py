"""The disc: whether what was found can be one, where it lies and how large it and its cup are.

The disc is the yardstick of every micrometre, so it is refused with a reason where it cannot be
right: too small or too large for the field, not round, or cut by the edge of the field.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Reading
from edge_runtime.fundus.biomarkers.masks import (
    AnatomyMasks,
    IntArray,
    largest_region,
    pixels_of,
)

DISC_DIAMETER_UM = 1800.0
"""Vertical diameter that every disc is taken to have. A convention, assumed: a photograph does not
tell its magnification. Others take 1850 um; every number in um scales with it. True discs differ by
some 15 % (one standard deviation; Jonas et al. 1988, from memory), and so do um between eyes."""

MIN_DISC_SHARE, MAX_DISC_SHARE = 0.004, 0.12
"""Share of the field that a disc may cover. A disc of 6 degrees covers 1 % of a field of 60
degrees; in DRISHTI-GS, with 30 degrees, the experts' discs cover 2.7 to 6.4 %."""

MIN_DISC_AXIS_RATIO = 0.6
"""Shorter over longer axis of the ellipse with the disc's moments (DRISHTI-GS: 0.80 and more)."""

MIN_DISC_ELLIPSE_OVERLAP = 0.85
"""Intersection over union of the disc and that ellipse (DRISHTI-GS: 0.94 and more)."""

EDGE_SHARE = 0.01
"""A disc nearer to the field's edge than this share of the field's diameter is cut by it."""


@dataclass(frozen=True)
class Disc:
    """A disc that can be measured: its region, centre and vertical diameter, in pixels.

    The diameter is that of the ellipse with the region's mean and covariance. A mask bulges along
    the trunks that cross the rim above and below: from highest to lowest pixel the discs of
    DRISHTI-GS, found by models that never saw them, are 3.2 % too high (SD 5.6), the ellipse is
    0.5 % too high (SD 4.5, 50 eyes).
    """

    mask_HW: BoolArray
    x_px: float
    y_px: float
    diameter_px: float

    @property
    def um_per_px(self) -> float:
        """Micrometres per pixel by the disc's assumed diameter."""
        return DISC_DIAMETER_UM / self.diameter_px


@dataclass(frozen=True)
class NoDisc:
    """There is no disc that can be measured, and why."""

    reason: str


@dataclass(frozen=True)
class Cup:
    """The cup of a disc: its largest region inside it."""

    mask_HW: BoolArray


@dataclass(frozen=True)
class NoCup:
    """There is no cup that can be measured, and why."""

    reason: str


def find_disc(masks: AnatomyMasks) -> Disc | NoDisc:
    """Return the largest region of the disc's mask, or why it cannot be taken for a disc."""
    if not masks.disc_HW.any():
        return NoDisc("no disc found")
    region_HW = largest_region(masks.disc_HW)
    share = np.count_nonzero(region_HW) / np.count_nonzero(masks.field_HW)
    if not MIN_DISC_SHARE <= share <= MAX_DISC_SHARE:
        return NoDisc(f"implausible disc: it covers {100 * share:.1f} % of the field")
    if _is_cut(region_HW, masks):
        return NoDisc("the disc is cut by the edge of the field")
    rows, columns = pixels_of(region_HW)
    if not _is_round(rows, columns):
        return NoDisc("implausible disc: it is not round")
    # Half-axes of the ellipse are twice the standard deviations.
    diameter_px = 4.0 * float(rows.std())
    return Disc(region_HW, float(columns.mean()), float(rows.mean()), diameter_px)


def find_cup(disc: Disc, cup_HW: BoolArray) -> Cup | NoCup:
    """Return the largest region of the cup's mask within the disc, or why there is none."""
    region_HW = largest_region(cup_HW & disc.mask_HW)
    if not region_HW.any():
        return NoCup("no cup found in the disc" if cup_HW.any() else "no cup found")
    return Cup(region_HW)


def cup_to_disc_ratios(disc: Disc | NoDisc, cup_HW: BoolArray) -> dict[str, Reading]:
    """Return `cdr_vertical` and `cdr_area`, in [0, 1]; the cup is clipped to the disc.

    The vertical ratio is that of the two heights, each from the highest to the lowest pixel,
    because a notch at a pole, where glaucoma cuts first, must count in full.
    """
    if isinstance(disc, NoDisc):
        return _without_ratios(disc.reason)
    cup = find_cup(disc, cup_HW)
    if isinstance(cup, NoCup):
        return _without_ratios(cup.reason)
    area = np.count_nonzero(cup.mask_HW) / np.count_nonzero(disc.mask_HW)
    return {
        "cdr_vertical": Reading(_height_px(cup.mask_HW) / _height_px(disc.mask_HW)),
        "cdr_area": Reading(float(area)),
    }


def _without_ratios(reason: str) -> dict[str, Reading]:
    missing = Reading(None, missing_because=reason)
    return {"cdr_vertical": missing, "cdr_area": missing}


def _height_px(region_HW: BoolArray) -> float:
    rows = np.flatnonzero(region_HW.any(axis=1))
    return float(rows[-1] - rows[0] + 1)


def _is_cut(region_HW: BoolArray, masks: AnatomyMasks) -> bool:
    """Tell whether the disc reaches the field's edge; the frame's border is an edge as well."""
    margin = max(1, round(EDGE_SHARE * masks.field_diameter_px))
    region_HW, field_HW = np.pad(region_HW, margin), np.pad(masks.field_HW, margin)
    x, y, width, height = cv2.boundingRect(region_HW.view(np.uint8))
    about = np.s_[y - margin : y + height + margin, x - margin : x + width + margin]
    reach = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    grown_hw = cv2.dilate(region_HW[about].astype(np.uint8), reach)
    return bool((grown_hw > field_HW[about]).any())


def _is_round(rows: IntArray, columns: IntArray) -> bool:
    """Tell whether the pixels fill an ellipse: the one that has their mean and covariance."""
    offsets_2N = np.stack([columns - columns.mean(), rows - rows.mean()])
    covariance = offsets_2N @ offsets_2N.T / len(rows)
    shorter, longer = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0.0))
    if shorter <= MIN_DISC_AXIS_RATIO * longer:
        return False
    # Half-axes are twice the standard deviations, so the ellipse ends at a distance of 2.
    distance_squared = (offsets_2N * np.linalg.solve(covariance, offsets_2N)).sum(axis=0)
    inside = np.count_nonzero(distance_squared <= 4.0)
    ellipse_area = 4.0 * np.pi * shorter * longer
    return bool(inside >= MIN_DISC_ELLIPSE_OVERLAP * (len(rows) + ellipse_area - inside))
