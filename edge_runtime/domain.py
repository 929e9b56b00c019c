"""The project's words as frozen records, without behaviour beyond their own invariants.

Read this file first. Arrays carry their shape as a suffix: H rows, W columns, C channels (RGB).
All pixel coordinates are (x, y) in the photograph's own frame, after its EXIF orientation was
applied, unless a name says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

UInt8Array = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

USE: Final = "Research use only. Not a medical device."


class Eye(str, Enum):
    """Which eye of the person: OD is the right (oculus dexter), OS the left (oculus sinister)."""

    OD = "OD"
    OS = "OS"


class Sex(str, Enum):
    """Sex as recorded in the cohort or given by the person."""

    F = "F"
    M = "M"


class Evidence(str, Enum):
    """What a number was judged on. No output is shown without it."""

    DRAWN = "drawn"
    """Judged only on eyes that the project drew itself."""

    INTERNAL = "internal"
    """Judged on held-out people of a set that it was trained on."""

    EXTERNAL = "external"
    """Judged on a set that it never saw."""


@dataclass(frozen=True)
class Photograph:
    """What the camera gave, decoded: RGB, upright, without any tag but its pixels.

    `pixels_HWC` may be decoded at a reduced scale; `width_px` and `height_px` are always those of
    the upright photograph at full size, and `scale` is decoded width / full width (at most 1).
    """

    name: str
    sha256: str
    width_px: int
    height_px: int
    pixels_HWC: UInt8Array

    @property
    def scale(self) -> float:
        """Decoded pixels per photograph pixel, in (0, 1]."""
        return float(self.pixels_HWC.shape[1]) / self.width_px


@dataclass(frozen=True)
class FovCircle:
    """The round field of the camera, in photograph pixels (it may reach past the edges)."""

    x_px: float
    y_px: float
    radius_px: float


@dataclass(frozen=True)
class FieldOfView:
    """The field found in a photograph.

    `mask_HW` (True inside the field and inside the photograph) has the shape of
    `Photograph.pixels_HWC`; `clipped` is the share of the circle's area that lies outside the
    photograph, in [0, 1].
    """

    circle: FovCircle
    mask_HW: BoolArray
    clipped: float


@dataclass(frozen=True)
class Reading:
    """One number about one eye: a value, or the reason why there is none. Never both."""

    value: float | None
    unit: str = "1"
    """UCUM unit; "1" for a ratio."""
    missing_because: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.missing_because):
            raise ValueError("a Reading holds a value or a reason, not both and not neither")


@dataclass(frozen=True)
class Person:
    """What is known of the person today. None and an absent covariate mean not known."""

    person_id: str | None = None
    age_years: float | None = None
    sex: Sex | None = None
    covariates: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PhotographFile:
    """One photograph as it came in: its name, its bytes, and the eye if somebody said which."""

    name: str
    content: bytes
    eye: Eye | None = None


@dataclass(frozen=True)
class Exam:
    """One person, one time, one or two eyes, one or more photographs an eye."""

    exam_id: str
    photographs: tuple[PhotographFile, ...]
    person: Person = field(default_factory=Person)
    read_ahead: bool = False
    """The photographs come again soon, in an exam with others, and need not be read twice."""


Tensors = dict[str, npt.NDArray[Any]]
"""Named arrays into or out of a model."""
