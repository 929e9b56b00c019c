"""Draws whole eyes: a photograph with everything that is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Eye, FovCircle, UInt8Array
from edge_runtime.errors import OutputError
from training.drawn.anatomy import draw_anatomy, rng_of
from training.drawn.camera.photographing import field_mask, table_top_frame, take_photograph
from training.drawn.eye_state import UM_PER_DD, EyeState, EyeTraits
from training.drawn.retina.painting import cup_distance, disc_distance, paint_retina
from training.drawn.vessels.layers import lay_vessels
from training.drawn.vessels.tree import Kind, grow

SAMPLE_SEED = 21
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
JPEG_QUALITY = 93


@dataclass(frozen=True)
class DrawnEye:
    """One drawn photograph, RGB, and its truth; masks are (H, W), True inside, field only."""

    photograph_HWC: UInt8Array
    vessel_HW: BoolArray
    arteriole_HW: BoolArray
    venule_HW: BoolArray
    disc_HW: BoolArray
    cup_HW: BoolArray
    fov_circle: FovCircle
    fovea_px: tuple[float, float]
    eye: Eye


def draw_eye(eye: Eye, seed: int, side_px: int = 1200) -> DrawnEye:
    """Return one eye of the person with this seed, photographed `side_px` high and 4/3 as wide.

    The same eye, seed and height give the same bytes; another height gives the same eye. A left eye
    is built like a mirrored right one but has vessels of its own.
    """
    traits = EyeTraits(seed, eye, pigmentation=0.45, disc_height_um=1900.0)
    state = HEALTHY
    anatomy = draw_anatomy(traits)
    frame = table_top_frame(anatomy, eye, side_px)
    widest = 1.45 * state.crve_um / UM_PER_DD, 1.45 * state.crae_um / UM_PER_DD
    venules = grow(Kind.VENULE, anatomy, widest[0], rng_of(seed, "venules", eye.value))
    arterioles = grow(
        Kind.ARTERIOLE, anatomy, widest[1], rng_of(seed, "arterioles", eye.value), venules
    )
    v, a = lay_vessels(venules, frame), lay_vessels(arterioles, frame)
    retina = paint_retina(anatomy, traits, state, frame, a, v, rng_of(seed, "retina", eye.value))
    photograph = take_photograph(retina, frame, rng_of(seed, "camera", eye.value))
    field = field_mask(frame)
    disc = disc_distance(anatomy, frame) <= 1
    fovea = frame.to_px(np.array(anatomy.fovea))
    return DrawnEye(
        photograph_HWC=photograph,
        vessel_HW=(a.mask | v.mask) & field,
        arteriole_HW=a.mask & field,
        venule_HW=v.mask & field,
        disc_HW=disc & field,
        cup_HW=(cup_distance(anatomy, state, frame) <= 1) & disc & field,
        fov_circle=frame.circle,
        fovea_px=(float(fovea[0]), float(fovea[1])),
        eye=eye,
    )


def write_sample_eyes(
    folder: Path, seed: int = SAMPLE_SEED, masks: bool = False, side_px: int = 1200
) -> list[Path]:
    """Return the paths of `sample_OD.jpg` and `sample_OS.jpg`, written into `folder`.

    With `masks`, the truth goes beside them as PNG (0 and 255), e.g. `sample_OD_venule.png`.
    Raises OutputError where the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write_eye(draw_eye(eye, seed, side_px), folder, masks) for eye in Eye]
    except OSError as error:
        raise OutputError(f"{folder}: {error}") from error


def _write_eye(drawn: DrawnEye, folder: Path, masks: bool) -> Path:
    stem = f"sample_{drawn.eye.value}"
    photograph = folder / f"{stem}.jpg"
    bgr = drawn.photograph_HWC[..., ::-1]
    photograph.write_bytes(_encoded(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]))
    for name in ("vessel", "arteriole", "venule", "disc", "cup") if masks else ():
        mask = getattr(drawn, f"{name}_HW").astype(np.uint8) * 255
        (folder / f"{stem}_{name}.png").write_bytes(_encoded(".png", mask, []))
    return photograph


def _encoded(extension: str, pixels: UInt8Array, options: list[int]) -> bytes:
    """Return a picture file's bytes; cv2.imwrite would only return False on a full disk."""
    _, content = cv2.imencode(extension, pixels, options)
    return bytes(content.tobytes())
