"""Atrophy about the disc: the bare beta zone at the margin, the mottled alpha zone around it.

Beta zone: pigment epithelium and choriocapillaris are gone, sclera and large choroidal vessels
show. Alpha zone: irregular dark and pale pigment (Jonas et al. 1989, Invest Ophthalmol Vis Sci
30:908-918). A narrow alpha zone is found in most healthy eyes.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.complexion import Complexion
from training.drawn.retina.sheets import coloured, disc_cloud, mixed

BARE_SCLERA = rgb(0.96, 0.60, 0.37)
ALPHA_PIGMENT = rgb(0.34, 0.36, 0.22)
"""Density of the clumped pigment of the alpha zone in a dark eye."""
ALPHA_PALE = rgb(0.02, 0.14, 0.12)
REMNANTS, SPECKS = rgb(0.02, 0.14, 0.14), rgb(0.06, 0.07, 0.06)
WHITE = rgb(1, 1, 1)
CRESCENT_RAD = 1.15
"""Half the angle that a narrow crescent spans about the temple; a broad one goes further."""


def crescent_width(state: EyeState, angle: FloatArray, lean: float) -> FloatArray:
    """Return the width (DD) of the beta zone by angle (radians from the nose, y down).

    `peripapillary_atrophy_dd` at its broadest, which is temporal, `lean` radians lower.
    """
    span = np.float32(CRESCENT_RAD + 0.8 * min(state.peripapillary_atrophy_dd, 1.0))
    off = np.abs((angle - np.float32(np.pi - lean) + np.float32(np.pi)) % np.float32(2 * np.pi))
    off = np.abs(off - np.float32(np.pi)) / span
    shape = (1 - off * off).clip(0) ** np.float32(0.8)
    return np.asarray(np.float32(state.peripapillary_atrophy_dd) * shape, np.float32)


def lay_atrophy(
    view: FloatArray,
    beyond: FloatArray,
    frame: Frame,
    traits: EyeTraits,
    state: EyeState,
    complexion: Complexion,
) -> None:
    """Paint both zones into a view (H, W, 3); `beyond` (H, W) is the distance from the margin."""
    rng = rng_of(traits.seed, "atrophy", traits.eye.value)
    x, y = frame.grid
    angle = np.arctan2(y, x)
    lean = float(rng.normal(0.15, 0.2))
    ragged = 0.030 * disc_cloud(frame, 0.30, rng) + 0.010 * disc_cloud(frame, 0.09, rng)
    mottle = 0.6 * disc_cloud(frame, 0.13, rng) + 0.5 * disc_cloud(frame, 0.06, rng)
    width = crescent_width(state, angle, lean)
    edge = width * (1 + 3 * ragged)
    beta = _inside(edge - beyond, 0.022) * (width / np.float32(0.03)).clip(0, 1)
    healthy = rng.uniform(0.02, 0.09) * (0.35 + 0.65 * (-np.cos(angle + lean)).clip(0, 1))
    outer = edge + healthy + 0.25 * width + 0.6 * ragged
    alpha = _inside(outer - beyond, 0.045) * (1 - beta)
    dark = complexion.rim_pigment * (0.3 + traits.pigmentation) + 0.9 * (
        width / np.float32(0.05)
    ).clip(0, 1)
    clumps = (0.45 * mottle + 0.45 * np.exp(-(((beyond - edge) / np.float32(0.04)) ** 2))).clip(
        0, 1.2
    )
    pale = (-0.4 * mottle + 0.2).clip(0)
    pigment = ALPHA_PIGMENT * np.float32(0.3 + traits.pigmentation)
    view *= np.exp(mixed([(alpha * pale, ALPHA_PALE), (alpha * dark * clumps, -pigment)]))
    inward = (beyond / np.maximum(width, np.float32(0.02))).clip(0, 1)
    patchy = 0.80 - 0.40 * inward + 0.12 * disc_cloud(frame, 0.13, rng)
    _bare(view, beta * patchy.clip(0.1, 0.9), mottle, disc_cloud(frame, 0.12, rng))


def _bare(view: FloatArray, beta: FloatArray, mottle: FloatArray, choroid: FloatArray) -> None:
    """Lay bare sclera, with remnants of choroidal vessels and pigment, by the share `beta`."""
    lines = np.exp(choroid * choroid * np.float32(-4))
    density = mixed([(lines, REMNANTS), (mottle.clip(0), SPECKS)])
    view += coloured(beta, WHITE) * (BARE_SCLERA * np.exp(-density) - view)


def _inside(depth: FloatArray, softness: float) -> FloatArray:
    """Return 1 where `depth` is positive, 0 where negative, over a soft edge."""
    return np.asarray(1 / (1 + np.exp((depth / np.float32(-softness)).clip(-30, 30))), np.float32)
