"""Finds the round field of a fundus photograph: its circle, its mask, and how much is cut off.

A photograph of retina that shows no rim (a crop) is accepted if its colours may be those of a
fundus; its circle is the one through the corners, the smallest that holds all that is seen.
Whether what is in the field is a retina at all is judged in `quality`.

Coordinates count pixel centres: the middle of the first pixel is 0.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import FieldOfView, FovCircle, Photograph
from edge_runtime.fundus.frame import Frame, without_bars
from edge_runtime.fundus.rim import Rim, find_rim

# H rows, W columns, C colours, N pixels
FloatArray = npt.NDArray[np.float64]
UInt8Array = npt.NDArray[np.uint8]
BoolArray = npt.NDArray[np.bool_]
Int32Array = npt.NDArray[np.int32]

SEARCH_SIDE_PX = 320
"""Long side of the copy on which the rim is looked for."""

DRAWING_COLOURS = 8
"""Colours that make up a mask or label map; a photograph has thousands."""

NARROWEST_CROP = 0.4
"""Least width over height, or height over width, of a photograph without a rim."""


def find_field_of_view(photograph: Photograph) -> FieldOfView | None:
    """Return the round field of a fundus photograph, or None where there is none to be seen.

    The circle is in photograph pixels (`width_px` frame), the mask has the decoded shape.
    """
    if _is_drawing(photograph.pixels_HWC):
        return None
    small_HWC, zoom = _search_copy(photograph.pixels_HWC)
    frame = without_bars(small_HWC)
    if frame is None:
        return None
    rim = find_rim(small_HWC, frame) or _whole_frame(small_HWC, frame)
    return None if rim is None else _field(photograph, rim, zoom)


def shrunk(pixels_HWC: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    """Return the picture at (width, height) by averaging; even halves first, which is faster."""
    while min(pixels_HWC.shape[1] // size[0], pixels_HWC.shape[0] // size[1]) >= 4:
        half = (pixels_HWC.shape[1] // 2, pixels_HWC.shape[0] // 2)
        pixels_HWC = _resized(pixels_HWC, half)
    return _resized(pixels_HWC, size)


def _is_drawing(pixels_HWC: UInt8Array) -> bool:
    """True for masks, label maps and plain areas: a few colours make up nearly all that is lit.

    The surround of a photograph is just as plain, so only what is not black counts. Pixels are
    picked, not averaged, since averaging would give a drawing shades.
    """
    every = max(1, max(pixels_HWC.shape) // SEARCH_SIDE_PX)
    picked_N3 = pixels_HWC[::every, ::every].reshape(-1, 3).astype(np.int32)
    colours_N = picked_N3 @ np.array([65536, 256, 1], dtype=np.int32)
    lit_N = colours_N[(picked_N3 > 8).any(axis=1)]
    if len(lit_N) < 0.02 * len(colours_N):
        return True
    # A photograph is far from it, which one in ten tells; what may be one is counted whole.
    return _plain_share(lit_N[::10]) > 0.5 and _plain_share(lit_N) > 0.8


def _plain_share(colours_N: Int32Array) -> float:
    """Return the share of the commonest colours, as many as make up a drawing."""
    counts = np.sort(np.unique(colours_N, return_counts=True)[1])
    return float(counts[-DRAWING_COLOURS:].sum()) / len(colours_N)


def _search_copy(pixels_HWC: UInt8Array) -> tuple[UInt8Array, FloatArray]:
    """A copy of at most SEARCH_SIDE_PX, and its size over the original's, across and down."""
    height, width = pixels_HWC.shape[:2]
    zoom = min(1.0, SEARCH_SIDE_PX / max(height, width))
    size = (max(8, round(width * zoom)), max(8, round(height * zoom)))
    small_HWC = shrunk(pixels_HWC, size)
    return small_HWC, np.array([size[0] / width, size[1] / height])


def _whole_frame(small_HWC: UInt8Array, frame: Frame) -> Rim | None:
    """The circle through the frame's corners, if the colours may be those of a retina."""
    part_HWC = small_HWC[frame.top : frame.bottom + 1, frame.left : frame.right + 1]
    red, green, blue = np.median(part_HWC.reshape(-1, 3), axis=0)
    if red < 40 or red < 0.9 * green or green < 1.05 * blue:
        return None
    if min(part_HWC.shape[:2]) < NARROWEST_CROP * max(part_HWC.shape[:2]):
        return None
    first, last = np.array([frame.left, frame.top]), np.array([frame.right, frame.bottom])
    middle = (first + last) / 2.0
    return Rim(np.array([*middle, float(np.hypot(*(last - first + 1))) / 2.0]), frame, 0.0)


def _field(photograph: Photograph, rim: Rim, zoom: FloatArray) -> FieldOfView:
    """The rim in photograph pixels, with its mask in decoded pixels."""
    height, width = photograph.pixels_HWC.shape[:2]
    x, y = (rim.circle[:2] + 0.5) / zoom - 0.5
    radius = rim.circle[2] / float(zoom.mean())
    mask_HW = _disc_mask((height, width), x, y, radius)
    first = np.floor(np.array([rim.frame.left, rim.frame.top]) / zoom).astype(int)
    last = np.ceil(np.array([rim.frame.right + 1, rim.frame.bottom + 1]) / zoom).astype(int)
    mask_HW[: first[1]] = mask_HW[last[1] :] = False
    mask_HW[:, : first[0]] = mask_HW[:, last[0] :] = False
    seen = float(np.count_nonzero(mask_HW)) / (np.pi * radius**2)
    scale = photograph.scale
    circle = FovCircle(
        float((x + 0.5) / scale - 0.5), float((y + 0.5) / scale - 0.5), float(radius / scale)
    )
    return FieldOfView(circle, mask_HW, float(np.clip(1.0 - seen, 0.0, 1.0)))


def _disc_mask(shape: tuple[int, int], x: float, y: float, radius: float) -> BoolArray:
    """True where a pixel's centre lies in the disc; by whole numbers a row, which is fast."""
    rise = np.arange(shape[0]) - y
    half_H1 = np.sqrt(np.maximum(radius**2 - rise**2, 0.0))[:, None]
    first_H1 = np.ceil(x - half_H1).astype(np.int32)
    last_H1 = np.floor(x + half_H1).astype(np.int32)
    last_H1[np.abs(rise) > radius] = -1
    columns = np.arange(shape[1], dtype=np.int32)[None, :]
    return np.asarray((columns >= first_H1) & (columns <= last_H1))


def _resized(pixels_HWC: UInt8Array, size: tuple[int, int]) -> UInt8Array:
    return np.asarray(cv2.resize(pixels_HWC, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
