"""Curves that vessels follow, and their small bends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.drawn.anatomy import Points

STEP = 0.025
"""Distance between the nodes of a vessel, in disc diameters."""
SHORTEST_WAVE = 0.12
"""Bends are no shorter than this, in disc diameters."""
WAVE_HEIGHT = 0.05
"""Set so that arc over chord and curvature are those of public masks of arterioles and venules."""


def through(points: Points) -> Points:
    """Return a smooth curve (Catmull-Rom) through the points (N, 2), in even steps."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    a, b, c, d = (ends[k : len(ends) - 3 + k, None] for k in range(4))
    t = np.linspace(0, 1, 24, endpoint=False)[None, :, None]
    pieces = (
        b
        + 0.5 * t * (c - a)
        + t**2 * (a - 2.5 * b + 2 * c - 0.5 * d)
        + t**3 * (1.5 * (b - c) + 0.5 * (d - a))
    )
    return _evenly(np.vstack([pieces.reshape(-1, 2), points[-1:]]))


def hermite(ends: Points, t: npt.NDArray[np.float64]) -> Points:
    """Return points (..., T, 2) at shares `t` (T,) of cubic curves.

    `ends` (..., 4, 2) are the start, the tangent there, the end, and the tangent there; tangents
    are as long as the curve's own speed: about its length.
    """
    weights = np.stack(
        [
            (1 + 2 * t) * (1 - t) ** 2,
            t * (1 - t) ** 2,
            t**2 * (3 - 2 * t),
            t**2 * (t - 1),
        ],
        axis=-1,
    )
    return np.asarray(weights @ ends)


def shares(count: int) -> npt.NDArray[np.float64]:
    """Return 0 to 1 in so many even steps."""
    return np.asarray(np.arange(count + 1) / count)


def bends(curve: Points, height: float, rng: np.random.Generator) -> Points:
    """Return sideways shifts (N, 2) that bend a curve (N, 2) a little; none at its two ends."""
    length = STEP * (len(curve) - 1)
    t = np.pi * shares(len(curve) - 1)
    waves = np.arange(2, max(int(2 * length / SHORTEST_WAVE), 2) + 1)
    size = height * WAVE_HEIGHT * np.sqrt(length) * rng.normal(0, 1, len(waves)) / waves**1.25
    sideways = size @ np.sin(waves[:, None] * t)
    return np.asarray(sideways[:, None] * _across(curve))


def _across(curve: Points) -> Points:
    """Return unit vectors (N, 2) square to a curve (N, 2)."""
    square = np.empty_like(curve)
    square[1:-1, 0], square[1:-1, 1] = curve[:-2, 1] - curve[2:, 1], curve[2:, 0] - curve[:-2, 0]
    square[0], square[-1] = square[1], square[-2]
    return np.asarray(square / np.maximum(np.sqrt((square * square).sum(1)), 1e-9)[:, None])


def _evenly(curve: Points) -> Points:
    steps = np.diff(curve, axis=0)
    along = np.concatenate([[0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    stops = np.linspace(0, along[-1], max(round(along[-1] / STEP), 4) + 1)
    return np.stack([np.interp(stops, along, axis) for axis in curve.T], axis=1)
