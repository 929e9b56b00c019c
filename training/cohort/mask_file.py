"""Reads a mask of the manifest from its picture; the one place that applies a mask's selector.

The syntax (`a.png`, `a.png#1`, `a.png#1,3`, `a.png#>=128`) is `mask_reference`'s. In index-coded
pictures of arterioles and venules, 3 means a crossing or an uncertain vessel: a vessel, but
neither arteriole nor venule. `read_index` gives the codes themselves, so that a loss can leave
those pixels out. A mask that was painted in one colour on black (IDRiD's lesions) reads as 255
where it is painted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from edge_runtime.contracts.mask_reference import mask_reference
from edge_runtime.domain import BoolArray, UInt8Array
from edge_runtime.errors import ManifestError

CROSSING_OR_UNCERTAIN = 3
"""The code of a vessel that is neither arteriole nor venule (DRIVE_AV, HRF_AV)."""

ONE_CHANNEL = {"1", "L", "P"}
"""Pillow's modes with one value of at most 8 bits a pixel; of a palette, its indices are read."""

PAINTED = {"RGB", "RGBA"}
"""Pillow's modes of a mask in colour; how opaque a pixel is, is left aside."""


def read_mask(path_with_selector: Path | str) -> BoolArray:
    """Return what a manifest's mask marks, True inside, shape (H, W) of the picture.

    Raises ManifestError for a file that cannot be read, or that has more than one channel and
    more than one colour beside black.
    """
    reference = mask_reference(str(path_with_selector))
    index_HW = read_index(reference.path)
    if reference.at_least is not None:
        return np.asarray(index_HW >= reference.at_least)
    if reference.values is not None:
        return np.isin(index_HW, sorted(reference.values))
    return np.asarray(index_HW != 0)


def read_index(path_with_selector: Path | str) -> UInt8Array:
    """Return every pixel's value as it is stored, shape (H, W); a selector is left aside.

    Raises as `read_mask`.
    """
    path = mask_reference(str(path_with_selector)).path
    try:
        with Image.open(path) as picture:
            if picture.mode in PAINTED:
                return _painted(path, np.asarray(picture)[..., :3])
            if picture.mode not in ONE_CHANNEL:
                reason = f"a mask has one channel of at most 8 bits, this picture is {picture.mode}"
                raise ManifestError(path, None, None, reason)
            return np.asarray(picture).astype(np.uint8)
    except (OSError, SyntaxError) as error:
        raise ManifestError(path, None, None, f"no mask can be read: {error}") from error


def _painted(path: str, picture_HWC: UInt8Array) -> UInt8Array:
    """Return 255 where one colour was painted on black, shape (H, W); refuse a second colour."""
    inside_HW = picture_HWC.any(axis=-1)
    colours = np.unique(picture_HWC[inside_HW], axis=0)
    if len(colours) > 1:
        reason = "a mask has one channel, or one colour painted on black; this picture has more"
        raise ManifestError(path, None, None, reason)
    return np.where(inside_HW, np.uint8(255), np.uint8(0))
