"""Finds the rim of the round field on a small copy of a photograph.

What differs from the surround is cut out at several thresholds (a dark field needs a low one, a
noisy surround a high one); a circle is drawn through each outline, and the one whose rim is seen
most and sharpest is moved onto the steepest edge. An outline along the border of the picture, or
along a straight cut within it, says nothing of the rim and is left out, so that a disc cut at any
side keeps its true circle.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.fundus import circle_fit
from edge_runtime.fundus.frame import Frame, surround_colour

# H rows, W columns, C colours, N points of an outline, A angles, R radii
FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
UInt8Array = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]

THRESHOLDS = (5.0, 9.0, 14.0, 22.0, 34.0, 50.0)
"""Grey levels by which the field may differ from the surround."""

RADIUS_SHARES = (0.1, 1.1)
"""Smallest and largest radius, as shares of the picture's long side."""

ANGLES: FloatArray = np.arange(360, dtype=np.float64) * (2 * np.pi / 360)

MIN_ARC_DEG = 60
"""Rim that must be seen where it lies on one side only; less cannot tell the radius."""

MIN_CORNERS_DEG = 12
"""Rim that must be seen in all where it shows on opposite sides (the corners of a wide field)."""

MIN_SUPPORT = 0.55
"""Share of the rim within the picture that must be seen."""

MIN_CONTRAST = 0.3
"""How much darker the surround must be just outside the rim, as a share of just inside."""

SURE_SCORE = 0.95
"""A rim seen and as sharp as this is taken without trying further thresholds."""


@dataclass(frozen=True)
class Rim:
    """A circle on the search copy, the frame that it is seen in, and how well it is seen."""

    circle: FloatArray
    frame: Frame
    score: float


def find_rim(small_HWC: UInt8Array, frame: Frame) -> Rim | None:
    """Return the rim of the field, or None where no round rim is seen."""
    surround_C = surround_colour(small_HWC, frame)
    if surround_C is None:
        return None
    surround_HWC = np.full_like(small_HWC, surround_C)
    red, green, blue = cv2.split(cv2.absdiff(small_HWC, surround_HWC))
    apart_HW = np.asarray(cv2.medianBlur(cv2.max(cv2.max(red, green), blue), 3), dtype=np.uint8)
    best: Rim | None = None
    for threshold in THRESHOLDS:
        rim = _rim_at(apart_HW, frame, threshold)
        if rim is not None and (best is None or rim.score > best.score):
            best = rim
        if best is not None and best.score > SURE_SCORE:
            break
    return None if best is None else _onto_the_edge(apart_HW.astype(np.float32), best)


def _rim_at(apart_HW: UInt8Array, frame: Frame, threshold: float) -> Rim | None:
    """The circle through the outline of what differs from the surround by a threshold."""
    outline_N2 = _outline(apart_HW, frame, threshold)
    inside_N2 = outline_N2[frame.holds(outline_N2, 2)]
    if len(inside_N2) < 12:
        return None
    low, high = (share * max(apart_HW.shape) for share in RADIUS_SHARES)
    circle = circle_fit.circle_through_most(inside_N2, (low, high), tolerance_px=1.5)
    if circle is None:
        return None
    frame = _within_straight_cuts(outline_N2, circle, frame)
    return _judged(apart_HW, inside_N2, circle, frame)


def _outline(apart_HW: UInt8Array, frame: Frame, threshold: float) -> FloatArray:
    """Outline of the largest area that differs from the surround."""
    area_HW = np.zeros(apart_HW.shape, np.uint8)
    part = (slice(frame.top, frame.bottom + 1), slice(frame.left, frame.right + 1))
    area_HW[part] = apart_HW[part] > threshold
    opened_HW = cv2.morphologyEx(area_HW, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(opened_HW, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return np.zeros((0, 2))
    return np.asarray(max(outlines, key=cv2.contourArea)[:, 0, :], dtype=np.float64)


def _within_straight_cuts(outline_N2: FloatArray, circle: FloatArray, frame: Frame) -> Frame:
    """The frame, drawn in to where the outline runs straight across the circle (a letterbox)."""
    edges = np.array([[frame.left, frame.top], [frame.right, frame.bottom]])
    for last in (0, 1):
        for axis in (0, 1):
            along, across = outline_N2[:, axis], outline_N2[:, 1 - axis]
            edge = along.max() if last else along.min()
            depth_px = circle[2] - abs(edge - circle[axis])
            if depth_px < 0.04 * circle[2]:
                continue  # the outline ends where the circle does
            chord_px = 2.0 * np.sqrt(max(circle[2] ** 2 - (circle[2] - depth_px) ** 2, 0.0))
            chord_px = min(chord_px, np.ptp(across) + 1)
            if len(np.unique(across[np.abs(along - edge) <= 1.0])) > 0.7 * chord_px:
                edges[last, axis] = round(float(edge))
    return Frame(*(int(edge) for edge in edges.ravel()))


def _judged(
    apart_HW: UInt8Array, outline_N2: FloatArray, circle: FloatArray, frame: Frame
) -> Rim | None:
    """The rim with how well it is seen; None if that is too little to tell the circle."""
    off = circle_fit.distances_from_rim(outline_N2, circle)
    near_N2 = outline_N2[np.abs(off) < 2.0] - circle[:2]
    hit_A = np.zeros(len(ANGLES), np.bool_)
    hit_A[np.round(np.degrees(np.arctan2(near_N2[:, 1], near_N2[:, 0]))).astype(int) % 360] = True
    seen_A = frame.holds(circle_fit.points_on(circle, ANGLES), 2)
    hit_A = seen_A & (hit_A | np.roll(hit_A, 1) | np.roll(hit_A, -1))  # the grid leaves gaps
    arc_deg = int(hit_A.sum())
    support = arc_deg / max(1, int(seen_A.sum()))
    enough = arc_deg >= MIN_ARC_DEG or (arc_deg >= MIN_CORNERS_DEG and _surrounds(hit_A))
    if not enough or support < MIN_SUPPORT:
        return None
    contrast = _contrast(apart_HW, circle, ANGLES[hit_A])
    return Rim(circle, frame, support * contrast) if contrast >= MIN_CONTRAST else None


def _contrast(apart_HW: UInt8Array, circle: FloatArray, angles_rad: FloatArray) -> float:
    """How much less differs from the surround just outside the rim than just inside, 0 to 1.

    A shadow within the field has a round outline too, but brightness fades slowly across it.
    """
    levels = []
    for step_px in (-3.0, 3.0):
        ring = circle + np.array([0.0, 0.0, step_px])
        x, y = circle_fit.points_on(ring, angles_rad).astype(np.float32).T
        seen = cv2.remap(apart_HW, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        levels.append(float(np.mean(seen)))
    return max(0.0, 1.0 - levels[1] / max(levels[0], 1e-6))


def _surrounds(hit_A: BoolArray) -> bool:
    """True where no gap between the angles that are hit reaches 200 degrees."""
    hits = np.flatnonzero(hit_A)
    gaps = np.diff(np.append(hits, hits[0] + len(hit_A)))
    return bool(gaps.max() < 200)


def _onto_the_edge(apart_HW: Float32Array, rim: Rim) -> Rim:
    """Move the circle onto the steepest fall of brightness along its radii."""
    angles = ANGLES[::2]
    radii = rim.circle[2] + np.arange(-4.0, 4.01, 0.5)
    x = (rim.circle[0] + np.cos(angles)[:, None] * radii).astype(np.float32)
    y = (rim.circle[1] + np.sin(angles)[:, None] * radii).astype(np.float32)
    profile_AR = cv2.remap(apart_HW, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    fall_AR = profile_AR[:, :-2] - profile_AR[:, 2:]
    steepest_A = fall_AR.argmax(axis=1)
    ends = np.stack([x[:, -1], y[:, -1]], axis=1)
    clear_A = (fall_AR.max(axis=1) > 2.0) & rim.frame.holds(ends, 0)
    if clear_A.sum() < MIN_CORNERS_DEG:
        return rim
    radii_A = radii[steepest_A + 1]
    points_A2 = np.stack([np.cos(angles) * radii_A, np.sin(angles) * radii_A], axis=1)
    points_A2 = (points_A2 + rim.circle[:2])[clear_A]
    circle = circle_fit.trimmed_circle(points_A2, rim.circle, 3.0)
    return Rim(circle_fit.trimmed_circle(points_A2, circle, 1.5), rim.frame, rim.score)
