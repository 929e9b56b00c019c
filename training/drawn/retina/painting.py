"""The retina's colour before any camera: choroid, pigment, macula, disc, and the vessels over them.

Colour is light thrown back, RGB in [0, 1] as a camera would store it. Layers that swallow light add
up as optical densities. The densities and colours were set by eye and by plain statistics (median
colour, contrast of vessels by kind and calibre) of public photographs; no picture goes in.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.vessels.layers import VesselLayer

FAIR, DARK = rgb(0.93, 0.43, 0.22), rgb(0.80, 0.30, 0.13)
"""The fundus of a fair and of a dark eye, before the fall of light towards the edge."""
RIM, CUP = rgb(1.06, 0.64, 0.41), rgb(1.22, 1.02, 0.74)
"""The neural rim of the disc and the bare floor of its cup."""
VENULE_DENSITY = rgb(0.12, 0.64, 0.36)
ARTERIOLE_DENSITY = rgb(0.04, 0.60, 0.30)
"""Density of a tube as thick as the widest venule; venous blood also swallows red."""
WIDEST_VENULE_DD = 0.084
ON_DISC = rgb(2.2, 1.7, 2.6)
"""Over the disc nothing in front of the vessels scatters light, so they are darker by this."""
GLEAM = rgb(0.065, 0.070, 0.040)


def paint_retina(
    anatomy: Anatomy,
    traits: EyeTraits,
    state: EyeState,
    frame: Frame,
    arterioles: VesselLayer,
    venules: VesselLayer,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the retina's colour, (H, W, 3)."""
    colour = FAIR + np.float32(traits.pigmentation) * (DARK - FAIR)
    density = _choroid(anatomy, frame, rng) + _macula(anatomy, frame)
    retina = colour * np.exp(-density)
    retina = _with_nerve_fibres(retina, frame, rng)
    retina = _with_disc(retina, anatomy, state, frame, rng)
    return _with_vessels(retina, anatomy, arterioles, venules, frame, rng)


def _choroid(anatomy: Anatomy, frame: Frame, rng: np.random.Generator) -> FloatArray:
    """Return the density of pigment and choroidal vessels: patches, a net, fine grains."""
    x, y = frame.grid
    from_fovea = np.hypot(x - anatomy.fovea[0], y - anatomy.fovea[1])
    patches = (
        0.6 * frame.cloud(1.6, rng) + 0.5 * frame.cloud(0.6, rng) + 0.3 * frame.cloud(0.22, rng)
    )
    ruddy = 0.6 * frame.cloud(0.9, rng) + 0.6 * frame.cloud(0.3, rng)
    bend = frame.cloud(0.5, rng)
    net = np.exp(-((frame.cloud(0.30, rng) + 0.35 * bend) ** 2) / 0.10)
    net += 0.6 * np.exp(-((frame.cloud(0.17, rng) + 0.3 * bend) ** 2) / 0.12)
    net = cv2.GaussianBlur(net, (0, 0), 0.025 * frame.px_per_dd) - 0.5
    net *= np.clip((from_fovea - 0.7) / 1.8, 0.0, 1) * (1.0 + 0.3 * y.clip(-1, 1))
    grains = 0.6 * frame.cloud(0.035, rng) + 0.4 * frame.cloud(0.016, rng)
    density = (
        patches[..., None] * rgb(0.025, 0.055, 0.05)
        + ruddy[..., None] * rgb(-0.015, 0.035, 0.05)
        - net[..., None] * rgb(0.045, 0.10, 0.06)
        + grains[..., None] * rgb(0.010, 0.020, 0.018)
    )
    return np.asarray(density, np.float32)


def _macula(anatomy: Anatomy, frame: Frame) -> FloatArray:
    """Return the density of the macula: broad yellow pigment, a dark centre, the foveal pit."""
    x, y = frame.grid
    squared = (x - anatomy.fovea[0]) ** 2 + (y - anatomy.fovea[1]) ** 2
    broad, centre = np.exp(-squared / 0.80), np.exp(-squared / 0.19)
    pit = np.exp(-squared / 0.018)
    density = (
        broad[..., None] * rgb(0.06, 0.12, 0.16)
        + centre[..., None] * rgb(0.20, 0.35, 0.26)
        + pit[..., None] * rgb(0.02, 0.12, 0.10)
    )
    return np.asarray(density, np.float32)


def _with_nerve_fibres(retina: FloatArray, frame: Frame, rng: np.random.Generator) -> FloatArray:
    """Add the pale, streaky sheen of the nerve fibres above and below the disc."""
    x, y = frame.grid
    away = np.hypot(x, y)
    angle = np.arctan2(y, -(x + 0.25 * away))
    spokes = np.interp(angle, np.linspace(-np.pi, np.pi, 420), rng.normal(0, 1, 420))
    fine = np.interp(angle, np.linspace(-np.pi, np.pi, 1400), rng.normal(0, 1, 1400))
    streaks = (0.6 * spokes + 0.4 * fine).astype(np.float32)
    lobes = np.exp(-((np.abs(angle) - 1.15) ** 2) / 0.30)
    fade = np.exp(-((away - 0.45).clip(0) ** 2) / 1.6)
    sheen = fade * (0.35 + 0.65 * lobes) * (1 + 0.28 * streaks)
    ring = np.exp(-((away - 0.45).clip(0)) / 0.18)
    pale = sheen[..., None] * rgb(0.026, 0.060, 0.050)
    return np.asarray(retina + pale + ring[..., None] * rgb(0.04, 0.05, 0.03), np.float32)


def disc_distance(anatomy: Anatomy, frame: Frame) -> FloatArray:
    """Return (H, W) elliptical distance from the disc's centre: 1 at its margin."""
    x, y = frame.grid
    tilt = np.deg2rad(anatomy.disc_tilt_deg)
    u, v = x * np.cos(tilt) + y * np.sin(tilt), y * np.cos(tilt) - x * np.sin(tilt)
    return np.asarray(
        np.hypot(u / anatomy.disc_semi_axes[0], v / anatomy.disc_semi_axes[1]), np.float32
    )


def cup_distance(anatomy: Anatomy, state: EyeState, frame: Frame) -> FloatArray:
    """Return (H, W) elliptical distance from the cup's centre: 1 at its margin."""
    x, y = frame.grid
    half_height = state.cdr_vertical * anatomy.disc_semi_axes[1]
    x, y = x - anatomy.cup_centre[0], y - anatomy.cup_centre[1]
    return np.asarray(np.hypot(x / (1.02 * half_height), y / half_height), np.float32)


def _disc_cover(anatomy: Anatomy, frame: Frame) -> FloatArray:
    """Return 1 on the disc, 0 off it; the nasal margin, under more nerve fibres, is less sharp."""
    x, _ = frame.grid
    softness = 0.035 + 0.02 * np.clip(x / 0.5, -1, 1)
    steep = ((disc_distance(anatomy, frame) - 1) / softness).clip(-30, 30)
    return np.asarray(1 / (1 + np.exp(steep)), np.float32)


def _with_disc(
    retina: FloatArray,
    anatomy: Anatomy,
    state: EyeState,
    frame: Frame,
    rng: np.random.Generator,
) -> FloatArray:
    """Lay the disc over the retina: pink rim, paler to the temple, and a bright cup."""
    x, _ = frame.grid
    away, cover = disc_distance(anatomy, frame), _disc_cover(anatomy, frame)
    rough = 1 + 0.05 * frame.cloud(0.12, rng)
    cup = 1 / (1 + np.exp(((cup_distance(anatomy, state, frame) * rough - 1) / 0.11).clip(-30, 30)))
    temporal = np.clip(0.5 - 0.9 * x, 0, 1) * 0.40
    pallor = np.maximum(cup, temporal)
    surface = RIM + pallor[..., None] * (CUP - RIM)
    surface = surface * (1 + frame.cloud(0.07, rng)[..., None] * rgb(0.006, 0.018, 0.022))
    scleral = np.exp(-(((away - 1.04) / 0.035) ** 2)) * np.clip(0.2 - 1.6 * x, 0, 1)
    retina = retina + scleral[..., None] * rgb(0.05, 0.10, 0.05)
    return np.asarray(retina + cover[..., None] * (surface - retina), np.float32)


def _with_vessels(
    retina: FloatArray,
    anatomy: Anatomy,
    arterioles: VesselLayer,
    venules: VesselLayer,
    frame: Frame,
    rng: np.random.Generator,
) -> FloatArray:
    """Let the blood swallow its share of light, arterioles on top, and add the walls' gleam."""
    a = _swallowed(arterioles)[..., None] * ARTERIOLE_DENSITY
    v = _swallowed(venules)[..., None] * VENULE_DENSITY
    density = np.maximum(a, v) + 0.25 * np.minimum(a, v)
    density *= 1 + _disc_cover(anatomy, frame)[..., None] * (ON_DISC - 1)
    patchy = np.clip(1 + 0.4 * frame.cloud(0.25, rng), 0.2, 2)
    gleam = patchy * np.where(arterioles.mask, arterioles.reflex, 0.35 * venules.reflex)
    return np.asarray(retina * np.exp(-density) + gleam[..., None] * GLEAM, np.float32)


def _swallowed(layer: VesselLayer) -> FloatArray:
    """Return the density of vessels over that of the widest venule.

    The root makes thin vessels as dark as in photographs, where light scattered in the
    tissue crosses a vessel more than once.
    """
    return np.asarray((layer.blood / WIDEST_VENULE_DD) ** 0.65, np.float32)
