"""Hard exudates: clusters of specks, in short rows or in rings about a leak."""

from __future__ import annotations

import numpy as np

from training.drawn.anatomy import Points
from training.drawn.eye_state import UM_PER_DD
from training.drawn.lesions.chance import Indices, Keys, Numbers, children, normals, uniforms
from training.drawn.lesions.lesion import Cause, Lesion, LesionKind
from training.drawn.lesions.renewal import Living
from training.drawn.lesions.table import CIRCINATE, SPECKS

ROW = 5
"""Specks that lie in one row, as lipid follows the fibres of the outer plexiform layer."""
ROW_STEP, ROW_JITTER = 0.042, 0.014
CLUSTER_RADIUS = (0.07, 0.26)
RING_RADIUS, RING_JITTER, RING_SHARE = (0.24, 0.46), 0.030, 0.75
FILLS_IN_YEARS = 0.6


def specks(
    living: Living,
    centres: Points,
    radius_um: tuple[float, float, float, float],
    cause: Cause,
) -> list[Lesion]:
    """Return the specks of living clusters (N) about their centres (N, 2)."""
    if len(centres) == 0:
        return []
    u = uniforms(children(living.key, 11), 4)
    whole = SPECKS[0] + (SPECKS[1] - SPECKS[0]) * u[:, 0] ** 1.5
    filled = np.minimum(0.3 + living.age_years / FILLS_IN_YEARS, 1) * living.strength()
    count = np.ceil(whole * filled).astype(np.int64)
    cluster = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(cluster)) - np.repeat(np.cumsum(count) - count, count)
    key = children(living.key[cluster], 100 + number)
    ring = u[:, 1] < CIRCINATE
    offset = np.where(
        ring[cluster, None],
        _on_ring(key, u[cluster]),
        _in_rows(living.key[cluster], key, number, u[cluster]),
    )
    xy, radius = centres[cluster] + offset, _radii(radius_um, key)
    shape, age = uniforms(children(key, 3), 2), living.age_years[cluster]
    strength = np.maximum(living.strength(), 0.7)[cluster]
    return [
        Lesion(
            LesionKind.HARD_EXUDATE,
            cause,
            (float(xy[i, 0]), float(xy[i, 1])),
            float(radius[i]),
            1 + 0.9 * float(shape[i, 0]),
            np.pi * float(shape[i, 1]),
            int(key[i]),
            float(age[i]),
            float(strength[i]),
        )
        for i in range(len(xy))
    ]


def _in_rows(cluster_key: Keys, key: Keys, number: Indices, u: Numbers) -> Points:
    row = children(cluster_key, 5000 + number // ROW)
    reach = CLUSTER_RADIUS[0] + (CLUSTER_RADIUS[1] - CLUSTER_RADIUS[0]) * u[:, 2:3]
    start = reach * normals(row, 2)
    angle = np.arctan2(start[:, 1], start[:, 0]) + 0.5 * normals(children(row, 1), 1)[:, 0]
    step = ROW_STEP * (number % ROW)
    along = step[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return np.asarray(start + along + ROW_JITTER * normals(key, 2))


def _on_ring(key: Keys, u: Numbers) -> Points:
    angle = 2 * np.pi * (u[:, 3] + RING_SHARE * uniforms(key, 1)[:, 0])
    reach = RING_RADIUS[0] + (RING_RADIUS[1] - RING_RADIUS[0]) * u[:, 2]
    circle = reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return np.asarray(circle + RING_JITTER * normals(children(key, 2), 2))


def _radii(radius_um: tuple[float, float, float, float], key: Keys) -> Numbers:
    median, spread, least, most = radius_um
    radius = median * np.exp(spread * normals(children(key, 5), 1)[:, 0])
    return np.asarray(np.clip(radius, least, most) / UM_PER_DD)
