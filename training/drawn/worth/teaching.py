"""Who teaches, tunes and judges each cell of the table: the one place where that is decided.

CHASEDB1 is judged on whole and is never learned from or tuned on by any cell. Where drawn and real
teach together, real people tune.

Legend: H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import BoolArray, UInt8Array
from training.anatomy.eyes import LabelledEye
from training.drawn.worth.drawn_folder import DRAWN


class Subject(str, Enum):
    """What is learned."""

    VESSELS = "vessels"
    DISC = "disc"


class Teacher(str, Enum):
    """Whose photographs teach."""

    DRAWN = "drawn"
    REAL = "real"
    BOTH = "drawn+real"


REAL_SET = {Subject.VESSELS: "DRIVE", Subject.DISC: "DRISHTI_GS"}
"""The real set of which role `train` teaches and role `tune` tunes."""

NEVER_LEARNED = {Subject.VESSELS: ("CHASEDB1",), Subject.DISC: ()}
"""Sets on which all cells are judged whole."""

LEVELS = ((60, 165, 235), (35, 90, 165), (10, 50, 110))
"""Where the 5th, 50th and 95th percentile of red, green and blue come to lie in every image."""


@dataclass(frozen=True)
class Rows:
    """The manifest rows of one cell."""

    learn: tuple[ManifestRow, ...]
    tune: tuple[ManifestRow, ...]


@dataclass(frozen=True)
class Judged:
    """Photographs on which a cell is judged, under the name that the table shows."""

    name: str
    rows: tuple[ManifestRow, ...]


def teaching(
    subject: Subject, teacher: Teacher, real: Sequence[ManifestRow], drawn: Sequence[ManifestRow]
) -> Rows:
    """Return who teaches and tunes a cell, of all real rows and of the drawn ones picked."""
    of_set = [row for row in real if row.set == REAL_SET[subject]]
    taught: list[ManifestRow] = []
    if teacher is not Teacher.REAL:
        taught += _of_role(drawn, Role.TRAIN)
    if teacher is not Teacher.DRAWN:
        taught += _of_role(of_set, Role.TRAIN)
    tuned = _of_role(drawn if teacher is Teacher.DRAWN else of_set, Role.TUNE)
    return Rows(tuple(taught), tuple(tuned))


def judged_on(subject: Subject, teacher: Teacher, real: Sequence[ManifestRow]) -> list[Judged]:
    """Return what a cell is judged on: nobody there taught or tuned it.

    A cell that saw no real eye is judged on the whole of DRISHTI_GS besides: five test people are
    few.
    """
    own = REAL_SET[subject]
    of_set = [row for row in real if row.set == own]
    judged = [Judged(f"{own} test", tuple(_of_role(of_set, Role.TEST)))]
    if subject is Subject.DISC and teacher is Teacher.DRAWN:
        judged.append(Judged(f"{own} whole", tuple(of_set)))
    others = {name: [row for row in real if row.set == name] for name in NEVER_LEARNED[subject]}
    return [*judged, *(Judged(f"{name} whole", tuple(rows)) for name, rows in others.items())]


def real_sets(subject: Subject) -> tuple[str, ...]:
    """Return the real sets that a subject needs."""
    return (REAL_SET[subject], *NEVER_LEARNED[subject])


def shares(subject: Subject, teacher: Teacher) -> dict[str, float]:
    """Return how often each set is shown."""
    return {
        Teacher.DRAWN: {DRAWN: 1.0},
        Teacher.REAL: {REAL_SET[subject]: 1.0},
        Teacher.BOTH: {DRAWN: 0.5, REAL_SET[subject]: 0.5},
    }[teacher]


def levelled(eye: LabelledEye) -> LabelledEye:
    """Return an eye, each colour's percentiles brought to LEVELS: so are all eyes of all cells."""
    return replace(eye, image_HWC=level_colours(eye.image_HWC))


def level_colours(image_HWC: UInt8Array) -> UInt8Array:
    """Return a network image with the colours of its field moved to LEVELS, the surround black.

    Cameras differ in colour more than eyes do, and drawn cameras are no exception; what is learned
    is in the differences within a field.
    """
    field_HW: BoolArray = image_HWC.max(axis=2) > 0
    if not field_HW.any():
        return image_HWC
    moved_HWC = np.zeros_like(image_HWC)
    for c, (low, middle, high) in enumerate(LEVELS):
        had = np.percentile(image_HWC[..., c][field_HW], (5, 50, 95))
        places = np.maximum.accumulate(had + np.array([-1.0, 0.0, 1.0]))
        slope_low = (middle - low) / (places[1] - places[0])
        slope_high = (high - middle) / (places[2] - places[1])
        value_V = np.arange(256) - places[1]
        curve_V = middle + np.where(value_V < 0, slope_low, slope_high) * value_V
        moved_HWC[..., c] = np.clip(np.rint(curve_V), 1, 255).astype(np.uint8)[image_HWC[..., c]]
    moved_HWC[~field_HW] = 0
    return moved_HWC


def _of_role(rows: Iterable[ManifestRow], role: Role) -> list[ManifestRow]:
    return [row for row in rows if row.role is role]
