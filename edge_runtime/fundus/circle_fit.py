"""Circles through outlines of which only arcs are to be trusted.

Random triples find the circle that most of the outline lies on (Fischler & Bolles 1981), trimmed
least squares (Kasa 1976) settles it. Seeds are fixed: the same outline gives the same circle.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# N points, each (x, y); K circles, each (x, y, radius); all in pixels
FloatArray = npt.NDArray[np.float64]

NUM_TRIPLES = 200
NUM_VOTERS = 160
"""Outline points, evenly taken, that vote for the circles through triples."""


def circle_through_most(
    points_N2: FloatArray, radius_range_px: tuple[float, float], tolerance_px: float
) -> FloatArray | None:
    """Return (x, y, radius) of the circle that most points lie near; None if none is in range."""
    chance = np.random.default_rng(0)
    triples_K32 = points_N2[chance.integers(0, len(points_N2), size=(NUM_TRIPLES, 3))]
    circles_K3 = circles_through(triples_K32)
    low, high = radius_range_px
    circles_K3 = circles_K3[(circles_K3[:, 2] > low) & (circles_K3[:, 2] < high)]
    if not len(circles_K3):
        return None
    voters_N2 = points_N2[:: max(1, len(points_N2) // NUM_VOTERS)]
    x, y, radius = circles_K3.T
    # |p - c|^2 - r^2 as one product; divided by 2 r it is the distance from the rim nearby
    circles_K4 = np.stack([-2.0 * x, -2.0 * y, x**2 + y**2 - radius**2, np.ones_like(x)], axis=1)
    voters_4N = np.stack([*voters_N2.T, np.ones(len(voters_N2)), (voters_N2**2).sum(axis=1)])
    off_KN = np.abs(circles_K4 @ voters_4N) / (2.0 * radius[:, None])
    near_K = (off_KN < tolerance_px).sum(axis=1)
    return trimmed_circle(points_N2, circles_K3[int(near_K.argmax())], 1.5 * tolerance_px)


def circles_through(triples_K32: FloatArray) -> FloatArray:
    """Return the circle through each triple, shape (K, 3); three points on a line give inf."""
    a, b, c = triples_K32[:, 0], triples_K32[:, 1], triples_K32[:, 2]
    ab, ac = b - a, c - a
    cross = 2.0 * (ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
    cross[np.abs(cross) < 1e-6] = np.nan
    ab2, ac2 = (ab**2).sum(axis=1), (ac**2).sum(axis=1)
    across = (ac[:, 1] * ab2 - ab[:, 1] * ac2) / cross
    down = (ab[:, 0] * ac2 - ac[:, 0] * ab2) / cross
    circles_K3 = np.stack([a[:, 0] + across, a[:, 1] + down, np.hypot(across, down)], axis=1)
    return np.asarray(np.nan_to_num(circles_K3, nan=np.inf))


def trimmed_circle(points_N2: FloatArray, circle: FloatArray, tolerance_px: float) -> FloatArray:
    """Return the least-squares circle of the points within a tolerance of the one given."""
    for _ in range(3):
        near = np.abs(distances_from_rim(points_N2, circle)) < tolerance_px
        if near.sum() < 8:
            break
        circle = _least_squares_circle(points_N2[near])
    return circle


def distances_from_rim(points_N2: FloatArray, circle: FloatArray) -> FloatArray:
    """Return how far each point lies outside the circle; negative inside."""
    x, y, radius = circle
    return np.asarray(np.hypot(points_N2[:, 0] - x, points_N2[:, 1] - y) - radius)


def points_on(circle: FloatArray, angles_rad: FloatArray) -> FloatArray:
    """Return the points of a circle at the angles given, shape (angles, 2)."""
    x, y, radius = circle
    return np.stack([x + radius * np.cos(angles_rad), y + radius * np.sin(angles_rad)], axis=1)


def _least_squares_circle(points_N2: FloatArray) -> FloatArray:
    middle = points_N2.mean(axis=0)  # taken off first, for the numbers' sake
    x, y = (points_N2 - middle).T
    design = np.stack([x, y, np.ones_like(x)], axis=1)
    solution, *_ = np.linalg.lstsq(design, x**2 + y**2, rcond=None)
    centre = solution[:2] / 2.0
    radius = float(np.sqrt(max(solution[2] + float(centre @ centre), 1e-9)))
    return np.array([*(centre + middle), radius])
