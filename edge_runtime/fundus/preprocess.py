"""The one preprocessing: photograph to network image, and network maps back to the photograph.

Training, parity and serving all import this. It does geometry only (crop to the field, resize);
the arithmetic on pixel values is inside each exported graph.

Legend: H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FieldOfView, FloatArray, Photograph, UInt8Array

MARGIN = 0.02
"""Black rim around the field, as a share of its radius: convolutions see the edge as an edge."""


@dataclass(frozen=True)
class NetworkFrame:
    """Where a square network image lies in its photograph; the crop can be undone.

    `left_px`, `top_px` and `side_px` are in photograph pixels and may reach past its edges;
    `size_px` is the side of the network image.
    """

    left_px: float
    top_px: float
    side_px: float
    size_px: int

    @property
    def network_px_per_photograph_px(self) -> float:
        """How many network pixels one photograph pixel becomes."""
        return self.size_px / self.side_px

    def to_photograph(
        self, map_HW: FloatArray, width_px: int, height_px: int, scale: float = 1.0
    ) -> FloatArray:
        """Return a network map laid on the photograph, zero outside the frame.

        The picture that comes back has `scale` pixels for each photograph pixel: its shape is
        (round(height_px x scale), round(width_px x scale)).
        """
        shape = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
        # Pixel centres: picture (u + 0.5) / scale = photograph = left + (x + 0.5) / ratio.
        ratio_x = self.network_px_per_photograph_px * width_px / shape[0]
        ratio_y = self.network_px_per_photograph_px * height_px / shape[1]
        inverse = np.array(
            [
                [ratio_x, 0.0, 0.5 * ratio_x - 0.5 - self.left_px * self._ratio],
                [0.0, ratio_y, 0.5 * ratio_y - 0.5 - self.top_px * self._ratio],
            ]
        )
        laid = cv2.warpAffine(map_HW, inverse, shape, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        return np.asarray(laid, dtype=np.float32)

    def from_photograph(self, map_HW: FloatArray) -> FloatArray:
        """Return a map of the whole photograph (full size) cut and resized to the network image.

        This is how labels drawn on a photograph follow its pixels into training.
        """
        left, top, side = round(self.left_px), round(self.top_px), max(1, round(self.side_px))
        square_HW = _square(map_HW, left, top, side)
        return np.asarray(_resized(square_HW, self.size_px), dtype=np.float32)

    def point_to_photograph(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return the photograph coordinates of a point of the network image."""
        return (
            self.left_px + (x_px + 0.5) / self._ratio - 0.5,
            self.top_px + (y_px + 0.5) / self._ratio - 0.5,
        )

    @property
    def _ratio(self) -> float:
        return self.network_px_per_photograph_px


@dataclass(frozen=True)
class NetworkImage:
    """A photograph as the networks see it."""

    image_HWC: UInt8Array
    field_HW: BoolArray
    """True inside the field of view and inside the photograph."""
    frame: NetworkFrame


def network_image(
    photograph: Photograph, field: FieldOfView, size_px: int, margin: float = MARGIN
) -> NetworkImage:
    """Return the square image around the field, of side `size_px`, with `margin` around it."""
    return square_image(photograph, field, *_around(field, margin), size_px)


def network_pixels(
    photograph: Photograph, field: FieldOfView, size_px: int, margin: float = MARGIN
) -> tuple[UInt8Array, NetworkFrame]:
    """Return the pixels and the frame of `network_image`, whose field a model may not need."""
    square = _cut(photograph, field, *_around(field, margin))
    return square.pixels(size_px), square.frame(size_px)


def square_image(
    photograph: Photograph,
    field: FieldOfView,
    left_px: float,
    top_px: float,
    side_px: float,
    size_px: int,
) -> NetworkImage:
    """Return a square of the photograph, given in its pixels, as an image of side `size_px`.

    It is cut at whole decoded pixels and may reach past the photograph's edges; what lies outside
    the field (borders, bars, burnt-in text, desk) is black.
    """
    square = _cut(photograph, field, left_px, top_px, side_px)
    field_HW = _resized(square.inside_HW * np.uint8(255), size_px) >= 128
    return NetworkImage(
        square.pixels(size_px), np.asarray(field_HW, dtype=np.bool_), square.frame(size_px)
    )


@dataclass(frozen=True)
class _Square:
    """A square of a photograph in decoded pixels; `left_px` and others are in photograph pixels."""

    crop_HWC: UInt8Array
    inside_HW: UInt8Array
    left_px: float
    top_px: float
    side_px: float

    def pixels(self, size_px: int) -> UInt8Array:
        return np.asarray(_resized(self.crop_HWC, size_px), dtype=np.uint8)

    def frame(self, size_px: int) -> NetworkFrame:
        return NetworkFrame(self.left_px, self.top_px, self.side_px, size_px)


def _around(field: FieldOfView, margin: float) -> tuple[float, float, float]:
    """Return left, top and side of the square around a field, in photograph pixels."""
    circle = field.circle
    reach_px = circle.radius_px * (1.0 + margin)
    return circle.x_px - reach_px, circle.y_px - reach_px, 2.0 * reach_px


def _cut(
    photograph: Photograph, field: FieldOfView, left_px: float, top_px: float, side_px: float
) -> _Square:
    scale = photograph.scale
    left, top = round(left_px * scale), round(top_px * scale)
    side = max(2, 2 * round(0.5 * side_px * scale))
    inside_HW = _square(field.mask_HW, left, top, side).view(np.uint8)
    crop_HWC = cv2.copyTo(_square(photograph.pixels_HWC, left, top, side), inside_HW)
    crop_HWC = np.asarray(crop_HWC, np.uint8)
    return _Square(crop_HWC, inside_HW, left / scale, top / scale, side / scale)


def _square(picture: Any, left: int, top: int, side: int) -> Any:
    """Return a square cut out of a picture, zero where it reaches past the edges."""
    height, width = picture.shape[:2]
    square = np.zeros((side, side, *picture.shape[2:]), dtype=picture.dtype)
    x0, x1 = max(left, 0), min(left + side, width)
    y0, y1 = max(top, 0), min(top + side, height)
    square[y0 - top : y1 - top, x0 - left : x1 - left] = picture[y0:y1, x0:x1]
    return square


def _resized(square: Any, size_px: int) -> Any:
    """Return a square picture at another side, area-averaged when it shrinks.

    One at least twice as large is halved first and the rest is interpolated: as sharp as to average
    the area at once, and seven times as fast.
    """
    is_halved = False
    while square.shape[0] >= 2 * size_px and square.shape[0] % 2 == 0:
        half_px = square.shape[0] // 2
        square = cv2.resize(square, (half_px, half_px), interpolation=cv2.INTER_AREA)
        is_halved = True
    shrinks_at_once = square.shape[0] > size_px and not is_halved
    interpolation = cv2.INTER_AREA if shrinks_at_once else cv2.INTER_LINEAR
    return cv2.resize(square, (size_px, size_px), interpolation=interpolation)
