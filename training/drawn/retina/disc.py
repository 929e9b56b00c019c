"""The disc: neural rim, cup with its lamina, scleral ring; what of it lies over the vessels."""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.atrophy import lay_atrophy
from training.drawn.retina.complexion import MIDDLE, complexion_of
from training.drawn.retina.disc_shape import DiscShape, disc_shape
from training.drawn.retina.sheets import coloured, disc_cloud, mixed, window_about

RIM, PALER = rgb(1.11, 0.53, 0.285), rgb(1.16, 1.50, 1.80)
"""The neural rim over a fundus of middling pigment, and the bare floor of the cup over the rim. On
DRISHTI-GS (32 eyes, role train; medians of R, G, B) the rim is 1.43, 1.41, 1.40 times as bright as
the retina about it, and the cup 1.11, 1.27, 1.42 times as the rim (16 to 84 % in G: 1.06 to 1.67).
"""
GROUND_IN_RIM = 0.6
"""Power by which the rim, which blood and the tissue beneath redden, follows the fundus."""
CUP_CONTRAST_SD = 0.2
"""Standard deviation of the logarithm of the cup's contrast from person to person."""
PORES, TRUNK = rgb(0.09, 0.17, 0.16), rgb(0.02, 0.09, 0.08)
"""Densities of the holes of the lamina and of the vessels' sheath where they come up."""
MARGINAL = rgb(0.03, 0.07, 0.08)
"""Density that the rim, thicker with fibres there, gains from the cup to the disc's margin."""
SHADE, WHITE = rgb(0.2, 0.5, 0.55), rgb(1, 1, 1)
SCLERAL_RING = rgb(0.08, 0.075, 0.06)


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
    softness = complexion.disc_softness * (0.010 + 0.009 * (0.6 + to_nose).clip(0))
    cover = 1 / (1 + np.exp((beyond / softness).clip(-30, 30)))
    surface = _surface(shape, anatomy, traits, state, part)
    view += coloured(cover, WHITE) * (surface - view)


def _surface(
    shape: DiscShape, anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> FloatArray:
    """Return the colour (H, W, 3) of rim and cup as if the disc had no end."""
    rng = rng_of(traits.seed, "disc surface", traits.eye.value)
    x, y = frame.grid
    away, edge = shape.at(shape.cup, x, y)
    outward = (away / shape.at(shape.margin, x, y)[1]).clip(0, 1.2)
    to_nose = (x / np.float32(0.5)).clip(-1, 1)
    depth = float(np.clip(rng.normal(0.6, 0.2) + 0.6 * (state.cdr_vertical - 0.5), 0.1, 1))
    slope = np.float32(0.010) + (0.020 - 0.012 * to_nose) * np.float32(1.3 - depth)
    cup = 1 / (1 + np.exp(((away - edge) / slope).clip(-30, 30)))
    streaks = 0.5 * disc_cloud(frame, 0.10, rng) + 0.5 * disc_cloud(frame, 0.04, rng)
    temporal = 0.15 * (-to_nose - 0.2).clip(0)
    floor = cup * (0.72 + 0.2 * depth) + 0.15 * (1 - outward)
    pale = np.maximum(floor, temporal + 0.45 * state.nerve_fibre_loss)
    pale = (pale + 0.05 * streaks).clip(0, 1.1)
    pores = (disc_cloud(frame, 0.035, rng) - 0.5).clip(0, 1.2) * cup * max(0.0, depth - 0.35)
    shade = 0.10 * streaks + 0.10 * (to_nose * cup).clip(0)
    dx, dy = x - np.float32(anatomy.hub[0]), y - np.float32(anatomy.hub[1])
    trunk = np.exp(-(dx * dx + dy * dy * np.float32(0.5)) / np.float32(0.006))
    density = mixed(
        [
            (pores, PORES),
            (trunk, TRUNK),
            (shade, SHADE),
            (outward * outward, MARGINAL),
            (pale, -np.log(PALER) * np.float32(_cup_contrast(traits))),
        ]
    )
    complexion = complexion_of(traits)
    rim = RIM * complexion.disc_hue * (complexion.ground / MIDDLE) ** np.float32(GROUND_IN_RIM)
    return np.asarray(rim * np.exp(-density), np.float32)


def _cup_contrast(traits: EyeTraits) -> float:
    """Return the exponent of `PALER` in both eyes of a person, 1 on average."""
    chance = rng_of(traits.seed, "cup contrast").normal(0, CUP_CONTRAST_SD)
    return float(np.exp(np.clip(chance, -0.5, 0.5)))


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
    veil = np.exp(-(beside * beside)) * (0.16 + 0.14 * to_nose)
    return np.asarray(on_disc, np.float32), np.asarray(veil * on_disc, np.float32)
