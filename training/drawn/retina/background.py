"""The fundus before anything lies on it: ground colour, choroid, macula, grain.

Colour is light thrown back, RGB in [0, 1] as a camera would store it. Layers that swallow light add
up as optical densities.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.choroid import choroid_density
from training.drawn.retina.complexion import complexion_of
from training.drawn.retina.macula import REFLEX, macular_density, macular_reflex
from training.drawn.retina.sheets import coarse_frame, coloured, enlarge

COARSE_PX_PER_DD = 30.0
"""Enough for choroidal vessels, 0.06 disc diameters and wider."""
GRAIN_DD = 0.03
"""About 50 um: clumps of pigment epithelium and choriocapillaris."""
GRAIN = rgb(0.011, 0.017, 0.014)
DULLED = rgb(-0.02, 0.03, 0.05)
"""Density that 50 years add to the fundus itself (the lens is the camera's affair)."""


def paint_background(
    anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> FloatArray:
    """Return the fundus without disc and vessels, (H, W, 3) RGB in [0, 1]."""
    complexion = complexion_of(traits)
    coarse, factor = coarse_frame(frame, COARSE_PX_PER_DD)
    density = choroid_density(anatomy, traits, state, complexion, coarse)
    density += macular_density(anatomy, traits, complexion, coarse)
    density += DULLED * np.float32((state.age_years - 40) / 50)
    colour = complexion.ground * np.exp(-density)
    colour += coloured(macular_reflex(anatomy, traits, state, complexion, coarse), REFLEX)
    retina = enlarge(np.asarray(colour, np.float32), factor, frame)
    grain = frame.cloud(GRAIN_DD, rng_of(traits.seed, "grain", traits.eye.value))
    retina *= coloured(grain, -GRAIN * np.float32(complexion.graininess), offset=1.0)
    return np.asarray(np.clip(retina, 0, 1, out=retina), np.float32)
