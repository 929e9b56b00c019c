"""The disc: neural rim, cup with its lamina, scleral ring; what of it lies over the vessels."""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.atrophy import lay_atrophy
from training.drawn.retina.complexion import complexion_of
from training.drawn.retina.disc_shape import DiscShape, disc_shape
from training.drawn.retina.sheets import coloured, disc_cloud, mixed, window_about

RIM, CUP = rgb(0.99, 0.56, 0.29), rgb(1.15, 0.94, 0.58)
"""The neural rim and the bare floor of the cup. On DRISHTI-GS (32 eyes, role train) the rim is
1.49, 1.55, 1.62 times as bright as the retina about it (R, G, B), the cup 1.70, 1.98, 2.27."""
PORES, TRUNK = rgb(0.07, 0.13, 0.12), rgb(0.03, 0.22, 0.20)
"""Densities of the holes of the lamina and of the vessels' sheath where they come up."""
SHADE, WHITE = rgb(0.25, 0.6, 0.7), rgb(1, 1, 1)
SCLERAL_RING = rgb(0.10, 0.13, 0.10)


def lay_disc(
    retina: FloatArray, anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> None:
    """Paint atrophy, scleral ring, rim and cup over a retina (H, W, 3) in place."""
    shape = disc_shape(anatomy, traits, state)
    reach = float(shape.margin.max()) + 1.7 * state.peripapillary_atrophy_dd + 0.3
    window = window_about(frame, (0.0, 0.0), reach)
    if window is None:
        return
    view, part, complexion = window.of(retina), window.frame, complexion_of(traits)
    x, y = part.grid
    away, margin = shape.at(shape.margin, x, y)
    beyond = away - margin
    lay_atrophy(view, beyond, part, traits, state, complexion)
    to_nose = x / np.maximum(away, np.float32(1e-3))
    rng = rng_of(traits.seed, "disc", traits.eye.value)
    ring = (
        np.exp(-(((beyond - 0.012) / 0.016) ** 2)) * (0.25 - to_nose).clip(0) * rng.uniform(0, 1.2)
    )
    view += coloured(ring, SCLERAL_RING)
    softness = complexion.disc_softness * (0.007 + 0.006 * (0.6 + to_nose).clip(0))
    cover = 1 / (1 + np.exp((beyond / softness).clip(-30, 30)))
    surface = _surface(shape, anatomy, traits, state, part)
    surface *= complexion.disc_hue
    view += coloured(cover, WHITE) * (surface - view)


def _surface(
    shape: DiscShape, anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> FloatArray:
    """Return the colour (H, W, 3) of rim and cup as if the disc had no end."""
    rng = rng_of(traits.seed, "disc surface", traits.eye.value)
    x, y = frame.grid
    away, edge = shape.at(shape.cup, x, y)
    to_nose = (x / np.float32(0.5)).clip(-1, 1)
    depth = float(np.clip(rng.normal(0.6, 0.2) + 0.6 * (state.cdr_vertical - 0.5), 0.1, 1))
    slope = (0.018 + (0.050 - 0.03 * to_nose) * (1.2 - depth)) * (0.35 + 1.9 * edge).clip(0.4, 1)
    cup = 1 / (1 + np.exp(((away - edge) / slope).clip(-30, 30)))
    streaks = 0.5 * disc_cloud(frame, 0.10, rng) + 0.5 * disc_cloud(frame, 0.04, rng)
    temporal = 0.16 * (-to_nose - 0.2).clip(0)
    pale = np.maximum(cup * (0.75 + 0.25 * depth), temporal + 0.45 * state.nerve_fibre_loss)
    pale = (pale + 0.05 * streaks).clip(0, 1.05)
    surface = coloured(pale, CUP - RIM) + RIM
    pores = (disc_cloud(frame, 0.035, rng) - 0.5).clip(0, 1.2) * cup * max(0.0, depth - 0.35)
    shade = 0.10 * streaks + 0.10 * (to_nose * cup).clip(0)
    dx, dy = x - np.float32(anatomy.hub[0]), y - np.float32(anatomy.hub[1])
    trunk = np.exp(-(dx * dx + dy * dy * np.float32(0.5)) / np.float32(0.012))
    density = mixed([(pores, PORES), (trunk, TRUNK), (shade, SHADE)])
    return np.asarray(surface * np.exp(-density), np.float32)


def vessel_veil(
    anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> tuple[FloatArray, FloatArray]:
    """Return how much lies on the disc, and how much rim hides of vessels there, each (H, W).

    Vessels climb out of the cup behind its edge, so the tissue of the rim covers them in part
    just outside of it, more at the nose where the edge overhangs.
    """
    shape = disc_shape(anatomy, traits, state)
    x, y = frame.grid
    away, margin = shape.at(shape.margin, x, y)
    _, edge = shape.at(shape.cup, x, y)
    on_disc = 1 / (1 + np.exp(((away - margin) / np.float32(0.02)).clip(-30, 30)))
    to_nose = x / np.maximum(away, np.float32(1e-3))
    beside = (away - edge - np.float32(0.03)) / np.float32(0.05)
    veil = np.exp(-(beside * beside)) * (0.28 + 0.17 * to_nose)
    return np.asarray(on_disc, np.float32), np.asarray(veil * on_disc, np.float32)
