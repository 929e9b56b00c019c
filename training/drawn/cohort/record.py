"""`draw.json`: all that decides a drawn cohort, byte by byte, so that only that one is resumed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from pydantic import Field, ValidationError

from edge_runtime import __version__
from edge_runtime.contracts.strict import Sha256, Strict
from edge_runtime.durable import write_whole
from edge_runtime.errors import OutputError, ResumeMismatch

RECORD_FILE = "draw.json"
PEOPLE_PER_PART = 6
"""People in one part: what a killed run has to draw again at most, for each worker."""


class Versions(Strict):
    """What computes the pixels; another version may give other bytes."""

    foreseye: str = __version__
    numpy: str = np.__version__
    opencv: str = cv2.__version__


class Wish(Strict):
    """What is asked for."""

    people: int = Field(ge=1, description="People drawn.")
    visits: int = Field(ge=1, description="Visits of each at most, both eyes photographed at each.")
    shots: int = Field(ge=1, description="Photographs of an eye at a visit.")
    preset: str = Field(description="The camera, or mixed.")
    seed: int = Field(ge=0, description="Of the population; person k of a seed is always the same.")
    side_px: int = Field(description="Height of a photograph.")
    masks: bool = Field(description="Whether masks are written.")
    require: str = Field(description="What everybody drawn meets at the first visit; may be empty.")


class DrawRecord(Wish):
    """One drawn cohort. Two runs with equal records write equal bytes."""

    schema_: Literal["foreseye.draw/1"] = Field(default="foreseye.draw/1", alias="schema")
    looked_at: int = Field(description="People looked at, in order, until `people` met `require`.")
    sampling_weight: float = Field(
        description="people / looked_at. Times a rate among the people drawn it is the rate, in "
        "the population, of meeting `require` and having what was counted."
    )
    population_parameters_sha256: Sha256
    people_per_part: int = PEOPLE_PER_PART
    versions: Versions = Versions()


def record_of(wish: Wish, looked_at: int, parameters_sha256: str) -> DrawRecord:
    """Return the record of a cohort whose people were found among the first `looked_at`."""
    return DrawRecord(
        **wish.model_dump(),
        looked_at=looked_at,
        sampling_weight=wish.people / looked_at,
        population_parameters_sha256=parameters_sha256,
    )


def begin(record: DrawRecord, out: Path) -> None:
    """Write the record into an empty folder, or return when the folder holds an equal one.

    Raises ResumeMismatch, naming what differs or what else lies there, and OutputError.
    """
    path = out / RECORD_FILE
    if path.exists():
        _check_same(record, path)
        return
    strangers = sorted(found.name for found in out.iterdir() if not found.name.startswith(".draw"))
    if strangers:
        raise ResumeMismatch(
            f"{out} is not empty and holds no drawn cohort: {', '.join(strangers[:3])}"
        )
    write_whole(path, record.model_dump_json(by_alias=True, indent=2) + "\n")


def read_record(out: Path) -> DrawRecord:
    """Return a folder's record. Raises ResumeMismatch when it is none, OutputError."""
    path = out / RECORD_FILE
    try:
        return DrawRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ResumeMismatch(f"{path} is no record of a drawn cohort: {error}") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror}") from error


def _check_same(record: DrawRecord, path: Path) -> None:
    now, then = dict(record), dict(read_record(path.parent))
    differs = [f"{key} was {then[key]}, is {now[key]}" for key in now if now[key] != then[key]]
    if differs:
        raise ResumeMismatch(f"{path.parent} was drawn otherwise: " + "; ".join(differs))
