"""What an engine is told once for a whole run, and what it is told of each shard.

Both cross to other processes, and with Ray to other machines, so they hold no open thing. A shard
is told by its place in the run's own list (`input.jsonl`), not by its exams: a million of them then
weigh nothing until their turn comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal

from edge_runtime.batch.record import LIST_FILE, exam_from_line
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.result import BundleIdentity, ModelIdentity
from edge_runtime.exam_files import ListedExam
from edge_runtime.settings import Settings

BROKEN_AFTER = 3
"""Exams in a row on which not a photograph but an engine or foreseye itself failed: then the run
stops, so that a lost device does not turn the rest of a hundred thousand into failures. The shard
at hand is not written and is done again on resume."""


@dataclass(frozen=True)
class WorkPlan:
    """How every shard of a run is to be screened."""

    settings: Settings
    root: Path
    """The folder that the listed paths are relative to, or the ZIP that holds them."""
    out: Path
    pictures: bool = False
    dicom_patient: Literal["drop", "keep"] = "drop"
    num_threads: int = 2
    """Exams at work at a time in one process: one is decoded while a model runs on another."""


@dataclass(frozen=True)
class ShardTask:
    """One shard that is to be screened."""

    number: int
    offset: int
    """Where its first line begins in the run's list, in bytes."""
    num_exams: int
    num_photographs: int
    skip: frozenset[int] = frozenset()
    """Places of exams that killed the process that screened them."""
    alone: bool = False
    """One exam at a time: a process died of one of several, and it must be known of which."""

    def exams(self, out: Path) -> list[ListedExam]:
        """Return the exams, read from the run's list."""
        with (out / LIST_FILE).open("rb") as file:
            file.seek(self.offset)
            return [exam_from_line(line) for line in islice(file, self.num_exams)]

    def without(self, place: int) -> ShardTask:
        """Return the task with one more exam given up."""
        return replace(self, skip=self.skip | {place})


@dataclass(frozen=True)
class ScreenedShard:
    """A shard's parts of both tables, as the bytes of Parquet files."""

    number: int
    photographs: bytes
    exams: bytes


@dataclass(frozen=True)
class EngineFacts:
    """What an engine runs, the same in each of its processes."""

    bundle: BundleIdentity
    manifest: BundleManifest
    models: dict[str, ModelIdentity]


def shard_tasks(out: Path, exams_per_shard: int) -> Iterator[ShardTask]:
    """Yield the shards of the list that lies in `out`, in order, one in memory at a time."""
    with (out / LIST_FILE).open("rb") as file:
        number, offset = 0, 0
        while lines := list(islice(file, exams_per_shard)):
            num_photographs = sum(len(json.loads(line)["photographs"]) for line in lines)
            yield ShardTask(number, offset, len(lines), num_photographs)
            number, offset = number + 1, offset + sum(len(line) for line in lines)
