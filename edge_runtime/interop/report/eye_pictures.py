"""The pictures of a page: each eye cut to its field, plain or with what was found drawn on it.

They are made anew from the pixels, so no remark of the camera's file reaches the paper.

Legend: H rows, W columns, C channels (RGB).
"""

from __future__ import annotations

import io
from typing import Final

import cv2
import numpy as np
from PIL import Image

from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from edge_runtime.fundus.decoding import decode, upright
from edge_runtime.fundus.picture_header import header_of
from edge_runtime.interop.layers import Masks, masks_of
from edge_runtime.interop.screened import ScreenedPhotograph

SIDE_PX: Final = 720
"""Of the square on paper: 74 mm at 250 dots an inch."""
JPEG_QUALITY: Final = 88
ARTERIOLES: Final = (225, 35, 35)
VENULES: Final = (40, 90, 235)
DISC: Final = (255, 255, 255)
CUP: Final = (250, 210, 30)
STRENGTH: Final = 0.75


def eye_picture(photograph: ScreenedPhotograph, marked: bool) -> bytes:
    """Return a square JPEG of one eye; `marked` shows vessels, disc and cup where there are any.

    Raises a PhotographError for a file that cannot be read, ValueError without a file.
    """
    if photograph.content is None:
        raise ValueError("a page needs the photograph")
    header = header_of(photograph.content)
    pixels_HWC = upright(decode(header), header.orientation)
    if pixels_HWC.shape[2] == 1:
        pixels_HWC = pixels_HWC.repeat(3, axis=2)
    square_HWC = _square(pixels_HWC, photograph)
    masks = masks_of(photograph) if marked else None
    if masks is not None:
        square_HWC = _marked(square_HWC, masks, photograph)
    file = io.BytesIO()
    Image.fromarray(square_HWC).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def _square(picture: UInt8Array, photograph: ScreenedPhotograph) -> UInt8Array:
    """Cut the square about the field, black beyond the photograph, and bring it to SIDE_PX."""
    height, width = picture.shape[:2]
    circle = photograph.result.photograph.fov_circle_px
    x_px, y_px, radius_px = circle or (width / 2, height / 2, max(width, height) / 2)
    scale = SIDE_PX / (2 * radius_px)
    shift = np.array(
        [[scale, 0, SIDE_PX / 2 - scale * x_px], [0, scale, SIDE_PX / 2 - scale * y_px]]
    )
    # Warping alone would leave out pixels where the photograph is larger: smooth it first.
    blur = max(0.0, 0.5 / scale - 0.5)
    smooth = cv2.GaussianBlur(picture, (0, 0), blur) if blur > 0.1 else picture
    return np.asarray(cv2.warpAffine(smooth, shift, (SIDE_PX, SIDE_PX)), np.uint8)


def _marked(square_HWC: UInt8Array, masks: Masks, photograph: ScreenedPhotograph) -> UInt8Array:
    shown = square_HWC.astype(np.float32)
    for mask_HW, colour in ((masks.arteriole_HW, ARTERIOLES), (masks.venule_HW, VENULES)):
        share_HW1 = _share(mask_HW, photograph)[..., None] * STRENGTH
        shown = shown * (1 - share_HW1) + np.asarray(colour, np.float32) * share_HW1
    drawn = np.ascontiguousarray(np.clip(np.rint(shown), 0, 255).astype(np.uint8))
    for mask_HW, colour in ((masks.disc_HW, DISC), (masks.cup_HW, CUP)):
        inside_HW = (_share(mask_HW, photograph) >= 0.5).astype(np.uint8)
        outlines, _ = cv2.findContours(inside_HW, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(drawn, outlines, -1, colour, 2, cv2.LINE_AA)
    return drawn


def _share(mask_HW: BoolArray, photograph: ScreenedPhotograph) -> FloatArray:
    square = _square(mask_HW.astype(np.uint8) * 255, photograph)
    return np.asarray(square / np.float32(255), np.float32)
