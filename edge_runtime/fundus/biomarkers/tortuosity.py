"""How winding the vessels are: by their way against the straight way, and by how much they turn.

Neither needs micrometres. Lengths are in shares of the field's diameter, so that they mean the same
at every image size; fields of another angle give other values, and only photographs of one kind of
camera compare.

Source: Hart et al. 1999, Int J Med Inform 53(2-3):239-252 (their tau 1 plus one, and tau 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from edge_runtime.domain import BoolArray, Reading
from edge_runtime.fundus.biomarkers.centrelines import Segment
from edge_runtime.fundus.biomarkers.masks import FloatArray64

MIN_SEGMENT_SHARE = 0.05
"""Shortest segment whose tortuosity counts, in field diameters: 32 px of 640. On shorter ones the
pixel grid bends more than the vessel does."""

MIN_CHORD_SHARE = 1.0 / 3.0
"""A segment whose chord is less than this share of its arc goes round a hole in the mask or
doubles back along a wrongly joined vessel; no vessel between two branch points does."""

TURN_SMOOTHING_SHARE = 0.015
"""Standard deviation of the Gaussian over a centreline before its turns are added up, in field
diameters: 9.6 px of 640. What the grid bends lies below it, what a vessel bends mostly above: of a
wave with a length of a tenth of the diameter 64 % of the height is left."""

END_SIGMAS = 1.5
"""How far from its ends a line's turns do not count, in standard deviations of the smoothing."""


@dataclass(frozen=True)
class Tortuosity:
    """Both tortuosities of one kind of vessel."""

    distance: Reading
    curvature: Reading


def tortuosity(segments: Sequence[Segment], field_diameter_px: float, vessel: str) -> Tortuosity:
    """Return how winding the segments are, each weighted by its arc.

    `distance` is the mean of arc over chord, at least 1. `curvature` is the mean absolute
    curvature, at least 0, in radians turned on a way as long as the field's diameter.

    A segment lies between two ends or places where the vessel divides (side branches, see
    `centrelines`, divide nothing); those shorter than MIN_SEGMENT_SHARE and those that close on
    themselves are left out.
    """
    if not segments:
        return _missing(f"no {vessel}s found")
    measured = [_measured(segment, field_diameter_px) for segment in segments]
    counted = [one for one in measured if one is not None]
    if not counted:
        share = f"{100 * MIN_SEGMENT_SHARE:.0f} % of the field's diameter"
        return _missing(f"no {vessel} is as long as {share} without a branch")
    arcs = np.array([one.arc_px for one in counted])
    ratios = arcs / np.array([one.chord_px for one in counted])
    turns_per_px = _turns_per_px([one.points_L2 for one in counted], field_diameter_px)
    return Tortuosity(
        Reading(float(np.average(ratios, weights=arcs))),
        Reading(field_diameter_px * turns_per_px, "rad"),
    )


@dataclass(frozen=True)
class _Way:
    """A segment that counts: its smoothed points, its arc and its chord."""

    points_L2: FloatArray64
    arc_px: float
    chord_px: float


def _missing(reason: str) -> Tortuosity:
    return Tortuosity(Reading(None, missing_because=reason), Reading(None, "rad", reason))


def _measured(segment: Segment, field_diameter_px: float) -> _Way | None:
    """Return a segment's measures, or None if it is left out."""
    shortest_px = MIN_SEGMENT_SHARE * field_diameter_px
    # A path of n pixels is at most sqrt(2) n long: the short ones need not be smoothed.
    if 1.5 * len(segment.rows) < shortest_px:
        return None
    points_L2 = segment.smooth_points
    steps = np.diff(points_L2, axis=0)
    arc = float(np.hypot(steps[:, 0], steps[:, 1]).sum())
    chord = float(np.hypot(*(points_L2[-1] - points_L2[0])))
    if arc < shortest_px or chord < MIN_CHORD_SHARE * arc:
        return None
    return _Way(points_L2, arc, chord)


def _turns_per_px(lines: list[FloatArray64], field_diameter_px: float) -> float:
    """Return the mean absolute curvature of some lines away from their ends.

    It is the sum of all changes of direction, whichever way they go, over the way.
    """
    sigma_px = TURN_SMOOTHING_SHARE * field_diameter_px
    reach = max(1, min(ceil(3.0 * sigma_px), min(len(line) for line in lines) - 1))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    weights /= weights.sum()
    # All lines in one array, each with its own pads: one convolution, cut up afterwards.
    joined = np.concatenate([_extended(line, reach) for line in lines])
    x, y = (np.convolve(axis, weights, mode="same") for axis in joined.T)
    steps_x, steps_y = np.diff(x), np.diff(y)
    turns = np.diff(np.arctan2(steps_y, steps_x))
    turns = np.abs((turns + np.pi) % (2.0 * np.pi) - np.pi)
    inside = np.concatenate([_inside(len(line), reach, sigma_px) for line in lines])
    way = np.hypot(steps_x, steps_y)[:-1][inside[1:-1]].sum()
    return float(turns[inside[1:-1]].sum() / way)


def _extended(line_L2: FloatArray64, reach: int) -> FloatArray64:
    """Return a line reflected through its end points, so that a straight one goes on straight."""
    before = 2.0 * line_L2[0] - line_L2[reach:0:-1]
    beyond = 2.0 * line_L2[-1] - line_L2[-2 : -reach - 2 : -1]
    return np.concatenate([before, line_L2, beyond])


def _inside(length: int, reach: int, sigma_px: float) -> BoolArray:
    """Return True at the points of an extended line at which its turns count.

    Near an end the reflected line turns the other way, and the skeleton runs into a corner of the
    mask; the middle of a line always counts.
    """
    end = min(ceil(END_SIGMAS * sigma_px), (length - 1) // 2)
    inside = np.zeros(length + 2 * reach, np.bool_)
    inside[reach + end : reach + length - end] = True
    return inside
