"""Copies of a photograph as the same camera might have taken it a moment later.

Each copy is turned, moved and scaled a little, has at most one defect of `training.camera` at a
severity far from where a grader would take the photograph again, and is stored as a JPEG once more.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FovCircle, UInt8Array
from edge_runtime.errors import OutputError
from training.camera.defects import RETAKE, spoilt

DEFECTS = (None, "blur", "dark", "bright", "haze")
"""The copies of a photograph, in order."""

MAX_SEVERITY = 0.3 * RETAKE
"""Worst severity of a copy's defect; the severity is drawn from zero up to it."""

MAX_TURN_DEG = 3.0
"""Heads tilt by some degrees from one photograph to the next."""

MAX_SHIFT_SHARE, MAX_ZOOM = 0.015, 0.02
"""Of the field's radius, and as a share of 1: little enough that the field stays in the frame."""

JPEG_QUALITY = (85, 96)

IN_WORDS = (
    f"{len(DEFECTS)} copies of each photograph, turned by up to {MAX_TURN_DEG:g} degrees, moved, "
    f"scaled by up to {100 * MAX_ZOOM:g} %, slightly blurred, darker, brighter or hazier, and "
    "stored again as JPEG"
)


def camera_copies(
    picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator
) -> list[bytes]:
    """Return one JPEG for each entry of DEFECTS; `picture_HWC` is RGB, `circle` its field."""
    copies = []
    for defect in DEFECTS:
        copy_HWC = _moved(picture_HWC, circle, rng)
        if defect is not None:
            copy_HWC = spoilt(copy_HWC, circle, defect, float(rng.uniform(0.0, MAX_SEVERITY)), rng)
        copies.append(_jpeg(copy_HWC, int(rng.integers(*JPEG_QUALITY))))
    return copies


def _moved(picture_HWC: UInt8Array, circle: FovCircle, rng: np.random.Generator) -> UInt8Array:
    """Return the picture turned about its field's centre, scaled and moved."""
    turn_deg = float(rng.uniform(-MAX_TURN_DEG, MAX_TURN_DEG))
    zoom = 1.0 + float(rng.uniform(-MAX_ZOOM, MAX_ZOOM))
    turned = cv2.getRotationMatrix2D((circle.x_px, circle.y_px), turn_deg, zoom)
    matrix = np.asarray(turned, np.float64)
    matrix[:, 2] += rng.uniform(-MAX_SHIFT_SHARE, MAX_SHIFT_SHARE, size=2) * circle.radius_px
    height, width = picture_HWC.shape[:2]
    moved = cv2.warpAffine(picture_HWC, matrix, (width, height), flags=cv2.INTER_CUBIC)
    return np.asarray(moved, np.uint8)


def _jpeg(picture_HWC: UInt8Array, quality: int) -> bytes:
    done, content = cv2.imencode(
        ".jpg", np.ascontiguousarray(picture_HWC[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    if not done:
        raise OutputError("a copy cannot be encoded as JPEG")
    return bytes(content.tobytes())
