"""Files that a screening may be handed instead of a good photograph, and what must come of each.

All are drawn here or made from a drawn eye.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edge_runtime.domain import UInt8Array
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.fundus.encoded_pictures import (
    encoded,
    encoded_by_cv2,
    exif_with,
    png_header_chunk,
    png_of,
)

OK, REFUSED, FAILED, SCREENED = "ok", "refused", "failed", "screened"
"""SCREENED: there is a result, whatever its verdict."""


@dataclass(frozen=True)
class BadPhotograph:
    """A file to screen; `status` is what its row must say, `says` what must be told of it."""

    name: str
    content: Callable[[], bytes]
    status: str
    says: str = ""


@functools.cache
def eye_pixels() -> UInt8Array:
    """A drawn eye, RGB, that is gradable: the bundle's sample at half its size."""
    bgr = cv2.imdecode(np.frombuffer(sample_eye(), np.uint8), cv2.IMREAD_COLOR)
    half = cv2.resize(bgr, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(half[..., ::-1])


@functools.cache
def eye_jpeg() -> bytes:
    return encoded(eye_pixels(), format="JPEG", quality=93)


def outer_eye() -> UInt8Array:
    """The outside of an eye between its lids, as an anterior photograph shows it."""
    picture = np.full((600, 800, 3), (205, 160, 135), np.uint8)
    cv2.ellipse(picture, (400, 300), (280, 130), 0, 0, 360, (235, 232, 228), cv2.FILLED)
    cv2.circle(picture, (400, 300), 118, (92, 62, 40), cv2.FILLED)
    cv2.circle(picture, (400, 300), 48, (12, 10, 10), cv2.FILLED)
    cv2.circle(picture, (425, 275), 12, (255, 255, 255), cv2.FILLED)
    lid = np.full_like(picture, (205, 160, 135))
    inside = cv2.ellipse(np.zeros((600, 800), np.uint8), (400, 300), (280, 130), 0, 0, 360, 1, -1)
    return cv2.GaussianBlur(np.where(inside[..., None] == 1, picture, lid), (5, 5), 0)


def plain(value: int) -> UInt8Array:
    return np.full((600, 800, 3), value, np.uint8)


def sixteen_bits() -> UInt8Array:
    return eye_pixels().astype(np.uint16) * 257  # type: ignore[return-value]


def grey() -> UInt8Array:
    return cv2.cvtColor(eye_pixels(), cv2.COLOR_RGB2GRAY)


def with_alpha() -> Image.Image:
    alpha = np.full(eye_pixels().shape[:2], 255, np.uint8)
    return Image.fromarray(np.dstack([eye_pixels(), alpha]))


def cmyk() -> bytes:
    return encoded(Image.fromarray(eye_pixels()).convert("CMYK"), format="JPEG", quality=95)


def animated(file_format: str) -> bytes:
    frames = {"save_all": True, "append_images": [Image.fromarray(np.full_like(eye_pixels(), 90))]}
    return encoded(eye_pixels(), format=file_format, **frames)


def turned(orientation: int) -> bytes:
    return encoded(eye_pixels(), format="JPEG", quality=93, exif=exif_with(orientation))


def truncated(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def flipped_byte() -> bytes:
    png = bytearray(encoded(eye_pixels(), format="PNG"))
    png[len(png) // 2] ^= 1
    return bytes(png)


DAMAGED = "DamagedPicture"
NOT_A_PICTURE = "NotAPicture"
TOO_LARGE, TOO_SMALL = "PhotographTooLarge", "PhotographTooSmall"

UNREADABLE = [
    BadPhotograph("zero bytes.jpg", bytes, FAILED, NOT_A_PICTURE),
    BadPhotograph("text.jpg", lambda: b"An eye, honestly.\n" * 99, FAILED, NOT_A_PICTURE),
    BadPhotograph("page.png", lambda: b"<html>404</html>", FAILED, NOT_A_PICTURE),
    BadPhotograph(
        "random.tif", lambda: np.random.default_rng(7).bytes(9999), FAILED, NOT_A_PICTURE
    ),
    BadPhotograph("zip.jpg", lambda: b"PK\x03\x04" + bytes(99), FAILED, NOT_A_PICTURE),
    BadPhotograph("truncated.jpg", lambda: truncated(eye_jpeg(), 0.5), FAILED, DAMAGED),
    BadPhotograph("header only.jpg", lambda: eye_jpeg()[:300], FAILED, DAMAGED),
    BadPhotograph(
        "truncated.png",
        lambda: truncated(encoded(eye_pixels(), format="PNG"), 0.9),
        FAILED,
        DAMAGED,
    ),
    BadPhotograph("one flipped byte.png", flipped_byte, FAILED, DAMAGED),
    BadPhotograph(
        "truncated.tif",
        lambda: truncated(encoded(eye_pixels(), format="TIFF"), 0.5),
        FAILED,
        DAMAGED,
    ),
    BadPhotograph(
        "50000 x 50000.png",
        lambda: png_of(png_header_chunk(50_000, 50_000), (b"IDAT", b"")),
        FAILED,
        TOO_LARGE,
    ),
    BadPhotograph("65 MB.jpg", lambda: eye_jpeg() + bytes(65_000_000), FAILED, TOO_LARGE),
    BadPhotograph("1 x 1.png", lambda: encoded(plain(9)[:1, :1], format="PNG"), FAILED, TOO_SMALL),
    BadPhotograph("a strip.png", lambda: encoded(plain(9)[:40], format="PNG"), FAILED, TOO_SMALL),
]

NO_EYE = [
    BadPhotograph("black.jpg", lambda: encoded(plain(0), format="JPEG"), REFUSED),
    BadPhotograph("white.jpg", lambda: encoded(plain(255), format="JPEG"), REFUSED),
    BadPhotograph("grey card.jpg", lambda: encoded(plain(127), format="JPEG"), REFUSED),
    BadPhotograph(
        "noise.png",
        lambda: encoded(
            np.random.default_rng(7).integers(0, 256, (600, 800, 3), np.uint8), format="PNG"
        ),
        REFUSED,
    ),
    BadPhotograph("outer eye.jpg", lambda: encoded(outer_eye(), format="JPEG"), REFUSED),
]

UNUSUAL = [
    BadPhotograph("cmyk.jpg", cmyk, SCREENED),
    BadPhotograph("16 bit.png", lambda: encoded_by_cv2(".png", sixteen_bits()), OK),
    BadPhotograph("16 bit.tif", lambda: encoded_by_cv2(".tiff", sixteen_bits()), OK),
    BadPhotograph("grey.png", lambda: encoded(grey(), format="PNG"), SCREENED),
    BadPhotograph("alpha.png", lambda: encoded(with_alpha(), format="PNG"), OK),
    BadPhotograph("animated.webp", lambda: animated("WEBP"), SCREENED),
    BadPhotograph("animated.gif", lambda: animated("GIF"), SCREENED),
    BadPhotograph("two pages.tif", lambda: animated("TIFF"), OK),
    BadPhotograph("is a png.jpg", lambda: encoded(eye_pixels(), format="PNG"), OK),
    *(BadPhotograph(f"orientation {n}.jpg", functools.partial(turned, n), OK) for n in range(1, 9)),
]

HOSTILE_NAMES = [
    BadPhotograph(name, eye_jpeg, OK)
    for name in (
        "-rf.jpg",
        "=cmd|'calc'!A0.jpg",
        "...jpg",
        "CON.jpg",
        "exam.json.jpg",
        "line\nbreak.jpg",
        "\u202egpj.exe.jpg",
        "\N{SNOWMAN}" * 60 + ".jpg",
        os.fsdecode(b"no utf-8 \xff\xfe.jpg"),
        "no suffix",
        ".hidden.jpg",
        "a\\b.jpg",
    )
]

PHOTOGRAPHS = [*UNREADABLE, *NO_EYE, *UNUSUAL, *HOSTILE_NAMES]


def lay(photograph: BadPhotograph, folder: Path) -> Path:
    """Write a photograph's file into a folder and return its path."""
    path = folder / photograph.name
    path.write_bytes(_content(photograph))
    return path


@functools.cache
def _content(photograph: BadPhotograph) -> bytes:
    return photograph.content()
