"""The macula: dense pigment epithelium, yellow pigment, the pit, and the reflexes of the young."""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.complexion import Complexion
from training.drawn.retina.sheets import distance, mixed

BROAD, CENTRE, PIT = rgb(0.06, 0.10, 0.10), rgb(0.16, 0.25, 0.14), rgb(0.03, 0.14, 0.12)
"""Densities: of the tall pigment epithelium, of its centre, of the pit (1/e radii below)."""
XANTHOPHYLL = rgb(0.0, 0.06, 0.22)
"""Density of the yellow pigment, which swallows blue within half a disc diameter."""
REFLEX = rgb(0.075, 0.10, 0.075)


def macular_density(
    anatomy: Anatomy, traits: EyeTraits, complexion: Complexion, frame: Frame
) -> FloatArray:
    """Return the density (H, W, 3) that the macula adds; a dark eye's epithelium adds more."""
    rng = rng_of(traits.seed, "macula", traits.eye.value)
    size = rng.uniform(0.85, 1.2)
    x, y = frame.grid
    dx, dy = (x - anatomy.fovea[0]) / np.float32(size), (y - anatomy.fovea[1]) / np.float32(size)
    ragged = 1 + 0.12 * frame.cloud(0.35, rng)
    squared = (dx * dx / np.float32(1.15) + dy * dy) * ragged
    epithelium = complexion.macular_pigment * (0.75 + 0.5 * traits.pigmentation)
    return mixed(
        [
            (_bump(squared, 0.90), BROAD * epithelium),
            (_bump(squared, 0.22), CENTRE * epithelium),
            (_bump(squared, 0.014), PIT),
            (_bump(squared, 0.12), XANTHOPHYLL * complexion.macular_pigment),
        ]
    )


def _bump(squared: FloatArray, spread: float) -> FloatArray:
    return np.asarray(np.exp(squared * np.float32(-1 / spread)))


def youth(state: EyeState) -> float:
    """Return how far the inner limiting membrane gleams: 1 until 15, 0 from 55 (assumed)."""
    return float(np.clip((55 - state.age_years) / 40, 0, 1))


def macular_reflex(
    anatomy: Anatomy, traits: EyeTraits, state: EyeState, complexion: Complexion, frame: Frame
) -> FloatArray:
    """Return the light (H, W) of the foveal reflex and of the ring where the slope begins.

    The ring is an oval about 1.1 wide and 0.85 high, broken; the foveal reflex is a point beside
    the centre. In the old the point may stay, faint.
    """
    rng = rng_of(traits.seed, "macular reflex", traits.eye.value)
    x, y = frame.grid
    dx, dy = x - np.float32(anatomy.fovea[0]), y - np.float32(anatomy.fovea[1])
    strength = complexion.sheen * youth(state)
    wide, radius = rng.uniform((1.15, 0.38), (1.4, 0.48)).astype(np.float32)
    oval = distance(dx / wide, dy) - radius
    width = np.where(oval > 0, np.float32(0.30), np.float32(0.13))
    broken = (0.6 + 0.7 * frame.cloud(0.45, rng)).clip(0, 1.8)
    ring = np.exp(-((oval / width) ** 2)) * broken
    off = rng.normal(0, 0.025, 2)
    point = np.exp(-((dx - off[0]) ** 2 + (dy - off[1]) ** 2) / np.float32(0.0016))
    at_point = 0.9 * strength + 0.15 * rng.uniform(0, 1)
    return np.asarray(0.30 * strength * ring + at_point * point, np.float32)
