"""A real photograph as another camera might have spoilt it: augmentation for training.

The same optics, light and sensor that photograph drawn eyes, without their geometry: what a mask
says of the photograph stays true. A photograph has been through one camera already, so its own
exposure is kept in the main, and shadows are half as deep as over a bare retina.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, FovCircle, UInt8Array
from training.camera.light import gaussian
from training.drawn.camera.framing import UM_PER_DEG, Window, covered, window_of
from training.drawn.camera.media import CLEAR
from training.drawn.camera.photographing import encoded_jpeg, through_camera
from training.drawn.camera.presets import Preset
from training.drawn.camera.sensor import eight_bits
from training.drawn.camera.state import CameraState, camera_state

FRAMING_DEFECTS = ("small_field", "clipped_field")
METERING = 0.3
"""How far the second camera's exposure replaces the first's."""
COLOUR = 0.4
"""Share of a camera's colour cast that is laid on top of the first camera's."""


def degraded(
    photograph_HWC: UInt8Array, circle: FovCircle, preset: Preset, rng: np.random.Generator
) -> UInt8Array:
    """Return an RGB photograph (H, W, 3), same size, spoilt by a camera dealt from a preset.

    `circle` is the field in the photograph's own pixels. Nothing moves: masks keep their places. A
    defect that the preset deals is put in (blur, dark, bright, glare, haze; not those of framing),
    and the picture has been through the camera's JPEG. The same generator gives the same picture.
    """
    camera = _second_camera(camera_state(preset, rng))
    um_per_px = camera.field_deg * UM_PER_DEG / (2 * circle.radius_px)
    shape = (photograph_HWC.shape[0], photograph_HWC.shape[1])
    window = window_of(circle, shape, um_per_px)
    whole = photograph_HWC.astype(np.float32) * np.float32(1 / 255)
    own = whole[window.rows, window.columns]
    inside = (1 - window.away) * np.float32(circle.radius_px) + np.float32(0.5)
    cover = np.asarray(np.clip(inside, 0, 1), np.float32)
    level = through_camera(_filled(own, cover, window), window, camera, CLEAR)
    whole[window.rows, window.columns] = covered(level, own.copy(), cover)
    jpeg = np.frombuffer(encoded_jpeg(eight_bits(whole), camera), np.uint8)
    return np.ascontiguousarray(np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))[..., ::-1])


def _second_camera(camera: CameraState) -> CameraState:
    """Return the camera's spoiling without its geometry, gentler where the first one did it."""
    unframed = camera.defect in FRAMING_DEFECTS
    return replace(
        camera,
        tab="none",
        cut=0.0,
        metering=METERING * camera.metering,
        green_stops=COLOUR * camera.green_stops,
        blue_stops=COLOUR * max(camera.blue_stops, -2.0),
        rim_light=0.5 * (1 + camera.rim_light),
        tilt=0.5 * camera.tilt,
        cast=0.5 * camera.cast,
        defect="" if unframed else camera.defect,
        severity=0.0 if unframed else camera.severity,
        blocked_by="",
    )


def _filled(own: FloatArray, cover: FloatArray, window: Window) -> FloatArray:
    """Return the window with the surround filled from the field, so that its black blurs not in."""
    weighed = np.dstack([own * cover[..., None], cover])
    wide = gaussian(weighed, 0.06 * window.circle.radius_px)
    nearby = wide[..., :3] / np.maximum(wide[..., 3:], np.float32(1e-3))
    return covered(own, np.asarray(nearby, np.float32), cover)
