"""Ways by which a vessel may reach tissue: many curves at once, each with its cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import BoolArray, FloatArray
from training.drawn.anatomy import Anatomy, Points
from training.drawn.vessels.curves import hermite, shares
from training.drawn.vessels.tissue import at
from training.drawn.vessels.tree import Nodes, Values

FOVEA_FREE = 0.38
"""Radius around the fovea that no visible vessel enters."""
PAPILLOMACULAR = 1.6
"""Vessels from the disc itself straight to the macula end at this distance: they are small."""
RAPHE_WIDTH = 0.3
"""So far a vessel may stray over the line between the upper and the lower half."""
STARTS = 8
"""Places on the tree that are tried as the start of a branch before its target is given up."""
OWN_CLEAR, BESIDE_CLEAR = 0.075, 0.07
"""Distances to a vessel of the same and of the other kind below which a curve runs too near."""
_SHARES = shares(15)


@dataclass(frozen=True)
class Style:
    """How one eye's vessels grow; shared by the person's eyes."""

    bends: float
    """Height of the small bends, about 1."""

    fork_turn: float
    """Least turn of a branch from its vessel's way in radians: small for forks like a Y."""

    sparse: float
    """Gaps between vessels, about 1."""


def style_of(rng: np.random.Generator) -> Style:
    """Draw a person's style (assumed; set against the scatter of public masks)."""
    return Style(
        bends=float(np.exp(rng.normal(0, 0.2))),
        fork_turn=rng.uniform(0.75, 1.15),
        sparse=float(np.exp(rng.normal(0, 0.06))),
    )


@dataclass(frozen=True)
class Ways:
    """The best way to each of K targets."""

    row: Nodes
    """(K,) the site that it starts from, a row of the sites."""

    cost: Values
    """(K,) infinite where every way is barred."""

    ends: Points
    """(K, 4, 2) the start, the tangent there, the target, and the tangent there."""

    curve: Points
    """(K, T, 2) points along it."""


def ways_to(
    targets: Points,
    sites: Values,
    clearance: tuple[FloatArray, FloatArray],
    anatomy: Anatomy,
    style: Style,
    rng: np.random.Generator,
) -> Ways:
    """Return the cheapest ways from the sites (S, 7) of a tree to targets (K, 2).

    `clearance` are the maps of distances to vessels of the same and of the other kind; running
    alongside one of the other kind is dear.
    """
    rows, cost = _starts(targets, sites, anatomy)
    leaving, arriving = _tangents(targets, sites[rows], anatomy, style, rng)
    origin = sites[rows][..., :2]
    goal = np.broadcast_to(targets[:, None], origin.shape)
    ends = np.stack([origin, leaving, goal, arriving], axis=-2)
    curves = hermite(ends, _SHARES)
    cost = cost + np.where(_barred(curves, clearance[0], anatomy), np.inf, 0)
    cost *= 1 + 2 * (at(clearance[1], curves) < BESIDE_CLEAR).mean(-1)
    best = np.arange(len(targets)), cost.argmin(1)
    return Ways(rows[best], cost[best], ends[best], curves[best])


def _starts(targets: Points, sites: Values, anatomy: Anatomy) -> tuple[Nodes, FloatArray]:
    """Return for each of K targets its cheapest sites (K, STARTS) and what each costs.

    A short way is cheap; turning back against the flow is dear. Vessels of the upper half do not
    feed the lower, or the reverse: they meet at the line through disc and fovea (the raphe).
    """
    x, y, flow_x, flow_y, half, _, tip = sites.astype(np.float32).T
    goal_x, goal_y = targets.astype(np.float32).T[:, :, None]
    to_x, to_y = goal_x - x, goal_y - y
    distance = np.sqrt(to_x * to_x + to_y * to_y)
    apart = 1 / np.maximum(distance, 1e-6)
    short = np.maximum(0.75 - (to_x * flow_x + to_y * flow_y) * apart, 0)
    cost = distance * (1 + 2.5 * short * short) - 0.04 * tip
    inward_x, inward_y = (
        np.float32(anatomy.fovea[0]) - goal_x,
        np.float32(anatomy.fovea[1]) - goal_y,
    )
    from_fovea = np.sqrt(inward_x**2 + inward_y**2)
    aim = (to_x * inward_x + to_y * inward_y) * apart / np.maximum(from_fovea, 1e-6)
    cost *= 1 + (0.5 * np.clip(2 - from_fovea, 0, 1)) * (1 - aim)
    below = goal_y - goal_x * np.float32(anatomy.fovea[1] / anatomy.fovea[0])
    dearer = np.where(np.abs(below) > RAPHE_WIDTH, np.float32(np.inf), np.float32(1.7))
    cost *= np.where(half * below < 0, dearer, 1)
    on_disc = x * x + y * y < 0.6**2
    cost[(distance < 0.12) | (on_disc & (goal_x < -PAPILLOMACULAR))] = np.inf
    rows = np.argpartition(cost, STARTS, axis=1)[:, :STARTS]
    return rows, np.take_along_axis(cost, rows, axis=1)


def _tangents(
    targets: Points, sites: Values, anatomy: Anatomy, style: Style, rng: np.random.Generator
) -> tuple[Points, Points]:
    """Return the tangents (K, STARTS, 2) of curves where they leave a vessel and where they end.

    Branches leave at a natural angle, go on from a tip almost straight, and near the macula turn
    towards the fovea.
    """
    flow, way = sites[..., 2:4], targets[:, None] - sites[..., :2]
    length = np.sqrt((way**2).sum(-1, keepdims=True))
    turn = np.arctan2(flow[..., 0] * way[..., 1] - flow[..., 1] * way[..., 0], (flow * way).sum(-1))
    tip = sites[..., 6] > 0
    least = np.where(tip, 0.0, style.fork_turn * rng.uniform(0.7, 1.25, tip.shape))
    turn = np.copysign(np.clip(np.abs(turn), least, np.where(tip, 0.6, 1.45)), turn)
    cosine, sine = np.cos(turn), np.sin(turn)
    leaving = np.stack(
        [flow[..., 0] * cosine - flow[..., 1] * sine, flow[..., 0] * sine + flow[..., 1] * cosine],
        axis=-1,
    )
    to_fovea = np.array(anatomy.fovea) - targets
    near = np.hypot(to_fovea[:, 0], to_fovea[:, 1]) < 1.5
    outward = np.where(near[:, None], to_fovea, targets)
    outward /= np.maximum(np.sqrt((outward**2).sum(-1, keepdims=True)), 1e-9)
    weight = np.where(near, rng.uniform(0.2, 0.8, len(near)), rng.uniform(-0.1, 0.6, len(near)))
    arriving = way + (weight[:, None] * outward)[:, None] * length
    return leaving * length, arriving


def _barred(curves: Points, clearance: FloatArray, anatomy: Anatomy) -> BoolArray:
    """Whether curves (..., T, 2) meet their own kind, enter the fovea, or come back to the disc."""
    origin = curves[..., :1, :]
    body = ((curves - origin) ** 2).sum(-1) > 0.12**2
    near = (np.asarray(at(clearance, curves)) < OWN_CLEAR) & body
    enters = ((curves - anatomy.fovea) ** 2).sum(-1) < FOVEA_FREE**2
    from_disc = (curves**2).sum(-1)
    returns = (from_disc < 0.5**2) & body & (from_disc[..., :1] > 0.5**2)
    return np.asarray((near | enters | returns).any(-1))
