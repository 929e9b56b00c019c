"""`batch.json` and `input.jsonl`: which run a folder holds, so that only that run is resumed.

The list of exams is kept beside the results: the run works from the list that it started with,
even when files come and go in the folder meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from edge_runtime import __version__
from edge_runtime.contracts.result import BundleIdentity, ModelIdentity
from edge_runtime.contracts.strict import Sha256, Strict, contract_json
from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.durable import write_whole, written_whole
from edge_runtime.errors import OutputError, ResumeMismatch
from edge_runtime.exam_files import ListedExam, ListedPhotograph

RECORD_FILE = "batch.json"
LIST_FILE = "input.jsonl"

EXAMS_PER_SHARD = 32
"""Exams in one part of the tables: what a killed process has to do again at most."""
LARGEST_SHARD = 256
MANY_SHARDS = 1024
"""Beyond so many parts they grow, up to LARGEST_SHARD exams: each has its own 1,600 columns, which
cost as much for 32 rows as for 256."""


class InputList(Strict):
    """What there is to screen."""

    sha256: Sha256
    """Of the lines of input.jsonl: every path, size, eye, person and set, in order."""
    exams: int
    photographs: int

    def __str__(self) -> str:
        return f"{self.photographs} photographs (list {self.sha256[:8]})"


class BatchRecord(Strict):
    """All that decides a run's rows. Two runs with equal records give equal rows."""

    schema_: Literal["foreseye.batch/1"] = Field(default="foreseye.batch/1", alias="schema")
    foreseye: str = __version__
    input: InputList
    bundle: BundleIdentity
    models: dict[str, ModelIdentity]
    pictures: bool
    dicom_patient: Literal["drop", "keep"] = "drop"
    """What became of the patient module of DICOM files."""
    exams_per_shard: int = EXAMS_PER_SHARD


def exams_per_shard(num_exams: int) -> int:
    """Return how many exams each part of the tables holds: 32, 64, 128 or 256."""
    size = EXAMS_PER_SHARD
    while size < LARGEST_SHARD and num_exams > size * MANY_SHARDS:
        size *= 2
    return size


def write_list(exams: Iterable[ListedExam], path: Path) -> InputList:
    """Write the list of exams, one JSON object a line, and return its digest."""
    with written_whole(path) as partial, partial.open("wb") as file:
        return _digest(exams, file.write)


def digest(exams: Iterable[ListedExam]) -> InputList:
    """Return the digest that `write_list` would return, without writing."""
    return _digest(exams, len)


def read_list(path: Path) -> Iterator[ListedExam]:
    """Yield the exams of a list that `write_list` wrote."""
    with path.open("rb") as file:
        for line in file:
            yield exam_from_line(line)


def write_record(record: BatchRecord, out: Path) -> None:
    """Write batch.json."""
    write_whole(out / RECORD_FILE, contract_json(record) + "\n")


def read_record(out: Path) -> BatchRecord:
    """Return the batch.json of a folder. Raises ResumeMismatch when it is none, OutputError."""
    path = out / RECORD_FILE
    try:
        held: BatchRecord = BatchRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ResumeMismatch(f"{path} is no batch record: {error}") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be read: {error.strerror}") from error
    return held


def check_same_run(record: BatchRecord, out: Path) -> None:
    """Return when the folder holds this very run; raise ResumeMismatch, naming what differs."""
    now, then = dict(record), dict(read_record(out))
    differs = [f"{key} was {then[key]}, is {now[key]}" for key in now if now[key] != then[key]]
    if differs:
        raise ResumeMismatch(f"{out}: " + "; ".join(differs))


def _digest(exams: Iterable[ListedExam], write: Callable[[bytes], int]) -> InputList:
    hashed, num_exams, num_photographs = hashlib.sha256(), 0, 0
    for exam in exams:
        # ASCII, so that names that are no UTF-8 come back as they were.
        line = json.dumps(asdict(exam), sort_keys=True).encode("ascii") + b"\n"
        hashed.update(line)
        write(line)
        num_exams += 1
        num_photographs += len(exam.photographs)
    return InputList(sha256=hashed.hexdigest(), exams=num_exams, photographs=num_photographs)


def exam_from_line(text: bytes) -> ListedExam:
    """Return the exam that one line of a list says."""
    line: Mapping[str, Any] = json.loads(text)
    person, photographs = line["person"], line["photographs"]
    sex = Sex(person["sex"]) if person["sex"] else None
    return ListedExam(
        tuple(
            ListedPhotograph(
                listed["path"],
                Eye(listed["eye"]) if listed["eye"] else None,
                listed["num_bytes"],
                listed["zip_entry"],
                listed["fault"],
            )
            for listed in photographs
        ),
        Person(person["person_id"], person["age_years"], sex, person["covariates"]),
        line["set"],
    )
