"""The choroid and the pigment before it: patches, choroidal vessels, the change to the periphery.

The large choroidal vessels run from the macula to the vortex veins of the four quadrants. Each
quadrant's are the zero lines of noise stretched along the way to its vortex vein; over the
watersheds two quadrants mix to a net.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from edge_runtime.domain import FloatArray
from training.drawn.anatomy import Anatomy, rng_of
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.frame import Frame, rgb
from training.drawn.retina.complexion import Complexion
from training.drawn.retina.sheets import distance, mixed

VORTEX_DD = 9.5
"""From the fovea to where the vessels of a quadrant would meet. The ampullae lie nearer (about
15 mm); vessels join on the way, so their directions meet behind."""
VORTEX_DIRECTIONS = (48.0, 130.0, 232.0, 308.0)
LAYERS = (
    (2.8, 0.44, 0.070, 0.22),
    (2.4, 0.48, 0.062, -0.26),
    (1.3, 0.30, 0.045, 0.0),
)
"""Length, gap and half width (disc diameters) and slant of the vessels that make the net."""
OVERSAMPLING = 4
"""Points per bump of the noise, enough for linear interpolation to look smooth."""
PATCHES, RUDDY = rgb(0.034, 0.046, 0.040), rgb(-0.016, 0.050, 0.062)
MOTTLE = rgb(0.020, 0.010, 0.012)
"""Density of the choriocapillaris' lobules and of clumped pigment, 200 to 500 um in size: set by
the red detail at 2.8 and 5.6 px of the realism page."""
PIGMENT_BETWEEN = rgb(0.42, 0.50, 0.28)
"""Density of the pigmented tissue between choroidal vessels in a dark, fully tessellated eye."""
CHOROIDAL_BLOOD = rgb(0.06, 0.28, 0.19)
"""Density of the choroidal vessels over the bare ground of a fair eye."""
BARE = rgb(0.04, 0.15, 0.14)
"""What a fair tessellated fundus gains in brightness where the pigment epithelium is thin."""
TOWARDS_EDGE = rgb(0.04, 0.12, 0.09)
"""Density added at 3.5 disc diameters from the fovea, where the retina is seen more aslant."""


def choroid_density(
    anatomy: Anatomy, traits: EyeTraits, state: EyeState, complexion: Complexion, frame: Frame
) -> FloatArray:
    """Return the density (H, W, 3) of pigment and choroidal vessels over the eye's ground colour.

    An eye that is not tessellated still shows a trace of its net away from the macula.
    """
    rng = rng_of(traits.seed, "choroid", traits.eye.value)
    patches = (
        0.7 * frame.cloud(1.5, rng) + 0.5 * frame.cloud(0.55, rng) + 0.3 * frame.cloud(0.2, rng)
    )
    ruddy = 0.7 * frame.cloud(0.9, rng) + 0.5 * frame.cloud(0.3, rng)
    ruddy += 0.7 * frame.cloud(2.2, rng)
    mottle = 0.7 * frame.cloud(0.14, rng) + 0.7 * frame.cloud(0.30, rng)
    net = choroidal_vessels(anatomy, traits, complexion, frame)
    seen = _visibility(anatomy, state, frame, patches)
    dark = np.float32(0.25 + 0.75 * traits.pigmentation)
    fair = np.float32(1 - traits.pigmentation)
    x, y = frame.grid
    dx, dy = x - np.float32(anatomy.fovea[0]), y - np.float32(anatomy.fovea[1])
    edge = np.asarray((dx * dx + dy * dy) / 3.5**2, np.float32)
    patchiness = complexion.patchiness * (0.6 + 0.7 * traits.pigmentation)
    ageing = 1 + 0.008 * (state.age_years - 50)
    return mixed(
        [
            (patches, PATCHES * np.float32(patchiness * ageing)),
            (ruddy, RUDDY * np.float32(patchiness)),
            (mottle, MOTTLE * np.float32(complexion.graininess)),
            (seen * (1 - net), PIGMENT_BETWEEN * dark),
            (seen * net, CHOROIDAL_BLOOD * fair),
            (seen, -BARE * fair),
            (edge, TOWARDS_EDGE),
        ]
    )


def _visibility(anatomy: Anatomy, state: EyeState, frame: Frame, patches: FloatArray) -> FloatArray:
    """Return how far the choroid shows (H, W): least at the macula, more below and about the disc.

    The pigment epithelium is densest at the fovea, and a fundus thins first below the disc.
    """
    x, y = frame.grid
    dx, dy = (x - anatomy.fovea[0]) / np.float32(1.15), y - np.float32(anatomy.fovea[1])
    macula = np.exp(-(dx * dx + dy * dy) / np.float32(1.1))
    below = np.clip(0.18 * y, -0.2, 0.35)
    degree = 0.10 + 0.90 * state.tessellation
    kept = 1 - macula * (1 - 0.45 * state.tessellation)
    return np.asarray(degree * kept * (0.85 + below - 0.12 * patches).clip(0.1, 1.3), np.float32)


def choroidal_vessels(
    anatomy: Anatomy, traits: EyeTraits, complexion: Complexion, frame: Frame
) -> FloatArray:
    """Return (H, W) how much of each place is choroidal vessel, 0 to 1."""
    rng = rng_of(traits.seed, "choroidal vessels", traits.eye.value)
    warp = 0.08 * frame.cloud(0.6, rng), 0.08 * frame.cloud(0.6, rng)
    x, y = frame.grid
    bent = x + warp[0], y + warp[1]
    calibre = complexion.choroid_calibre
    lines = [
        _lines(_streaks(anatomy, bent, (length, gap * calibre), slant, rng), wide * calibre, frame)
        for length, gap, wide, slant in LAYERS
    ]
    uneven = np.float32(0.45) * frame.cloud(0.5, rng)
    large = np.maximum(lines[0] * (0.8 + uneven), lines[1] * (0.8 - uneven))
    return np.asarray(np.maximum(large, lines[2] * np.float32(0.4)).clip(0, 1), np.float32)


def _streaks(
    anatomy: Anatomy,
    places: tuple[FloatArray, FloatArray],
    size: tuple[float, float],
    slant: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Return noise (H, W) with bumps of `size` (along, across) the way to the vortex veins.

    Stripes keep its zero lines open, where those of noise alone close to rings. With a slant the
    bumps turn by that much (sideways over along) from the way.
    """
    total = np.zeros_like(places[0])
    power = np.zeros_like(total)
    for direction in VORTEX_DIRECTIONS:
        towards = math.cos(math.radians(direction)), math.sin(math.radians(direction))
        x = places[0] - np.float32(anatomy.fovea[0] + VORTEX_DD * towards[0])
        y = places[1] - np.float32(anatomy.fovea[1] + VORTEX_DD * towards[1])
        inward, sideways = -(x * towards[0] + y * towards[1]), y * towards[0] - x * towards[1]
        away = distance(inward, sideways)
        angle = np.asarray(np.arctan2(sideways, inward), np.float32)
        weight = np.exp((VORTEX_DD - away) * np.float32(1.6))
        across = (angle + np.float32(1.5)) * np.float32(VORTEX_DD) + away * np.float32(slant)
        across = np.asarray(across, np.float32)
        noise = _noise_at(away, across, size, rng)
        drift = _noise_at(away, across, (3.0, 3 * size[1]), rng)
        stripes = np.sin(across * np.float32(np.pi / size[1]) + np.float32(2.2) * drift)
        total += weight * (np.float32(0.55) * stripes + noise)
        power += weight * weight
    # So far from every vortex that a float32 holds nothing of it there is no retina either.
    return np.asarray(total / np.sqrt(np.maximum(power, np.float32(1e-30))), np.float32)


def _noise_at(
    along: FloatArray, across: FloatArray, size: tuple[float, float], rng: np.random.Generator
) -> FloatArray:
    """Return smooth noise at coordinates in disc diameters, with bumps of `size`."""
    cells = int(16 / size[0]) + 4, int((3 * VORTEX_DD + 6) / size[1]) + 4
    coarse = rng.standard_normal(cells, np.float32)
    fine = cv2.resize(coarse, None, fx=OVERSAMPLING, fy=OVERSAMPLING, interpolation=cv2.INTER_CUBIC)
    columns = across * np.float32(OVERSAMPLING / size[1])
    rows = along * np.float32(OVERSAMPLING / size[0])
    return np.asarray(
        cv2.remap(fine, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    )


def _lines(noise: FloatArray, half_width_dd: float, frame: Frame) -> FloatArray:
    """Return 1 on the zero lines of noise, falling to 0 over about the half width on each side."""
    dx = np.asarray(cv2.Sobel(noise, cv2.CV_32F, 1, 0, scale=1 / 8), np.float32)
    dy = np.asarray(cv2.Sobel(noise, cv2.CV_32F, 0, 1, scale=1 / 8), np.float32)
    slope = distance(dx, dy) + np.float32(0.8 / frame.px_per_dd)
    away = noise / (slope * np.float32(half_width_dd * frame.px_per_dd))
    return np.asarray(np.exp(-(away * away) * np.abs(away)), np.float32)
