"""A drawn scene that needs no vessels: enough of an eye for what a camera does to it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from edge_runtime.domain import Eye, FloatArray, Photograph, UInt8Array
from training.drawn import sample_eyes
from training.drawn.anatomy import Anatomy, draw_anatomy
from training.drawn.camera.framing import frame_of
from training.drawn.camera.photographing import take_photograph
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import CameraState, typical_shot
from training.drawn.eye_state import EyeTraits
from training.drawn.frame import Frame

HEIGHT_PX = 360
SPOILING = (
    *("optics_um", "defocus_um", "rim_blur_um", "motion_um", "softness_px", "sharpening"),
    *(
        "tilt",
        "cast",
        "veil",
        "rim_haze",
        "ghost",
        "dots",
        "dust",
        "green_stops",
        "blue_stops",
        "metering",
    ),
    *("shot_noise", "read_noise", "surround", "surround_noise"),
)
STATE = replace(sample_eyes.HEALTHY, media_opacity=0.0)


def traits_of(eye: Eye = Eye.OD, seed: int = 7) -> EyeTraits:
    return EyeTraits(seed, eye, pigmentation=0.4, disc_height_um=1800.0)


def anatomy_of(eye: Eye = Eye.OD, seed: int = 7) -> Anatomy:
    return draw_anatomy(traits_of(eye, seed))


def good_camera(**changed: object) -> CameraState:
    """A table-top camera of 45 degrees, aimed at the fovea, without a tab."""
    typical = typical_shot(Preset.CLINIC, "no tab, cut above and below")
    plain = replace(
        typical,
        field_deg=45.0,
        aspect=4 / 3,
        field_over_height=1.0,
        decentred_x=0.0,
        decentred_y=0.0,
        towards_disc=0.0,
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def ideal_camera(**changed: object) -> CameraState:
    """A camera that spoils nothing: what goes in comes out, but for rounding."""
    nothing = dict.fromkeys(SPOILING, 0.0)
    ones = {"rim_light": 1.0, "contrast": 1.0, "saturation": 1.0, "softness_px": 0.01}
    return good_camera(**(nothing | ones | changed))


def painted(frame: Frame, anatomy: Anatomy) -> FloatArray:
    """A flat fundus with a bright disc and dark lines an eighth of a disc wide."""
    x, y = frame.grid
    retina = np.full((*frame.shape, 3), (0.75, 0.36, 0.17), np.float32)
    lines = np.abs(np.mod(x + 0.3 * y, 0.8) - 0.4) < 0.05
    retina[lines] *= np.array([0.9, 0.6, 0.7], np.float32)
    retina[np.hypot(x, y) < 0.5] = (1.0, 0.75, 0.5)
    away = np.hypot(x - anatomy.fovea[0], y - anatomy.fovea[1])
    retina *= (1 - 0.3 * np.exp(-((away / 0.3) ** 2)))[..., None]
    return np.asarray(cv2.GaussianBlur(retina, (0, 0), 1.0), np.float32)


def photograph_by(
    camera: CameraState,
    eye: Eye = Eye.OD,
    height_px: int = HEIGHT_PX,
    media_opacity: float = 0.0,
) -> tuple[UInt8Array, Frame]:
    frame = frame_of(camera, anatomy_of(eye), eye, height_px)
    state = replace(STATE, media_opacity=media_opacity)
    retina = painted(frame, anatomy_of(eye))
    return take_photograph(retina, frame, camera, traits_of(eye), state), frame


def as_decoded(pixels: UInt8Array) -> Photograph:
    return Photograph("drawn.jpg", "0" * 64, pixels.shape[1], pixels.shape[0], pixels)
