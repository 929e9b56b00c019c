"""Vessels over the fundus: blood swallows light, walls and the membrane beside them gleam.

Contrast was set against the arterioles and venules of HRF and DRIVE (people of role train).
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.complexion import complexion_of
from training.drawn.retina.disc import vessel_veil
from training.drawn.retina.macula import youth
from training.drawn.retina.sheets import coarse_frame, coloured, enlarge, window_about
from training.drawn.vessels.layers import VesselLayer

REFERENCE_DD = 0.07
"""Calibre at which the densities below hold: 126 um, a trunk near the disc."""
VENULE_DENSITY = rgb(0.115, 0.51, 0.23)
ARTERIOLE_DENSITY = rgb(0.055, 0.40, 0.18)
CALIBRE_POWER = 0.46
"""Density grows less than calibre: light scattered in the tissue crosses a vessel sideways.
Fitted to HRF, where density in green is 0.32 at 0.025 DD and 0.54 at 0.07 DD for venules."""
RESOLVED_PX = 1.15
"""Thinner vessels fill only part of a pixel."""
ON_DISC = rgb(1.5, 1.25, 1.4)
"""Over the bright disc the same blood is darker against its ground."""
CLEARED = rgb(0.6, 0.30, 0.30)
"""Share of the density that the reflex along the middle of a vessel takes away."""
BESIDE = rgb(0.030, 0.042, 0.032)
"""Light of the inner limiting membrane beside the trunks of the young."""
BESIDE_DD = 0.07


def lay_vessels_over(
    retina: FloatArray,
    anatomy: Anatomy,
    traits: EyeTraits,
    state: EyeState,
    frame: Frame,
    arterioles: VesselLayer,
    venules: VesselLayer,
) -> None:
    """Lay both kinds over a retina (H, W, 3) in place."""
    patchy = _patchy(traits, frame)
    _add_membrane(retina, patchy, traits, state, arterioles, venules, frame)
    on_disc, veil = _about_the_disc(anatomy, traits, state, frame)
    here = np.flatnonzero((arterioles.blood > 0) | (venules.blood > 0))
    complexion = complexion_of(traits)
    contrast = complexion.blood * (1.08 - 0.16 * traits.pigmentation) * (1 - veil.ravel()[here])
    a = _swallowed(arterioles.blood.ravel()[here], frame) * contrast
    v = _swallowed(venules.blood.ravel()[here], frame) * contrast
    reflex = np.where(arterioles.mask, arterioles.reflex, np.float32(0.35) * venules.reflex)
    gleam = reflex.ravel()[here] * (0.6 + 0.5 * patchy.ravel()[here])
    gleam = (gleam * (complexion.reflex * _wall(state))).clip(0, 1.5)
    darker = on_disc.ravel()[here]
    flat = retina.reshape(-1, 3)
    for channel in range(3):
        of_a, of_v = a * ARTERIOLE_DENSITY[channel], v * VENULE_DENSITY[channel]
        density = np.maximum(of_a, of_v) + np.float32(0.25) * np.minimum(of_a, of_v)
        density *= (1 + darker * (ON_DISC[channel] - 1)) * (1 - gleam * CLEARED[channel])
        flat[here, channel] *= np.exp(-density)


def _swallowed(blood: FloatArray, frame: Frame) -> FloatArray:
    """Return the density of blood of some thickness (DD) over that of `REFERENCE_DD`."""
    filled = (blood * np.float32(frame.px_per_dd / RESOLVED_PX)).clip(0, 1)
    return np.asarray((blood / np.float32(REFERENCE_DD)) ** CALIBRE_POWER * np.sqrt(filled))


def _wall(state: EyeState) -> float:
    """Return the strength of the central reflex, which hardened walls broaden from 40 on."""
    return float(0.85 + 0.012 * np.clip(state.age_years - 40, 0, 45))


def _patchy(traits: EyeTraits, frame: Frame) -> FloatArray:
    """Return how the retina's surface gleams from place to place (H, W), 0 to 2, mean 1."""
    coarse, factor = coarse_frame(frame, 15.0)
    noise = coarse.cloud(0.3, rng_of(traits.seed, "gleam", traits.eye.value))
    return enlarge(np.asarray((1 + 0.5 * noise).clip(0, 2), np.float32), factor, frame)


def _add_membrane(
    retina: FloatArray,
    patchy: FloatArray,
    traits: EyeTraits,
    state: EyeState,
    arterioles: VesselLayer,
    venules: VesselLayer,
    frame: Frame,
) -> None:
    """Add the bright edges beside the trunks of the young, in place."""
    strength = youth(state) * complexion_of(traits).sheen
    if strength == 0:
        return
    coarse, factor = coarse_frame(frame, 30.0)
    blood = cv2.resize(
        np.maximum(arterioles.blood, venules.blood),
        (coarse.width_px, coarse.height_px),
        interpolation=cv2.INTER_AREA,
    )
    beside = cv2.GaussianBlur(blood, (0, 0), BESIDE_DD * coarse.px_per_dd) / REFERENCE_DD
    light = enlarge(beside.clip(0, 1), factor, frame) * patchy * patchy
    retina += coloured(light, BESIDE * np.float32(strength))


def _about_the_disc(
    anatomy: Anatomy, traits: EyeTraits, state: EyeState, frame: Frame
) -> tuple[FloatArray, FloatArray]:
    """Return `vessel_veil` for the whole picture."""
    on_disc, veil = np.zeros(frame.shape, np.float32), np.zeros(frame.shape, np.float32)
    window = window_about(frame, (0.0, 0.0), 1.0)
    if window is not None:
        window.of(on_disc)[:], window.of(veil)[:] = vessel_veil(
            anatomy, traits, state, window.frame
        )
    return on_disc, veil
