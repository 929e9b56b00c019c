"""A field of change applied to a photograph at the photograph's own size, detail kept.

The progression model says on its small image how far each place moves, how much lighter it becomes
and what is added; the photograph's own pixels are moved, multiplied and added to. Where nothing
changes the photograph comes back bit for bit. Changes smaller than one grey level survive: the
result is rounded up or down by chance, the chance of a given seed.

Legend: K channels, H rows, W columns, C colours.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np

from edge_runtime.contracts.tensors import CHANGE_CHANNELS
from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from edge_runtime.fundus.preprocess import NetworkFrame

STRIP_PIXELS = 250_000
"""Pixels changed at a time: few enough that most of their floats stay in the caches (a million took
1.2 times as long), many enough that no thread is woken for nothing (64,000: 1.3 times)."""

LATTICE = (0.7548776662466927, 0.5698402909980532)
"""By how much of a level neighbours in a column and in a row are rounded otherwise: neighbours make
up for each other, so that nothing of the pattern is left a few pixels wide, where independent
chances would leave noise (the lattice R2 of Roberts 2018, from the root of x^3 = x + 1)."""

TURN = 2**32
"""A level in whole numbers that run over, as the lattice does."""


def simulated_picture(
    pixels_HWC: UInt8Array,
    change_KHW: FloatArray,
    frame: NetworkFrame,
    rng: np.random.Generator,
    threads: int = 1,
) -> UInt8Array:
    """Return the photograph's pixels (H, W, C) changed, of the same shape.

    `frame` says where the network image of `change_KHW` lies, in these very pixels. The picture
    does not depend on how many threads make it.
    """
    height, width = pixels_HWC.shape[:2]
    out_HWC = np.empty_like(pixels_HWC)
    start = int(rng.random() * TURN)
    rows = max(1, STRIP_PIXELS // width)
    changes_HW = (change_KHW != 0.0).any(axis=0)

    def change_strip(top: int) -> None:
        bottom = min(top + rows, height)
        out_HWC[top:bottom] = pixels_HWC[top:bottom]
        columns = _changing_columns(changes_HW, frame, top, bottom, width)
        if columns.start < columns.stop:
            strip = (slice(top, bottom), columns)
            planes = _changed_strip(pixels_HWC, change_KHW, frame, *strip)
            lot_HW = _lots(start, *strip)
            out_HWC[strip] = cv2.merge([_rounded(plane_HW, lot_HW) for plane_HW in planes])

    with ThreadPoolExecutor(threads, "composing") as at_work:
        for done in [at_work.submit(change_strip, top) for top in range(0, height, rows)]:
            done.result()
    return out_HWC


def simulated_difference(image_HWC: UInt8Array, change_KHW: FloatArray) -> FloatArray:
    """Return by how many grey levels the network image becomes lighter, (H, W), all colours."""
    size_px = image_HWC.shape[0]
    frame = NetworkFrame(0.0, 0.0, float(size_px), size_px)
    whole = slice(0, size_px)
    changed_HWC = np.stack(_changed_strip(image_HWC, change_KHW, frame, whole, whole), axis=-1)
    return np.asarray((changed_HWC - image_HWC).mean(axis=2), np.float32)


def scaled_frame(frame: NetworkFrame, scale: float) -> NetworkFrame:
    """Return the frame in pixels of the photograph at another scale."""
    return NetworkFrame(
        frame.left_px * scale, frame.top_px * scale, frame.side_px * scale, frame.size_px
    )


def _changing_columns(
    changes_HW: BoolArray, frame: NetworkFrame, top: int, bottom: int, width: int
) -> slice:
    """Return the picture's columns outside of which nothing changes in these rows."""
    per_px = frame.network_px_per_photograph_px
    # A place is mixed from the two network pixels on either side of it.
    first_row = math.floor((top - frame.top_px) * per_px - 1.0)
    last_row = math.ceil((bottom - frame.top_px) * per_px + 1.0)
    rows_HW = changes_HW[max(0, first_row) : max(0, last_row)]
    at = np.flatnonzero(rows_HW.any(axis=0))
    if not len(at):
        return slice(0, 0)
    first = math.floor(frame.left_px + (at[0] - 1.0) / per_px)
    last = math.ceil(frame.left_px + (at[-1] + 2.0) / per_px)
    return slice(max(0, first), min(width, max(0, last)))


def _rounded(level_HW: FloatArray, lot_HW: FloatArray) -> UInt8Array:
    """Return levels as whole numbers, after the lots are added to them in place."""
    level_HW += lot_HW
    np.clip(level_HW, 0.0, 255.0, out=level_HW)
    # Towards zero: a whole number plus a lot below 1 is itself.
    return level_HW.astype(np.uint8)


def _lots(start: int, rows: slice, columns: slice) -> FloatArray:
    """Return what is added to levels of these pixels before they are cut off, (H, W), below 1.

    In steps of 1 / 256. Whole numbers of 32 bits run over by themselves, at no cost.
    """
    down, along = (round(step * TURN) for step in LATTICE)
    down_H = (np.arange(rows.start, rows.stop, dtype=np.uint64) * down + start) % TURN
    along_W = np.arange(columns.start, columns.stop, dtype=np.uint64) * along % TURN
    lot_HW = (down_H.astype(np.uint32)[:, None] + along_W.astype(np.uint32)) >> 24
    return lot_HW.astype(np.float32) * np.float32(1.0 / 256.0)


def _changed_strip(
    pixels_HWC: UInt8Array,
    change_KHW: FloatArray,
    frame: NetworkFrame,
    rows: slice,
    columns: slice,
) -> tuple[FloatArray, ...]:
    """Return these pixels changed, a plane (H, W) for each colour, as levels not rounded."""
    here = replace(frame, left_px=frame.left_px - columns.start, top_px=frame.top_px - rows.start)
    shape = columns.stop - columns.start, rows.stop - rows.start
    laid = [here.to_photograph(channel_HW, *shape) for channel_HW in change_KHW]
    planes = _moved(pixels_HWC, laid[0], laid[1], frame, rows, columns)
    first_gain = len(CHANGE_CHANNELS["shift"])
    first_added = first_gain + len(CHANGE_CHANNELS["log_gain"])
    for colour, plane_HW in enumerate(planes):
        plane_HW *= np.exp(laid[first_gain + colour])
        plane_HW += laid[first_added + colour]
    return planes


def _moved(
    pixels_HWC: UInt8Array,
    shift_x_HW: FloatArray,
    shift_y_HW: FloatArray,
    frame: NetworkFrame,
    rows: slice,
    columns: slice,
) -> tuple[FloatArray, ...]:
    """Return pixels with each one's colours taken from where the shift (network px) points."""
    per_network_px = np.float32(1.0 / frame.network_px_per_photograph_px)
    reach_x, reach_y = (
        math.ceil(float(np.abs(shift_HW).max()) * per_network_px) + 2
        for shift_HW in (shift_x_HW, shift_y_HW)
    )
    top, left = max(0, rows.start - reach_y), max(0, columns.start - reach_x)
    source = pixels_HWC[top : rows.stop + reach_y, left : columns.stop + reach_x]
    from_x = np.arange(columns.start - left, columns.stop - left, dtype=np.float32)[None]
    from_y = np.arange(rows.start - top, rows.stop - top, dtype=np.float32)[:, None]
    from_x = from_x + shift_x_HW * per_network_px
    from_y = from_y + shift_y_HW * per_network_px
    moved_HWC = cv2.remap(
        source.astype(np.float32),
        from_x,
        from_y,
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return tuple(np.asarray(plane_HW, np.float32) for plane_HW in cv2.split(moved_HWC))
