"""The door for photographs: a file or bytes -> `Photograph`, or a reason why not.

What is read: JPEG, PNG, TIFF (8, 12 and 16 bit), BMP, WebP, GIF, and HEIC with the extra [heic]; of
a file of many pictures, the first. The format is told from the bytes, the size is checked before
anything is decoded, the EXIF orientation is applied and every other tag is dropped.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge_runtime.domain import Photograph, UInt8Array
from edge_runtime.errors import PhotographTooLarge, PhotographTooSmall, UnreadableFile
from edge_runtime.fundus.decoding import decode, empty_pixels, upright
from edge_runtime.fundus.picture_formats.header import PictureFormat, PictureHeader
from edge_runtime.fundus.picture_header import header_of
from edge_runtime.settings import Limits

NAMELESS = "photograph"
"""The name of a photograph that came with none."""


@dataclass(frozen=True)
class Decoded:
    """A picture file's pixels, upright, and the size that the photograph has in full."""

    pixels_HWC: UInt8Array
    width_px: int
    height_px: int


class ReadPhotograph(Protocol):
    """What `read_photograph` does, here or in a process of its own."""

    def __call__(
        self, content: bytes, name: str, limits: Limits, wanted_side_px: int | None = None
    ) -> Photograph:
        """Return the photograph in a picture file's bytes, as `read_photograph`."""
        ...


def read_file(path: Path, limits: Limits) -> bytes:
    """Return the bytes of a photograph's file.

    The size is looked at before anything is read, and only a regular file is opened, so that a
    pipe cannot hold the caller up nor a device flood it. Raises UnreadableFile, PhotographTooLarge.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile(f"{path}: {_kind_of(status.st_mode)}, not a file")
        _check_bytes(status.st_size, limits)
        # Another program may put a pipe in the file's place before it is opened.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(limits.max_photograph_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        raise UnreadableFile(f"{path}: {error}") from error
    _check_bytes(len(content), limits)
    return content


def read_photograph(
    content: bytes, name: str, limits: Limits, wanted_side_px: int | None = None
) -> Photograph:
    """Return the photograph that the bytes of a picture file hold; its pixels are read-only.

    `wanted_side_px` is what the models need of the shorter side: a JPEG is then decoded at 1/2, 1/4
    or 1/8 of its size, as long as the decoded shorter side has at least as many pixels. None
    decodes at full size. `name` may be a path of any system; its last part is kept.
    Raises NotAPicture, UnsupportedPicture, DamagedPicture, PhotographTooLarge, PhotographTooSmall.
    """
    return photograph_of(content, name, decoded(content, limits, wanted_side_px))


def decoded(
    content: bytes,
    limits: Limits,
    wanted_side_px: int | None = None,
    room: Callable[[int, int], UInt8Array] = empty_pixels,
) -> Decoded:
    """Return what a picture file's bytes show. As `read_photograph`; `room` as in `decode`."""
    _check_bytes(len(content), limits)
    header = header_of(content)
    _check_size(header, limits)
    stored_HWC = decode(header, _reduction(header, wanted_side_px), room)
    return Decoded(upright(stored_HWC, header.orientation), *header.upright_size_px)


def photograph_of(content: bytes, name: str, seen: Decoded) -> Photograph:
    """Return the photograph of a file that was decoded."""
    seen.pixels_HWC.flags.writeable = False
    return Photograph(
        name=_base_name(name),
        sha256=hashlib.sha256(content).hexdigest(),
        width_px=seen.width_px,
        height_px=seen.height_px,
        pixels_HWC=seen.pixels_HWC,
    )


def _check_bytes(size: int, limits: Limits) -> None:
    if size > limits.max_photograph_bytes:
        raise PhotographTooLarge(f"{size} bytes, the limit is {limits.max_photograph_bytes}")


def _check_size(header: PictureHeader, limits: Limits) -> None:
    stated = f"{header.picture_format.value} of {header.width_px} x {header.height_px} pixels"
    if header.width_px * header.height_px > limits.max_photograph_pixels:
        raise PhotographTooLarge(f"{stated}, the limit is {limits.max_photograph_pixels} pixels")
    if min(header.width_px, header.height_px) < limits.min_photograph_side_px:
        raise PhotographTooSmall(f"{stated}, a side needs {limits.min_photograph_side_px}")


def _reduction(header: PictureHeader, wanted_side_px: int | None) -> int:
    """Return the largest factor by which a picture may shrink, 1, 2, 4 or 8."""
    if wanted_side_px is None or header.picture_format is not PictureFormat.JPEG:
        return 1
    shorter = min(header.width_px, header.height_px)
    fits = (factor for factor in (8, 4, 2) if -(-shorter // factor) >= wanted_side_px)
    return next(fits, 1)


def _base_name(name: str) -> str:
    """Return the last part of a path; what cannot be printed or stored as text becomes "_"."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    printable = "".join(letter if letter.isprintable() else "_" for letter in last)
    return NAMELESS if printable in ("", ".", "..") else printable


def _kind_of(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")
