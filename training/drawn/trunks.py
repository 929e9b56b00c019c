"""The four trunks of each kind that every eye has, and the small bends of all vessels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from training.drawn.anatomy import Anatomy, Points

STEP = 0.025
"""Distance between the nodes of a vessel, in disc diameters."""

TEMPORAL = (
    (0.05, 0.14),
    (-0.04, 0.42),
    (-0.20, 0.44),
    (-0.7, 0.74),
    (-1.5, 0.94),
    (-2.5, 1.0),
    (-3.6, 0.94),
    (-4.8, 0.84),
    (-6.2, 0.8),
)
"""x in DD, and height over the line from disc to fovea: two in DD, the rest in arcade heights."""
NASAL = ((0.09, 0.2), (0.16, 0.46), (0.42, 1.0), (0.85, 1.75), (1.15, 2.7), (1.4, 3.8))
"""x and height in DD."""


def trunks_of(
    anatomy: Anatomy, root: Points, apart: float, rng: np.random.Generator
) -> Iterator[tuple[Points, int]]:
    """Yield each trunk's points and the index of the node that it starts from, temporal first.

    `apart` keeps arterioles and venules apart: it raises the arcades by that share of their
    height and moves all trunks to the nose by most of it, in DD.
    """
    count = 1
    for up in (-1.0, 1.0):
        height = anatomy.arcade_height * (rng.uniform(0.92, 1.02) + apart)
        arcade = np.array(TEMPORAL)
        arcade[2:, 1] *= height
        stem = _trunk(arcade, up, apart, anatomy, root, rng)
        yield stem, 0
        fork = round(rng.uniform(0.08, 0.3) / STEP)
        first, count = count, count + len(stem) - 1
        nasal = _trunk(np.array(NASAL), up, apart, anatomy, stem[fork], rng)
        yield nasal, first + fork - 1
        count += len(nasal) - 1


def _trunk(
    shape: Points,
    up: float,
    apart: float,
    anatomy: Anatomy,
    start: Points,
    rng: np.random.Generator,
) -> Points:
    away = np.linspace(0.3, 1.0, len(shape))[:, None]
    points = shape * (1.0, up) + (0.6 * apart, 0) + rng.normal(0, 0.11, shape.shape) * away
    points[:, 1] += anatomy.fovea[1] * np.clip(points[:, 0] / anatomy.fovea[0], 0, 1)
    points = points[np.abs(points[:, 1]) > np.abs(start[1]) + 0.1]
    return wobbled(_through(np.vstack([start, points])), rng)


def _through(points: Points) -> Points:
    """Return a smooth curve (Catmull-Rom) through the points, in even steps."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, 40, endpoint=False)[:, None]
    pieces = [
        b
        + 0.5 * t * (c - a)
        + t**2 * (a - 2.5 * b + 2 * c - 0.5 * d)
        + t**3 * (1.5 * (b - c) + 0.5 * (d - a))
        for a, b, c, d in zip(ends[:-3], ends[1:-2], ends[2:-1], ends[3:], strict=True)
    ]
    return evenly(np.vstack([*pieces, points[-1:]]))


def evenly(curve: Points) -> Points:
    """Return the curve resampled in even steps of about STEP."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    stops = np.linspace(0, along[-1], max(round(along[-1] / STEP), 4) + 1)
    return np.stack([np.interp(stops, along, axis) for axis in curve.T], axis=1)


def wobbled(curve: Points, rng: np.random.Generator) -> Points:
    """Return the curve with small sideways bends; its ends stay where they are."""
    curve = evenly(curve)
    length = STEP * (len(curve) - 1)
    t = np.linspace(0, 1, len(curve))
    waves = np.arange(2, max(int(length / 0.12), 2) + 1)
    size = 0.035 * np.sqrt(length) * rng.normal(0, 1, len(waves)) / waves**1.25
    sideways = (size[:, None] * np.sin(np.pi * waves[:, None] * t)).sum(0)
    along = np.gradient(curve, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    return np.asarray(curve + sideways[:, None] * across)
