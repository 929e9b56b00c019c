"""The photograph under the masks: brightness at the photograph's own scale, and where masks lie.

Masks tell where vessels run; how wide they are is in the photograph, whose pixels are two to three
times finer. Vessels show best in green, but most JPEG files hold colour at half the scale only, and
what is green there is partly that. In a photograph of 11 um a pixel that was saved so vessels grew
by 6 um in green and by 1 um in the JPEG's own luma, which is read here.

Legend: H rows, W columns, N points as (x, y).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_runtime.domain import Photograph, UInt8Array
from edge_runtime.fundus.biomarkers.masks import FloatArray64
from edge_runtime.fundus.preprocess import NetworkFrame


@dataclass(frozen=True)
class SharpPicture:
    """A photograph's decoded pixels, with the place and the scale of the masks' frame in them.

    `left_px` and `top_px` are where the frame's outer corner lies, in decoded pixels;
    `px_per_mask_px` is how many decoded pixels one mask pixel is wide.
    """

    pixels_HWC: UInt8Array
    left_px: float
    top_px: float
    px_per_mask_px: float

    @classmethod
    def under(cls, photograph: Photograph, frame: NetworkFrame) -> SharpPicture:
        """Return the photograph under the masks of a network image's frame."""
        scale = photograph.scale
        return cls(
            photograph.pixels_HWC,
            frame.left_px * scale,
            frame.top_px * scale,
            scale / frame.network_px_per_photograph_px,
        )

    def from_mask(self, points: FloatArray64) -> FloatArray64:
        """Return the decoded pixel coordinates of mask points, shape (..., 2) both."""
        corner = np.array([self.left_px, self.top_px])
        return np.asarray((points + 0.5) * self.px_per_mask_px - 0.5 + corner)

    def to_mask(self, points: FloatArray64) -> FloatArray64:
        """Return the mask coordinates of decoded pixel points, shape (..., 2) both."""
        corner = np.array([self.left_px, self.top_px])
        return np.asarray((points - corner + 0.5) / self.px_per_mask_px - 0.5)

    def brightness_at(self, points: FloatArray64) -> FloatArray64:
        """Return the luma (ITU-R BT.601) between pixels at decoded points (..., 2), in [0, 255].

        Beyond the photograph's edge it is that of the edge.
        """
        height, width = self.pixels_HWC.shape[:2]
        x, y = points[..., 0], points[..., 1]
        left, right = _window(x, width)
        top, bottom = _window(y, height)
        luma_hw = cv2.cvtColor(self.pixels_HWC[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
        seen = _between_pixels(luma_hw.astype(np.float32), x - left, y - top, cv2.INTER_LINEAR)
        return seen.astype(np.float64)


def _window(places: FloatArray64, side: int) -> tuple[int, int]:
    """Return the first and the last pixel (exclusive) that places along one side of a picture need.

    There is always a pixel or two, also for places that lie beyond the picture's edge.
    """
    first = min(max(floor(places.min()) - 1, 0), side - 2)
    return first, min(max(ceil(places.max()) + 2, first + 2), side)


def mask_at(mask_HW: UInt8Array, points: FloatArray64) -> UInt8Array:
    """Return the value of the nearest mask pixel at mask points (..., 2)."""
    x, y = points[..., 0], points[..., 1]
    return _between_pixels(mask_HW, x, y, cv2.INTER_NEAREST).astype(np.uint8)


def _between_pixels(
    picture_HW: npt.NDArray[Any], x: FloatArray64, y: FloatArray64, interpolation: int
) -> npt.NDArray[Any]:
    # OpenCV takes at most 32767 rows of points; rows along vessels are far fewer.
    across, down = (axis.astype(np.float32).reshape(-1, axis.shape[-1]) for axis in (x, y))
    found = cv2.remap(picture_HW, across, down, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found).reshape(x.shape)
