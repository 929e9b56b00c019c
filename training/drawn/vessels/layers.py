"""A vessel tree on pixels: how much blood lies over each, and which pixels are vessel.

Every piece of vessel is laid over the few pixels around it, with its distance from each. Blood is
what a pixel's width sees of a round tube, so that a vessel thinner than a pixel still darkens as
much as its calibre says; where vessels meet, the thickest counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray, FloatArray
from training.drawn.frame import Frame
from training.drawn.vessels.tree import VesselTree

LEAST_RADIUS_PX = 0.75
"""Thinner vessels are marked this wide: no grader marks less than a pixel."""
SEEN_RADIUS_PX = 0.4
"""Thinner vessels are laid but not marked: less than 0.8 px wide, they sink into the grain."""
DISC_DD, ROOT_SHARE, ROOT_DD = 0.6, 0.55, 0.10
"""On the disc a vessel comes up at this share of its calibre and shows in full this far on."""
GLEAM_SHARE = 0.28
"""Half width of the bright line over the vessel's."""
GLEAM_FROM_PX, GLEAM_FULL_PX = 1.5, 4.0
"""Radii from which a bright line is seen at all and in full."""
MOST_AT_ONCE = 400_000
"""Pixels laid at once: bounds the memory for large photographs."""

_TABLE = np.linspace(-1, 1, 4097)
_AREA = (_TABLE * np.sqrt(1 - _TABLE**2) + np.arcsin(_TABLE)).astype(np.float32)
"""Area of a circle of radius 1 to the left of a line at each place of `_TABLE`, less pi / 2."""


@dataclass(frozen=True)
class VesselLayer:
    """One kind's vessels over the picture, each (H, W)."""

    blood: FloatArray
    """Thickness of blood in disc diameters (a vessel is a round tube)."""

    reflex: FloatArray
    """Strength in [0, 1] of the bright line that a wide vessel's wall throws back."""

    mask: BoolArray


def lay_vessels(tree: VesselTree, frame: Frame) -> VesselLayer:
    """Return one tree's layer."""
    blood, reflex = (np.zeros(frame.shape, np.float32) for _ in range(2))
    mask = np.zeros(frame.shape, bool)
    for place, away, radius in _near_pixels(tree, frame):
        marked = (away <= np.maximum(radius, LEAST_RADIUS_PX)) & (radius >= SEEN_RADIUS_PX)
        mask.ravel()[place[marked]] = True
        np.maximum.at(blood.ravel(), place, _thickness(away, radius))
        wide = radius > GLEAM_FROM_PX
        if wide.any():
            place, away, radius = place[wide], away[wide], radius[wide]
            strength = (radius - GLEAM_FROM_PX) / (GLEAM_FULL_PX - GLEAM_FROM_PX)
            gleam = np.exp(-((away / (GLEAM_SHARE * radius)) ** 2)) * np.minimum(strength, 1)
            np.maximum.at(reflex.ravel(), place, gleam)
    blood /= np.float32(frame.px_per_dd)
    return VesselLayer(blood, reflex, mask)


def _near_pixels(
    tree: VesselTree, frame: Frame
) -> Iterator[tuple[npt.NDArray[np.intp], FloatArray, FloatArray]]:
    """Yield pixels near vessels: flat places, distances to a vessel's line, its radius there.

    A pixel comes once for each piece that it is near. Lengths are in pixels.
    """
    begin, way, radius = _pieces_px(tree, frame)
    middle = np.round(begin + 0.5 * way)
    start, along, wide = (of.astype(np.float32) for of in (begin - middle, way, radius))
    length = np.hypot(way[:, 0], way[:, 1])
    widest = np.maximum(radius.max(1), LEAST_RADIUS_PX)
    reach = np.ceil(0.5 * length + widest + 1).astype(int)
    reach = np.where(reach > 6, 4 * -(-reach // 4), reach)
    for size in np.unique(reach):
        chosen = np.flatnonzero(reach == size)
        window = np.arange(-size, size + 1, dtype=np.float32)
        each = max(1, MOST_AT_ONCE // len(window) ** 2)
        for first in range(0, len(chosen), each):
            some = chosen[first : first + each]
            yield _window(start[some], along[some], wide[some], middle[some], window, frame)


def _pieces_px(tree: VesselTree, frame: Frame) -> tuple[npt.NDArray[np.float64], ...]:
    """Return begin (P, 2), way (P, 2) and radii (P, 2) at both ends of each piece in the frame."""
    ends = tree.pieces
    parents = tree.parent[ends]
    xy = frame.to_px(tree.xy)
    begin, end = xy[parents], xy[ends]
    wide = tree.radius * _emerged(tree)
    radius = np.stack([wide[parents], wide[ends]], axis=1) * frame.px_per_dd
    # A twig begins as wide as it is, not as its trunk.
    radius[:, 0] = np.minimum(radius[:, 0], 1.15 * radius[:, 1])
    margin = radius.max(1, keepdims=True) + 2
    low, high = np.minimum(begin, end) - margin, np.maximum(begin, end) + margin
    seen = (high > 0).all(1) & (low < (frame.width_px - 1, frame.height_px - 1)).all(1)
    return begin[seen], (end - begin)[seen], radius[seen]


def _emerged(tree: VesselTree) -> FloatArray:
    """Return the share (N,) of its calibre that each node shows: less where it dips to its root.

    Vessels come up on the disc alone; one that begins elsewhere shows in full.
    """
    roots = tree.xy[(tree.parent < 0) & ((tree.xy**2).sum(1) < DISC_DD**2)]
    away = np.sqrt(((tree.xy[:, None] - roots) ** 2).sum(-1)).min(1, initial=ROOT_DD)
    return np.asarray(ROOT_SHARE + (1 - ROOT_SHARE) * np.minimum(away / ROOT_DD, 1))


def _window(
    begin: FloatArray,
    way: FloatArray,
    radius: FloatArray,
    middle: npt.NDArray[np.float64],
    window: FloatArray,
    frame: Frame,
) -> tuple[npt.NDArray[np.intp], FloatArray, FloatArray]:
    """Return places, distances and radii of the pixels in the windows around P pieces."""
    x = window[None, None, :] - begin[:, 0, None, None]
    y = window[None, :, None] - begin[:, 1, None, None]
    way_x, way_y = way[:, 0, None, None], way[:, 1, None, None]
    share = (x * way_x + y * way_y) / np.maximum(way_x**2 + way_y**2, np.float32(1e-9))
    np.clip(share, 0, 1, out=share)
    x = x - share * way_x
    y = y - share * way_y
    away = np.sqrt(x * x + y * y)
    wide = radius[:, 0, None, None] + share * (radius[:, 1] - radius[:, 0])[:, None, None]
    near = away < np.maximum(wide, LEAST_RADIUS_PX) + np.float32(0.5)
    piece, row, column = np.nonzero(near)
    row = row + (middle[piece, 1] + window[0]).astype(np.intp)
    column = column + (middle[piece, 0] + window[0]).astype(np.intp)
    inside = (row >= 0) & (row < frame.height_px) & (column >= 0) & (column < frame.width_px)
    place = row * frame.width_px + column
    away, wide = away[near], wide[near]
    if not inside.all():
        place, away, wide = place[inside], away[inside], wide[inside]
    return place, away, wide


def _thickness(away: FloatArray, radius: FloatArray) -> FloatArray:
    """Return the thickness in pixels of a round tube, the mean over a pixel's width."""
    scale = np.float32(0.5 * (len(_TABLE) - 1))
    low = np.clip((away - np.float32(0.5)) / radius, -1, 1)
    high = np.clip((away + np.float32(0.5)) / radius, -1, 1)
    left = _AREA[((low + 1) * scale + np.float32(0.5)).astype(np.intp)]
    right = _AREA[((high + 1) * scale + np.float32(0.5)).astype(np.intp)]
    return np.asarray(radius * radius * (right - left), np.float32)
