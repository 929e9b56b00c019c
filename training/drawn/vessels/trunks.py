"""The trunks of each kind that every eye has, and the small bends of all vessels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from training.drawn.anatomy import Anatomy, Points

STEP = 0.025
"""Distance between the nodes of a vessel, in disc diameters."""

# Each course is (x in disc diameters, height over the line from disc to fovea).
ARCADE = (
    (0.05, 0.08),
    (-0.04, 0.23),
    (-0.20, 0.44),
    (-0.7, 0.74),
    (-1.5, 0.94),
    (-2.5, 1.0),
    (-3.6, 0.94),
    (-4.8, 0.84),
    (-6.2, 0.8),
)
"""The great vessel around the macula; heights are shares of the eye's arcade height."""
INNER_ARCADE = ((-0.30, 0.38), (-0.85, 0.49), (-1.6, 0.57), (-2.5, 0.58), (-3.5, 0.50))
OUTER_ARCADE = ((-0.10, 0.52), (-0.45, 0.95), (-1.1, 1.3), (-1.9, 1.52), (-3.0, 1.7), (-4.2, 1.85))
"""Where a kind has two temporal vessels above and below, the second takes one of these courses."""
NASAL = ((0.09, 0.2), (0.16, 0.46), (0.42, 1.0), (0.85, 1.75), (1.15, 2.7), (1.4, 3.8))
"""Heights in disc diameters."""


@dataclass(frozen=True)
class Courses:
    """How the trunks of one kind run."""

    apart: float
    """Keeps the kinds apart: raises the arcades by this share of their height, and moves all
    trunks to the nose by most of it, in disc diameters."""

    second_arcade: bool
    """Arterioles fork early into two temporal vessels; else too few reach zone B."""


def trunks_of(
    anatomy: Anatomy, root: Points, courses: Courses, rng: np.random.Generator
) -> Iterator[tuple[Points, int]]:
    """Yield each trunk's points and the index of the node that it starts from, upper half first."""
    count = 1
    for up in (-1.0, 1.0):
        height = anatomy.arcade_height * (rng.uniform(0.92, 1.02) + courses.apart)
        second = OUTER_ARCADE if rng.uniform() < 0.5 else INNER_ARCADE
        arcade = _trunk(np.array(ARCADE) * (1, up * height), courses, anatomy, root, rng)
        branches = [(np.array(NASAL) * (1, up), round(rng.uniform(0.08, 0.3) / STEP))]
        if courses.second_arcade:
            fork = round(rng.uniform(0.42, 0.6) / STEP)
            branches.append((np.array(second) * (1, up * height), fork))
        yield arcade, 0
        first, count = count, count + len(arcade) - 1
        for course, fork in branches:
            trunk = _trunk(course, courses, anatomy, arcade[fork], rng)
            yield trunk, first + fork - 1
            count += len(trunk) - 1


def _trunk(
    course: Points, courses: Courses, anatomy: Anatomy, start: Points, rng: np.random.Generator
) -> Points:
    away = np.linspace(0.3, 1.0, len(course))[:, None]
    points = course + (0.6 * courses.apart, 0) + rng.normal(0, 0.11, course.shape) * away
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
