"""The local batch engine: a list of exams in, tables out, resumable after a kill at any moment."""

from __future__ import annotations

import fcntl
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from edge_runtime.batch.budget import PixelBudget
from edge_runtime.batch.columns import exam_columns, photograph_columns
from edge_runtime.batch.listing import listed_exams, root_of
from edge_runtime.batch.record import (
    LIST_FILE,
    RECORD_FILE,
    BatchRecord,
    InputList,
    check_same_run,
    digest,
    read_list,
    write_list,
    write_record,
)
from edge_runtime.batch.rows import ExamRows, Screener
from edge_runtime.batch.shards import (
    PICTURES,
    is_complete,
    remove_pictures,
    shard_name,
    write_shard,
)
from edge_runtime.batch.workers import in_order
from edge_runtime.durable import PARTIAL, make_folder, remove_partials
from edge_runtime.errors import InferenceFailed, OutputError, ResumeMismatch
from edge_runtime.exam_files import ListedExam, ReadFile, read_picture_file
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Limits

LOCK_FILE = ".batch.lock"

BROKEN_AFTER = 3
"""Exams in a row on which not a photograph but an engine or foreseye itself failed: then the run
stops, so that a lost device does not turn the rest of a hundred thousand into failures. The shard
at hand is not written and is done again on resume."""


@dataclass(frozen=True)
class BatchOptions:
    """What a run is asked to do."""

    source: Path
    """A folder or a manifest."""
    out: Path
    resume: bool = False
    pictures: bool = False
    num_workers: int = 2
    dicom_patient: Literal["drop", "keep"] = "drop"
    """What becomes of the patient module of DICOM files; `read` must do the same."""


@dataclass(frozen=True)
class Progress:
    """How far a run has come, in photographs."""

    total: int
    done: int = 0
    earlier: int = 0
    """Of those done, how many stood in the folder before this run began."""


def run_batch(
    pipeline: Pipeline,
    limits: Limits,
    options: BatchOptions,
    read: ReadFile = read_picture_file,
) -> Generator[Progress, None, None]:
    """Screen what a folder or manifest lists and write the tables; yield how far it has come.

    Close what is returned before the pipeline: that waits for the threads at work.
    Raises ResumeMismatch when the output folder is not empty and is not this run's (or `resume`
    was not asked for), InvalidField or ManifestError for the input, OutputError for the disk, and
    InferenceFailed when the engine is broken.
    """
    with _locked(make_folder(options.out)):
        record = _begin(pipeline, options)
        screener = Screener(
            pipeline,
            limits,
            PixelBudget(limits.max_photograph_pixels),
            root_of(options.source),
            photograph_columns(pipeline.bundle.manifest),
            exam_columns(pipeline.bundle.manifest),
            options.out / PICTURES if options.pictures else None,
            read,
        )
        progress = Progress(record.input.photographs)
        yield progress
        for number, exams in enumerate(_shards(options.out, record)):
            num_photographs = sum(len(exam.photographs) for exam in exams)
            if is_complete(options.out, number, len(exams)):
                earlier = progress.earlier + num_photographs
                progress = Progress(progress.total, progress.done + num_photographs, earlier)
                yield progress
                continue
            with closing(_screen_shard(screener, options, number, exams)) as shard:
                # As listed, and not as found: a file of many frames is one photograph of the list.
                for place, _ in enumerate(shard):
                    done = progress.done + len(exams[place].photographs)
                    progress = Progress(progress.total, done, progress.earlier)
                    yield progress


def _screen_shard(
    screener: Screener, options: BatchOptions, number: int, exams: Sequence[ListedExam]
) -> Generator[ExamRows, None, None]:
    remove_pictures(options.out, number)
    named = [(exam, f"{shard_name(number)}/{place:03d}") for place, exam in enumerate(exams)]
    done: list[ExamRows] = []
    broken = 0
    work = in_order(lambda exam: screener.rows(*exam), named, options.num_workers)
    with closing(work) as screened:
        for rows in screened:
            broken = broken + 1 if rows.broken else 0
            if broken == BROKEN_AFTER:
                raise InferenceFailed(
                    f"{BROKEN_AFTER} exams in a row failed, the last on {rows.exam['path']}: "
                    f"{rows.exam['error']}"
                )
            done.append(rows)
            yield rows
    write_shard(options.out, number, done, screener.photograph_columns, screener.exam_columns)


def _shards(out: Path, record: BatchRecord) -> Iterator[list[ListedExam]]:
    exams = read_list(out / LIST_FILE)
    while shard := list(islice(exams, record.exams_per_shard)):
        yield shard


def _begin(pipeline: Pipeline, options: BatchOptions) -> BatchRecord:
    """Return the run's record; the folder is new and gets it, or holds an equal one."""
    out, listed = options.out, listed_exams(options.source, options.out)
    if not (out / RECORD_FILE).exists():
        _check_empty(out)
        record = _record(pipeline, options, write_list(listed, out / LIST_FILE))
        write_record(record, out)
        return record
    if not options.resume:
        raise ResumeMismatch(f"{out} holds a batch; add --resume to go on with it")
    remove_partials(out)
    record = _record(pipeline, options, digest(listed))
    check_same_run(record, out)
    return record


def _record(pipeline: Pipeline, options: BatchOptions, input_list: InputList) -> BatchRecord:
    return BatchRecord(
        input=input_list,
        bundle=pipeline.bundle.identity,
        models=pipeline.models,
        pictures=options.pictures,
        dicom_patient=options.dicom_patient,
    )


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
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError:
        raise ResumeMismatch(f"another foreseye batch is writing into {out}") from None
    except PermissionError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}") from error
