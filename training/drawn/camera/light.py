"""Everything smooth that camera and media do to light, on a small map of the field.

What reaches the sensor is `gain * light + added`: shadows and exposure multiply, stray light and
scatter add. Both maps are smooth, so they are made with a field radius of MAP_RADIUS_PX, whatever
the photograph's size, and enlarged once.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import FloatArray
from training.camera.light import gaussian
from training.drawn.anatomy import rng_of
from training.drawn.camera.framing import Window
from training.drawn.camera.media import Media
from training.drawn.camera.state import CameraState

MAP_RADIUS_PX = 56.0
LASH_BLUR = 0.03
"""Blur of lashes' shadows, in field radii; set by eye against DRIMDB."""
GLOWS = ((1.0, 0.72, 0.12), (0.95, 0.40, 0.10), (0.25, 0.75, 0.55), (0.55, 0.60, 0.75))
"""Colours of light at the rim: amber, orange, green and blue; seen on DRISHTI_GS and DRIVE."""


@dataclass(frozen=True)
class Light:
    """Maps (h, w, 3) over the window, smaller than it, and the light of the middle of the scale."""

    gain_hwC: FloatArray
    added_hwC: FloatArray
    metered: float
    """Light that the camera exposed for."""


@dataclass(frozen=True)
class _Map:
    """Places on the small map, in field radii."""

    u: FloatArray
    v: FloatArray
    away: FloatArray
    radius_px: float


def light_through(
    light_HWC: FloatArray, window: Window, camera: CameraState, media: Media
) -> Light:
    """Return the maps for a retina's light (H, W, 3) in the window."""
    zoom = min(1.0, MAP_RADIUS_PX / window.circle.radius_px)
    size = tuple(max(2, round(side * zoom)) for side in window.shape[::-1])
    small = np.asarray(cv2.resize(light_HWC, size, interpolation=cv2.INTER_AREA), np.float32)
    place = _map(window, size)
    kept = media.kept_C * np.float32(1 - media.scattered) * _spokes(place, media)[..., None]
    wide = gaussian(small, media.spread_radii * place.radius_px)
    scattered = media.kept_C * np.float32(media.scattered) * wide
    flash = _flash(place, camera)[..., None] * _balance(camera) * _cast(place, camera)
    seen = (small * kept + scattered) * flash
    metered, exposure = _exposure(seen, place, camera)
    stray = _stray(place, camera, metered, seen * exposure)
    return Light(
        np.asarray(kept * flash * exposure, np.float32),
        np.asarray(scattered * flash * exposure + stray, np.float32),
        metered,
    )


def enlarged(map_hwC: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Return a map at a window's shape."""
    return np.asarray(cv2.resize(map_hwC, shape[::-1], interpolation=cv2.INTER_LINEAR))


def _map(window: Window, size: tuple[int, ...]) -> _Map:
    """Return the small map's places: its pixels' centres in the window."""
    rows, columns = window.shape
    u = cv2.resize(window.u, (size[0], 1), interpolation=cv2.INTER_AREA)
    v = cv2.resize(window.v, (1, size[1]), interpolation=cv2.INTER_AREA)
    u, v = np.asarray(u, np.float32).reshape(1, -1), np.asarray(v, np.float32).reshape(-1, 1)
    radius = window.circle.radius_px * size[0] / columns if rows else 1.0
    return _Map(u, v, np.sqrt(u**2 + v**2), radius)


def _spokes(place: _Map, media: Media) -> FloatArray:
    """Return the light (h, w) that a cataract's spokes leave."""
    left = np.ones(place.away.shape, np.float32)
    if media.spokes:
        angle = np.arctan2(place.v, place.u)
        for middle, half_width, inner, depth in media.spokes:
            off = (angle - np.float32(middle) + np.pi) % (2 * np.pi) - np.pi
            reach = np.clip((place.away - inner) / 0.35, 0, 1)
            left *= 1 - np.float32(depth) * reach * np.exp(-((off / half_width) ** 2))
    return left


def _flash(place: _Map, camera: CameraState) -> FloatArray:
    """Return the light of the flash (h, w): less at the rim, more at one side, a dark crescent."""
    shift = rng_of(camera.device_seed, "flash").uniform(-0.3, 0.3, 2).astype(np.float32)
    squared = (place.u - shift[0]) ** 2 + (place.v - shift[1]) ** 2
    flash = 1 / (1 + (1 / camera.rim_light - 1) * (0.40 * squared + 0.60 * squared**2))
    tilt, shade = (np.deg2rad(a) for a in (camera.tilt_deg, camera.shade_deg))
    flash = flash * (1 + camera.tilt * (place.u * np.cos(tilt) + place.v * np.sin(tilt)))
    if camera.shade > 0:
        off = np.hypot(place.u - 0.85 * np.cos(shade), place.v - 0.85 * np.sin(shade))
        flash = flash * (1 - camera.shade * np.exp(-((off / 0.45) ** 2)))
    if camera.lashes > 0:
        flash = flash * (1 - camera.lashes * _lashes(place, camera))
    return np.asarray(np.maximum(flash, 0.005), np.float32)


def _lashes(place: _Map, camera: CameraState) -> FloatArray:
    """Return the shadows (h, w) of lashes: dark arcs from the rim above, far out of focus.

    Lashes of one lid lie side by side and bend the same way; their shadows run together.
    """
    own = rng_of(camera.shot_seed, "lashes")
    middle, bend = own.uniform(-0.4, 0.4), own.uniform(-0.35, 0.35)
    shadow = np.zeros(place.away.shape, np.float32)
    for x in middle + own.uniform(-0.45, 0.45, int(own.integers(5, 11))):
        reach, width = own.uniform(0.18, 0.50), own.uniform(0.03, 0.06)
        rim = -np.sqrt(max(0.0, 1 - min(x * x, 1.0)))
        down = (place.v - np.float32(rim)) / np.float32(reach)
        along = x + np.float32(reach * (bend + own.normal(0, 0.12))) * down.clip(0, 1) ** 2
        across = (place.u - along) / np.float32(width)
        fade = (1 - down).clip(0, 1) ** np.float32(0.7)
        shadow = np.maximum(shadow, np.exp(-(across * across)) * fade * own.uniform(0.5, 1))
    return np.asarray(cv2.GaussianBlur(shadow, (0, 0), LASH_BLUR * place.radius_px), np.float32)


def _cast(place: _Map, camera: CameraState) -> FloatArray:
    """Return the cast of colour (h, w, 3) over the field: lens, pupil and flash bend colours apart.

    Green and blue fall or rise against red from one side to the other and from middle to rim.
    """
    own = rng_of(camera.device_seed, "cast")
    *across, outward = camera.cast * own.normal(0, 1, 3)
    green = across[0] * place.u + across[1] * place.v + outward * (place.away**2 - 0.5)
    blue = 1.2 * green + 0.5 * camera.cast * own.normal(0, 1) * (place.away**2 - 0.5)
    gain = np.exp(np.stack([-0.3 * green, green, blue], axis=-1))
    return np.asarray(gain, np.float32)


def _balance(camera: CameraState) -> FloatArray:
    """Return the gain of red, green and blue light: the brighter of red and green keeps its own."""
    stops = np.array([0.0, camera.green_stops, camera.blue_stops])
    return np.asarray(2.0 ** (stops - max(0.0, camera.green_stops) / 2), np.float32)


def _exposure(seen: FloatArray, place: _Map, camera: CameraState) -> tuple[float, float]:
    """Return the metered light, and the factor of exposure that the camera chose."""
    field = (place.away < 0.95) & (np.abs(place.v) < 1 - camera.cut)
    own = max(float(np.median(seen[..., :2].max(axis=2)[field])), 1e-5)
    wanted = camera.metered_level**2
    factor = (wanted / own) ** camera.metering * 2.0**camera.exposure_stops
    return own * factor, factor


def _stray(place: _Map, camera: CameraState, metered: float, seen: FloatArray) -> FloatArray:
    """Return the light (h, w, 3) that reaches the sensor without showing retina."""
    device, shot = rng_of(camera.device_seed, "stray"), rng_of(camera.shot_seed, "stray")
    colour = seen.reshape(-1, 3).mean(axis=0)
    tint = 0.5 * colour / max(float(colour.max()), 1e-6) + 0.5 * np.array([0.8, 0.85, 1.0])
    stray = (
        camera.veil * metered * tint * _balance(camera) * (1.15 - 0.3 * place.away[..., None] ** 2)
    )
    stray = stray + _rim(place, camera, device)
    stray = stray + _ghost(place, camera, device, shot)[..., None] * np.array([0.75, 0.9, 1.0])
    return np.asarray(stray, np.float32)


def _rim(place: _Map, camera: CameraState, device: np.random.Generator) -> FloatArray:
    """Return the light of the rim: a faint ring all round, and a brighter coloured crescent."""
    ring_tint = np.array([0.55, 0.65, device.uniform(0.3, 0.7)])
    glow_tint = np.array(GLOWS[int(device.integers(len(GLOWS)))])
    width, share = device.uniform(0.06, 0.22), device.uniform(0.5, 1.1)
    ring = camera.rim_haze * np.exp(-((1.02 - place.away).clip(0) / 0.07))[..., None] * ring_tint
    if camera.rim_glow == 0:
        return np.asarray(ring, np.float32)
    angle = np.arctan2(place.v, place.u) - np.deg2rad(camera.rim_glow_deg)
    near = np.exp((np.cos(angle) - 1) / share**2)
    depth = np.exp(-(((1.02 - place.away).clip(0) / (width * (0.4 + near))) ** 2))
    return np.asarray(ring + camera.rim_glow * (near * depth)[..., None] * glow_tint, np.float32)


def _ghost(
    place: _Map, camera: CameraState, device: np.random.Generator, shot: np.random.Generator
) -> FloatArray:
    """Return the light (h, w) of the soft reflection that the lenses throw near the middle."""
    middle = device.uniform(-0.12, 0.12, 2) + shot.normal(0, 0.03, 2)
    size, squeeze, turn = device.uniform(0.04, 0.13), device.uniform(0.4, 1.0), device.uniform(0, 3)
    du, dv = place.u - middle[0], place.v - middle[1]
    along = du * np.cos(turn) + dv * np.sin(turn)
    across = (dv * np.cos(turn) - du * np.sin(turn)) / squeeze
    return np.asarray(camera.ghost * np.exp(-(along**2 + across**2) / (2 * size**2)), np.float32)
