"""Natural outlines: a circle with a few bumps of the lesion's own, and the grain within it."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import FloatArray
from training.drawn.lesions.chance import Keys, normals, uniforms
from training.drawn.lesions.lesion import LesionKind
from training.drawn.lesions.looks import LOOKS

ANGLES = 64
HARMONICS = np.arange(2, 8)
TILE, BUMP_CELLS = 256, 4.0
"""The grain is one tile of noise whose bumps are so many cells wide, laid anew for each lesion."""
ROW = 512


def outlines(keys: Keys, kind: LesionKind) -> FloatArray:
    """Return radii (N, ANGLES + 1), of mean square 1, around each lesion: its area is exact."""
    height = LOOKS[kind].lobes * normals(keys, len(HARMONICS)) / (HARMONICS - 1) ** 0.7
    phase = 2 * np.pi * uniforms(keys, len(HARMONICS))
    angle = np.linspace(0, 2 * np.pi, ANGLES + 1)
    waves = np.cos(HARMONICS[:, None] * angle + phase[..., None])
    radius = np.maximum(1 + (height[..., None] * waves).sum(1), 0.3)
    mean_square = (radius[:, :-1] ** 2).mean(1, keepdims=True)
    return np.asarray(radius / np.sqrt(mean_square), np.float32)


def outline_at(
    table: FloatArray, lesion: npt.NDArray[np.int64], u: FloatArray, v: FloatArray
) -> FloatArray:
    """Return the outline's radius (N,) of a lesion in the direction (u, v)."""
    if len(u) == 0:
        return np.zeros(0, np.float32)
    # Not cv2.phase: its last bits depend on where an array lies in memory.
    turn = np.arctan2(v, u).ravel() * np.float32(ANGLES / (2 * np.pi))
    turn += np.where(turn < 0, np.float32(ANGLES), np.float32(0))
    left = np.minimum(turn.astype(np.int64), ANGLES - 1)
    share = turn - left.astype(np.float32)
    begin = table[lesion, left]
    return np.asarray(begin + share * (table[lesion, left + 1] - begin), np.float32)


@cache
def _tile() -> FloatArray:
    """Return the noise (TILE + 1, TILE + 1), whose last row and column are its first again."""
    noise = np.random.default_rng(4).standard_normal((TILE, TILE)).astype(np.float32)
    wide = cv2.copyMakeBorder(noise, 16, 16, 16, 16, cv2.BORDER_WRAP)
    smooth = cv2.GaussianBlur(wide, (0, 0), BUMP_CELLS / 2.5)[16:-15, 16:-15]
    return np.asarray((smooth - smooth.mean()) / smooth.std(), np.float32)


def grain(u: FloatArray, v: FloatArray, bumps: tuple[float, float]) -> FloatArray:
    """Return noise (N,), mean 0 and deviation 1, at places (u, v); bumps so long and so wide."""
    # cv2.remap takes no row longer than 32767, so the places are laid out in rows.
    count = len(u)
    rows = -(-count // ROW)
    x, y = np.zeros((2, rows * ROW), np.float32)
    x[:count] = _wrapped(u * np.float32(BUMP_CELLS / bumps[0]))
    y[:count] = _wrapped(v * np.float32(BUMP_CELLS / bumps[1]))
    if count == 0:
        return x
    found = cv2.remap(_tile(), x.reshape(rows, ROW), y.reshape(rows, ROW), cv2.INTER_LINEAR)
    return np.asarray(found.ravel()[:count], np.float32)


def _wrapped(cell: FloatArray) -> FloatArray:
    return np.asarray(cell - np.floor(cell / np.float32(TILE)) * np.float32(TILE), np.float32)
