"""The memory that the server and one decoding process share: a file goes in, its pixels come out.

Its size is fixed and sealed, or a process that was taken over could shrink it under the server's
hands. What is in it can change at any time; the server copies pixels out once and uses the copy.
Pages that nobody touched cost nothing.
"""

from __future__ import annotations

import fcntl
import mmap
import os

import numpy as np

from edge_runtime.domain import UInt8Array
from edge_runtime.settings import Limits

SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
COLOURS = 3

KEPT_BYTES = 32_000_000
"""Memory of a usual photograph stays for the next; of a larger one it is given back."""


def shared_file(limits: Limits) -> int:
    """Return a memory file with room for the largest file and the most pixels of the limits."""
    file = os.memfd_create("photograph", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(file, _pixels_at(limits) + COLOURS * limits.max_photograph_pixels)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, SEALS)
    return file


class SharedMemory:
    """The two areas, as either side sees them."""

    def __init__(self, file: int, limits: Limits) -> None:
        """Map a file of `shared_file`, which may be closed then."""
        self._mapped = mmap.mmap(file, 0)
        self._pixels_at = _pixels_at(limits)
        self._all: UInt8Array = np.frombuffer(self._mapped, np.uint8)
        self._file, self._pixels = self._all[: self._pixels_at], self._all[self._pixels_at :]

    def put(self, content: bytes) -> None:
        """Lay a photograph's file in. Raises ValueError when there is no room."""
        self._file[: len(content)] = np.frombuffer(content, np.uint8)

    def file(self, num_bytes: int) -> bytes:
        """Return the first bytes of the file's area."""
        return self._file[:num_bytes].tobytes()

    def room(self, height_px: int, width_px: int) -> UInt8Array:
        """Return the pixels' area in a shape. Raises ValueError when there is no room."""
        num_bytes = height_px * width_px * COLOURS
        return self._pixels[:num_bytes].reshape(height_px, width_px, COLOURS)

    def holds(self, pixels_HWC: UInt8Array) -> bool:
        """Return whether an array is in the pixels' area."""
        return np.may_share_memory(pixels_HWC, self._pixels)

    def give_back(self, num_bytes: int, num_pixels: int) -> None:
        """Give the memory of a large photograph back to the machine."""
        if num_bytes + num_pixels * COLOURS > KEPT_BYTES:
            self._mapped.madvise(mmap.MADV_REMOVE)


def _pixels_at(limits: Limits) -> int:
    return -(-limits.max_photograph_bytes // mmap.PAGESIZE) * mmap.PAGESIZE
