"""What the eye's own media do to its light: scatter, blur, yellowing, and a cataract's spokes.

They belong to the eye, so every shot of a visit shows the same ones, and all shows again later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge_runtime.domain import FloatArray
from training.camera.optics import SCATTER_SIGMA, SCATTERED, YELLOWING
from training.drawn.anatomy import rng_of
from training.drawn.eye_state import EyeState, EyeTraits

OPACITIES = (0.0, 0.7, 1.0)
"""Opacities of SCATTERED; at 0.7 nothing can be read (`EyeState.media_opacity`)."""
RISE = 1.4
"""Power of opacity by which scatter grows up to there: a clear lens scatters little; assumed."""
BLUR_UM = 18.0
"""Standard deviation on the retina that opacity 1 adds; assumed."""
SPOKES_FROM = 0.25
"""Opacity from which cortical spokes show; assumed."""


@dataclass(frozen=True)
class Media:
    """The media of one eye at one visit."""

    scattered: float
    """Share of the light that is spread over everything."""
    spread_radii: float
    """Standard deviation of that spread, in field radii."""
    blur_um: float
    kept_C: FloatArray
    """Light that a yellow lens lets through, RGB."""
    spokes: tuple[tuple[float, float, float, float], ...]
    """Angle (radians), half width (radians), inner end (radii) and depth of each shadow."""


CLEAR = Media(0.0, SCATTER_SIGMA, 0.0, np.ones(3, np.float32), ())
"""Media that do nothing."""


def media_of(traits: EyeTraits, state: EyeState) -> Media:
    """Return the media of an eye; the same eye has the same spokes, deeper as they cloud."""
    opacity = float(np.clip(state.media_opacity, 0, 1))
    own = rng_of(traits.seed, "media", traits.eye.value)
    scattered = float(np.interp(opacity, OPACITIES, SCATTERED))
    scattered *= min(1.0, opacity / OPACITIES[1]) ** (RISE - 1)
    spread = SCATTER_SIGMA * own.uniform(0.7, 1.3)
    yellow = opacity * own.uniform(0.5, 1.0)
    kept = 1 - np.float32(yellow) * np.asarray(YELLOWING, np.float32)
    return Media(scattered, float(spread), BLUR_UM * opacity, kept, _spokes(opacity, own))


def _spokes(
    opacity: float, own: np.random.Generator
) -> tuple[tuple[float, float, float, float], ...]:
    """Return the shadows of cortical spokes, wedges that reach in from the rim."""
    middle = own.choice([-np.pi / 2, 0.6 * np.pi, 0.9 * np.pi])
    depth = 0.45 * max(0.0, (opacity - SPOKES_FROM) / (1 - SPOKES_FROM))
    spokes = [
        (
            float(middle + own.normal(0, 0.8)),
            float(own.uniform(0.05, 0.16)),
            float(own.uniform(0.2, 0.7)),
            float(depth * own.uniform(0.3, 1.0)),
        )
        for _ in range(int(own.integers(3, 8)))
    ]
    return tuple(spokes) if depth > 0 else ()
