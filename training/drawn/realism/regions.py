"""The parts of a drawn photograph by its own masks: where a judge looks can be said in words.

Legend: H rows, W columns.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge_runtime.domain import BoolArray
from training.cohort.mask_file import read_mask
from training.drawn.realism.level import LevelPicture, distance_from_centre

EDGE = 0.9
"""From here on, in field radii, it is the edge of the field."""
MACULA = 0.25
"""Radius of the macula's region in field radii: about 1 disc diameter of a 45 degree field."""
SURROUND = {"disc": 0.03, "lesions": 0.015, "vessels": 0.008}
"""How far a region reaches beyond its mask, over the picture's side: edges belong to the thing."""
REGIONS = ("edge", "disc", "macula", "lesions", "vessels", "background")


def regions_of(picture: LevelPicture, root: Path) -> dict[str, BoolArray]:
    """Return masks (H, W) that share the field among REGIONS, the first named first served."""
    row, left_HW = picture.row, picture.field_HW.copy()
    wanted = {
        "edge": distance_from_centre(len(left_HW)) >= EDGE,
        "disc": _reaching(_laid(picture, root, [row.disc]), "disc"),
        "macula": _around_fovea(picture),
        "lesions": _reaching(_laid(picture, root, list(row.lesions.values())), "lesions"),
        "vessels": _reaching(_laid(picture, root, [row.vessel]), "vessels"),
        "background": np.ones_like(left_HW),
    }
    regions = {}
    for name in REGIONS:
        regions[name] = left_HW & wanted[name]
        left_HW &= ~wanted[name]
    return regions


def _laid(picture: LevelPicture, root: Path, masks: list[str | None]) -> BoolArray:
    laid_HW = np.zeros_like(picture.field_HW)
    for path in masks:
        if path is not None:
            mask_HW = read_mask(root / path).astype(np.float32)
            laid_HW |= picture.frame.from_photograph(mask_HW) >= 0.25
    return laid_HW


def _reaching(mask_HW: BoolArray, name: str) -> BoolArray:
    reach_px = max(1, round(SURROUND[name] * len(mask_HW)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1, 2 * reach_px + 1))
    return np.asarray(cv2.dilate(mask_HW.astype(np.uint8), kernel) > 0)


def _around_fovea(picture: LevelPicture) -> BoolArray:
    row, frame, side = picture.row, picture.frame, len(picture.field_HW)
    if row.fovea_x_px is None or row.fovea_y_px is None:
        return np.zeros_like(picture.field_HW)
    ratio = frame.network_px_per_photograph_px
    x_px = (row.fovea_x_px - frame.left_px + 0.5) * ratio - 0.5
    y_px = (row.fovea_y_px - frame.top_px + 0.5) * ratio - 0.5
    rows, columns = np.ogrid[:side, :side]
    return np.asarray(np.hypot(columns - x_px, rows - y_px) <= MACULA * side / 2.0)
