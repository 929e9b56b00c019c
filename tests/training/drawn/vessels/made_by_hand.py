"""Vessels and frames made by hand, and one eye's traits."""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import Eye, FovCircle
from training.drawn.anatomy import Points
from training.drawn.eye_state import EyeTraits
from training.drawn.frame import Frame
from training.drawn.vessels.tree import Kind, VesselTree

TRAITS = EyeTraits(seed=3, eye=Eye.OD, pigmentation=0.45, disc_height_um=1900.0)


def a_vessel(xy: Points, radius: float, parent: list[int] | None = None) -> VesselTree:
    nodes = np.arange(-1, len(xy) - 1) if parent is None else np.array(parent)
    ones = np.ones(len(xy))
    return VesselTree(Kind.VENULE, np.asarray(xy, float), nodes, radius * ones, xy, ones)


def a_frame(
    px_per_dd: float, centre: tuple[float, float] = (0.0, 0.0), side_px: int = 200
) -> Frame:
    middle = (side_px - 1) / 2
    return Frame(side_px, side_px, FovCircle(middle, middle, side_px), px_per_dd, centre)
