"""A copy of a photograph's field at one radius for all cameras, on which quality is measured.

One vessel is equally wide on every copy, and a photograph decoded at reduced scale gives the same
copy. The rim and burnt-in stamps are marked as outside: they say nothing of the eye.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, FieldOfView, FloatArray, Photograph, UInt8Array
from edge_runtime.fundus.field_of_view import shrunk

# H rows, W columns, C colours

FIELD_RADIUS_PX = 160

RIM_SHARE = 0.06
"""Outer part of the radius that is left out."""

STAMP_GREEN = 25
"""How far green exceeds both red and blue in burnt-in green text; in no eye it does."""

LARGEST_STAMP = 0.1
"""Green over a greater share than this is no stamp but what the picture shows."""


@dataclass(frozen=True)
class NormalisedField:
    """The normalised copy: its colours (each HW), where the eye is seen (HW), and the centre."""

    red: UInt8Array
    green: UInt8Array
    blue: UInt8Array
    inside: BoolArray
    centre_px: tuple[float, float]

    @property
    def level(self) -> UInt8Array:
        """Grey level: the brighter of red and green."""
        return np.maximum(self.red, self.green)

    def distance_px(self) -> FloatArray:
        """Return each pixel's distance from the centre of the field."""
        rows, columns = np.ogrid[: self.inside.shape[0], : self.inside.shape[1]]
        square = (columns - self.centre_px[0]) ** 2 + (rows - self.centre_px[1]) ** 2
        return np.sqrt(square, dtype=np.float32)


def normalised_field(photograph: Photograph, field: FieldOfView) -> NormalisedField:
    """Return the part of the photograph that holds the field, at FIELD_RADIUS_PX."""
    scale, circle = photograph.scale, field.circle
    centre = (np.array([circle.x_px, circle.y_px]) + 0.5) * scale - 0.5
    radius = circle.radius_px * scale
    size = np.array(photograph.pixels_HWC.shape[1::-1])
    first = np.clip(np.floor(centre - radius), 0, size - 1).astype(int)
    last = np.clip(np.ceil(centre + radius) + 1, first + 1, size).astype(int)
    part = (slice(first[1], last[1]), slice(first[0], last[0]))
    zoom = FIELD_RADIUS_PX / radius
    x, y = (centre - first + 0.5) * zoom - 0.5
    width, height = (max(8, round(side * zoom)) for side in (last - first).tolist())
    crop_HWC = photograph.pixels_HWC[part]
    at_radius = shrunk if zoom < 1.0 else cv2.resize
    colours = cv2.split(np.asarray(at_radius(crop_HWC, (width, height))))
    red, green, blue = (np.asarray(colour, dtype=np.uint8) for colour in colours)
    mask_HW = field.mask_HW[part].astype(np.uint8)
    seen_HW = cv2.resize(mask_HW, (width, height), interpolation=cv2.INTER_NEAREST)
    copy = NormalisedField(red, green, blue, np.asarray(seen_HW) > 0, (float(x), float(y)))
    return replace(copy, inside=copy.inside & _of_the_eye(copy))


def _of_the_eye(copy: NormalisedField) -> BoolArray:
    """True off the rim and off a stamp."""
    central_HW = copy.distance_px() <= FIELD_RADIUS_PX * (1.0 - RIM_SHARE)
    stamped_HW = _stamped(copy.red, copy.green, copy.blue)
    return central_HW & ~stamped_HW if stamped_HW.mean() < LARGEST_STAMP else central_HW


def _stamped(red_HW: UInt8Array, green_HW: UInt8Array, blue_HW: UInt8Array) -> BoolArray:
    """Where green text is burnt in, a little widened."""
    excess_HW = np.asarray(cv2.subtract(green_HW, cv2.max(red_HW, blue_HW)))
    text_HW = (excess_HW > STAMP_GREEN).astype(np.uint8)
    return np.asarray(cv2.dilate(text_HW, np.ones((7, 7), np.uint8))) > 0
