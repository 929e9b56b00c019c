"""A field of change applied to a photograph at the photograph's own size, detail kept.

The progression model says on its small image how far each place moves, how much lighter it becomes
and what is added; the photograph's own pixels are moved, multiplied and added to. Where nothing
changes the photograph comes back bit for bit. Changes smaller than one grey level survive: the
result is rounded up or down by chance, the chance of a given seed.

Legend: K channels, H rows, W columns, C colours.
"""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from edge_runtime.contracts.tensors import CHANGE_CHANNELS
from edge_runtime.domain import FloatArray, UInt8Array
from edge_runtime.fundus.preprocess import NetworkFrame

STRIP_PIXELS = 1_000_000
"""Pixels changed at a time: some 50 MB of floats, whatever the photograph's size."""

LOTS = 256
"""Steps in which what is lost by rounding is made up for."""
LATTICE = (0.7548776662466927, 0.5698402909980532)
"""By how much of a level neighbours in a column and in a row are rounded otherwise: neighbours make
up for each other, so that nothing of the pattern is left a few pixels wide, where independent
chances would leave noise (the lattice R2 of Roberts 2018, from the root of x^3 = x + 1)."""


def simulated_picture(
    pixels_HWC: UInt8Array, change_KHW: FloatArray, frame: NetworkFrame, rng: np.random.Generator
) -> UInt8Array:
    """Return the photograph's pixels (H, W, C) changed, of the same shape.

    `frame` says where the network image of `change_KHW` lies, in these very pixels.
    """
    height, width = pixels_HWC.shape[:2]
    out_HWC = np.empty_like(pixels_HWC)
    start = float(rng.random())
    rows = max(1, STRIP_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        level_HWC = _changed_strip(pixels_HWC, change_KHW, frame, top, bottom)
        level_HWC += _lots(start, top, bottom, width)[..., None]
        np.clip(level_HWC, 0.0, 255.0, out=level_HWC)
        # Towards zero: a whole number plus a lot below 1 is itself.
        out_HWC[top:bottom] = level_HWC.astype(np.uint8)
    return out_HWC


def simulated_difference(image_HWC: UInt8Array, change_KHW: FloatArray) -> FloatArray:
    """Return by how many grey levels the network image becomes lighter, (H, W), all colours."""
    size_px = image_HWC.shape[0]
    frame = NetworkFrame(0.0, 0.0, float(size_px), size_px)
    changed_HWC = _changed_strip(image_HWC, change_KHW, frame, 0, size_px)
    return np.asarray((changed_HWC - image_HWC).mean(axis=2), np.float32)


def scaled_frame(frame: NetworkFrame, scale: float) -> NetworkFrame:
    """Return the frame in pixels of the photograph at another scale."""
    return NetworkFrame(
        frame.left_px * scale, frame.top_px * scale, frame.side_px * scale, frame.size_px
    )


def _lots(start: float, top: int, bottom: int, width: int) -> FloatArray:
    """Return what is added to levels of these rows before they are cut off, (H, W), below 1."""
    down, along = LATTICE
    lot_HW = np.arange(top, bottom)[:, None] * down + np.arange(width)[None] * along + start
    return np.asarray(np.floor(lot_HW % 1.0 * LOTS) / LOTS, np.float32)


def _changed_strip(
    pixels_HWC: UInt8Array, change_KHW: FloatArray, frame: NetworkFrame, top: int, bottom: int
) -> FloatArray:
    """Return rows `top` to `bottom` changed, as levels that are not rounded."""
    width = pixels_HWC.shape[1]
    here = replace(frame, top_px=frame.top_px - top)
    laid = [here.to_photograph(channel, width, bottom - top) for channel in change_KHW]
    moved_HWC = _moved(pixels_HWC, laid[0], laid[1], frame, top, bottom)
    first_gain = len(CHANGE_CHANNELS["shift"])
    first_added = first_gain + len(CHANGE_CHANNELS["log_gain"])
    for colour in range(3):
        moved_HWC[..., colour] *= np.exp(laid[first_gain + colour])
        moved_HWC[..., colour] += laid[first_added + colour]
    return moved_HWC


def _moved(
    pixels_HWC: UInt8Array,
    shift_x_HW: FloatArray,
    shift_y_HW: FloatArray,
    frame: NetworkFrame,
    top: int,
    bottom: int,
) -> FloatArray:
    """Return the strip with each place's colour taken from where the shift (network px) points."""
    per_network_px = 1.0 / frame.network_px_per_photograph_px
    reach = math.ceil(float(np.abs(shift_y_HW).max()) * per_network_px) + 2
    first, last = max(0, top - reach), min(pixels_HWC.shape[0], bottom + reach)
    source_HWC = pixels_HWC[first:last].astype(np.float32)
    columns = np.arange(pixels_HWC.shape[1], dtype=np.float32)[None]
    rows = np.arange(top - first, bottom - first, dtype=np.float32)[:, None]
    from_x = columns + shift_x_HW * np.float32(per_network_px)
    from_y = rows + shift_y_HW * np.float32(per_network_px)
    moved = cv2.remap(source_HWC, from_x, from_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)
