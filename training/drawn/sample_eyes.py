"""The two sample eyes of one healthy person, as a well-aimed table-top camera sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.domain import Eye, UInt8Array
from edge_runtime.durable import make_folder, write_whole
from training.drawn.anatomy import rng_of
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import CameraState, typical_shot
from training.drawn.drawn_eye import DrawnEye, DrawnPhotograph
from training.drawn.eye_state import EyeState, EyeTraits

SAMPLE_SEED = 29
"""Of a few seeds tried, one whose two eyes show every measurement."""
MASKS = ("vessel", "arteriole", "venule", "disc", "cup")
JPEG_QUALITY = 93
CAMERA_KIND = "no tab, cut above and below"
AIM_SPREAD_DEG = 1.0
HEALTHY = EyeState(
    age_years=55.0,
    crae_um=150.0,
    crve_um=220.0,
    tortuosity=1.0,
    rarefaction=0.0,
    nicking=0.0,
    cdr_vertical=0.40,
    notch_depth=0.0,
    notch_clock_hour=6.0,
    nerve_fibre_loss=0.0,
    disc_haemorrhage=False,
    peripapillary_atrophy_dd=0.0,
    disc_tilt=0.0,
    tessellation=0.2,
    dr_severity=0.0,
    oedema_severity=0.0,
    laser_years=None,
    drusen_area_dd2=0.0,
    geographic_atrophy_dd2=0.0,
    neovascular_amd_years=None,
    media_opacity=0.1,
)


@dataclass(frozen=True)
class Unchanging:
    """The history of an eye that stays as it is."""

    traits: EyeTraits
    state: EyeState = HEALTHY

    def at(self, years: float) -> EyeState:  # noqa: ARG002 - an EyeHistory is asked when
        """Return the state, whenever."""
        return self.state


def draw_eye(eye: Eye, seed: int, side_px: int = 1200) -> DrawnPhotograph:
    """Return a healthy eye of the person with this seed, photographed `side_px` high.

    The same eye, seed and height give the same bytes; another height gives the same eye. A left eye
    is built like a mirrored right one but has vessels of its own.
    """
    traits = EyeTraits(seed, eye, pigmentation=0.45, disc_height_um=1900.0)
    return DrawnEye(Unchanging(traits)).photograph(0.0, sample_camera(seed, eye), side_px)


def sample_camera(seed: int, eye: Eye) -> CameraState:
    """Return the camera of the sample eyes: 45 degrees, 4:3, in the middle, without flaw."""
    rng = rng_of(seed, "sample camera", eye.value)
    aim_x, aim_y, roll = rng.normal(0, AIM_SPREAD_DEG, 3)
    return replace(
        typical_shot(Preset.CLINIC, CAMERA_KIND),
        device_seed=seed,
        shot_seed=int(rng.integers(2**63)),
        field_deg=45.0,
        aspect=4 / 3,
        field_over_height=1.06,
        decentred_x=0.0,
        decentred_y=0.0,
        aim_x_deg=float(aim_x),
        aim_y_deg=float(aim_y),
        roll_deg=float(roll),
        blue_stops=-0.2,
        ghost=0.0,
        dots=0.0,
        dust=0.0,
    )


def write_sample_eyes(
    folder: Path, seed: int = SAMPLE_SEED, masks: bool = False, side_px: int = 1200
) -> list[Path]:
    """Return the paths of `sample_OD.jpg` and `sample_OS.jpg`, written into `folder`.

    With `masks`, the truth goes beside them as PNG (0 and 255), e.g. `sample_OD_venule.png`.
    Raises OutputError where the folder cannot be written.
    """
    make_folder(folder)
    return [_write_eye(draw_eye(eye, seed, side_px), folder, masks) for eye in Eye]


def _write_eye(drawn: DrawnPhotograph, folder: Path, masks: bool) -> Path:
    stem = f"sample_{drawn.eye.value}"
    photograph = folder / f"{stem}.jpg"
    bgr = drawn.photograph_HWC[..., ::-1]
    write_whole(photograph, _encoded(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]))
    for name in MASKS if masks else ():
        mask = getattr(drawn, f"{name}_HW").astype(np.uint8) * 255
        write_whole(folder / f"{stem}_{name}.png", _encoded(".png", mask, []))
    return photograph


def _encoded(extension: str, pixels: UInt8Array, options: list[int]) -> bytes:
    """Return a picture file's bytes; cv2.imwrite would only return False on a full disk."""
    _, content = cv2.imencode(extension, pixels, options)
    return bytes(content.tobytes())
