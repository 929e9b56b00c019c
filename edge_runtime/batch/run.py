"""A batch: a list of exams in, tables out, resumable after a kill at any moment.

The run owns the output folder: it alone writes the list, the record and the tables, whatever engine
screens.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from edge_runtime.batch.engines.base import Engine
from edge_runtime.batch.listing import listed_exams
from edge_runtime.batch.plan import EngineFacts, ScreenedShard, ShardTask, shard_tasks
from edge_runtime.batch.record import (
    LIST_FILE,
    RECORD_FILE,
    BatchRecord,
    InputList,
    check_same_run,
    digest,
    exams_per_shard,
    write_list,
    write_record,
)
from edge_runtime.batch.shards import is_complete, write_shard
from edge_runtime.durable import PARTIAL, make_folder, remove_partials
from edge_runtime.errors import OutputError, ResumeMismatch
from edge_runtime.settings import Settings

LOCK_FILE = ".batch.lock"
LOCK_PATIENCE_S = 2.0
"""How long the folder of a run that was just killed may stay held by what is left of it."""


@dataclass(frozen=True)
class BatchOptions:
    """What a run is asked to do."""

    source: Path
    """A folder, a manifest or a ZIP."""
    out: Path
    resume: bool = False
    pictures: bool = False
    dicom_patient: Literal["drop", "keep"] = "drop"
    """What becomes of the patient module of DICOM files; the engine must do the same."""
    settings: Settings = field(default_factory=Settings)
    """What an archive may hold; the rest of it is the engine's."""


@dataclass(frozen=True)
class Progress:
    """How far a run has come, in photographs."""

    total: int
    facts: EngineFacts
    done: int = 0
    earlier: int = 0
    """Of those done, how many stood in the folder before this run began."""


def run_batch(engine: Engine, options: BatchOptions) -> Generator[Progress, None, None]:
    """Screen what a folder, manifest or ZIP lists and write the tables; yield how far it has come.

    Close what is returned before the engine: that ends the work at hand.
    Raises ResumeMismatch when the output folder is not empty and is not this run's (or `resume`
    was not asked for), InvalidField or ManifestError for the input, OutputError for the disk, a
    BundleError or InferenceError of the engine.
    """
    with _locked(make_folder(options.out)):
        listed = _listed(options)
        facts = engine.start(-(-listed.exams // exams_per_shard(listed.exams)))
        record = _begun(facts, options, listed)
        progress = Progress(listed.photographs, facts)
        yield progress
        left = _LeftToDo(options.out, record)
        with closing(engine.screened(left.tasks())) as steps:
            for step in steps:
                if isinstance(step, ScreenedShard):
                    write_shard(options.out, step)
                    continue
                progress = replace(progress, done=progress.done + step.num_photographs)
                yield replace(progress, done=progress.done + left.earlier, earlier=left.earlier)
        yield Progress(listed.photographs, facts, listed.photographs, left.earlier)


class _LeftToDo:
    """The shards that do not stand whole yet, and how many photographs the others hold."""

    def __init__(self, out: Path, record: BatchRecord) -> None:
        self._out, self._record = out, record
        self.earlier = 0

    def tasks(self) -> Iterator[ShardTask]:
        """Yield the shards that are to be screened."""
        for task in shard_tasks(self._out, self._record.exams_per_shard):
            if is_complete(self._out, task.number, task.num_exams):
                self.earlier += task.num_photographs
            else:
                yield task


def _listed(options: BatchOptions) -> InputList:
    """Return the digest of what there is to screen; a new folder gets the list itself."""
    out, listed = options.out, listed_exams(options.source, options.out, options.settings)
    if (out / RECORD_FILE).exists():
        if not options.resume:
            raise ResumeMismatch(f"{out} holds a batch; add --resume to go on with it")
        remove_partials(out)
        return digest(listed)
    _check_empty(out)
    return write_list(listed, out / LIST_FILE)


def _begun(facts: EngineFacts, options: BatchOptions, listed: InputList) -> BatchRecord:
    """Return the run's record; the folder is new and gets it, or holds an equal one."""
    record = BatchRecord(
        input=listed,
        bundle=facts.bundle,
        models=facts.models,
        pictures=options.pictures,
        dicom_patient=options.dicom_patient,
        exams_per_shard=exams_per_shard(listed.exams),
    )
    if (options.out / RECORD_FILE).exists():
        check_same_run(record, options.out)
    else:
        write_record(record, options.out)
    return record


def _check_empty(out: Path) -> None:
    # A run killed before it wrote batch.json has left only these.
    ours = {LIST_FILE, LOCK_FILE, f".{LIST_FILE}{PARTIAL}", f".{RECORD_FILE}{PARTIAL}"}
    others = sorted(path.name for path in out.iterdir() if path.name not in ours)
    if others:
        raise ResumeMismatch(f"{out} is not empty and holds no batch: {', '.join(others[:3])}")


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the folder, so that two runs never write into one; a killed run lets go by itself."""
    try:
        with (out / LOCK_FILE).open("w") as file:
            _lock(file.fileno())
            yield
    except BlockingIOError:
        raise ResumeMismatch(f"another foreseye batch is writing into {out}") from None
    except PermissionError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}") from error


def _lock(descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
