"""Screens the shards of a batch: the one core behind every engine.

It writes nothing but pictures: a shard's tables are handed to the run, which alone writes into the
output's tables. What a killed engine leaves at work can then never meet what the resumed one does.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

from edge_runtime.batch.budget import PixelBudget
from edge_runtime.batch.columns import Columns, exam_columns, photograph_columns
from edge_runtime.batch.plan import (
    BROKEN_AFTER,
    EngineFacts,
    ScreenedShard,
    ShardTask,
    WorkPlan,
)
from edge_runtime.batch.rows import ExamRows, Screener, given_up
from edge_runtime.batch.shards import PICTURES, parquet_bytes, remove_pictures, shard_name
from edge_runtime.batch.workers import in_order
from edge_runtime.errors import InferenceFailed
from edge_runtime.exam_files import ListedExam
from edge_runtime.interop.dicom.photographs import PatientPolicy, files_read
from edge_runtime.pipeline import Pipeline

Begun = Callable[[int], None]
"""Takes the place of an exam whose turn has come; called from any thread."""


@dataclass(frozen=True)
class ExamFinished:
    """One exam of a shard has its rows."""

    place: int
    num_photographs: int
    """As listed, and not as found: a file of many frames is one photograph of the list."""


@dataclass(frozen=True)
class ShardScreening:
    """Screens shards with one pipeline, one shard at a time."""

    plan: WorkPlan
    facts: EngineFacts
    screener: Screener
    photograph_columns: Columns
    exam_columns: Columns

    def screen(
        self, task: ShardTask, begun: Begun = lambda _: None
    ) -> Generator[ExamFinished, None, ScreenedShard]:
        """Yield each exam as it is finished, in order, and return the shard's tables.

        Closing the generator waits for the exams at work. Raises OutputError when pictures cannot
        be written, InferenceFailed when the engine is broken.
        """
        exams = task.exams(self.plan.out)
        remove_pictures(self.plan.out, task.number)
        done: list[ExamRows] = []
        work = self._worked_on(task, exams, begun)
        with closing(work) as screened:
            for place, rows in enumerate(screened):
                done.append(rows)
                _check_engine(done[-BROKEN_AFTER:])
                yield ExamFinished(place, len(exams[place].photographs))
        photographs = [row for exam in done for row in exam.photographs]
        return ScreenedShard(
            task.number,
            parquet_bytes(photographs, self.photograph_columns),
            parquet_bytes([exam.exam for exam in done], self.exam_columns),
        )

    def _worked_on(
        self, task: ShardTask, exams: Sequence[ListedExam], begun: Begun
    ) -> Generator[ExamRows, None, None]:
        def rows_at(place: int) -> ExamRows:
            return self._rows(task, exams, place, begun)

        places = range(len(exams))
        if task.alone:
            # Not even begun before the last one's end was told: a death must have one suspect.
            return (rows_at(place) for place in places)
        return in_order(rows_at, places, self.plan.num_threads)

    def _rows(
        self, task: ShardTask, exams: Sequence[ListedExam], place: int, begun: Begun
    ) -> ExamRows:
        if place in task.skip:
            return given_up(exams[place])
        begun(place)
        return self.screener.rows(exams[place], f"{shard_name(task.number)}/{place:03d}")


@contextmanager
def shard_screening(plan: WorkPlan, pipeline: Pipeline) -> Iterator[ShardScreening]:
    """Yield what screens a plan's shards with an opened pipeline."""
    manifest = pipeline.bundle.manifest
    columns = photograph_columns(manifest), exam_columns(manifest)
    limits = plan.settings.limits
    with files_read(PatientPolicy(plan.dicom_patient)) as read:
        screener = Screener(
            pipeline,
            limits,
            PixelBudget(limits.max_photograph_pixels),
            plan.root,
            *columns,
            plan.out / PICTURES if plan.pictures else None,
            read,
        )
        facts = EngineFacts(pipeline.bundle.identity, manifest, pipeline.models)
        yield ShardScreening(plan, facts, screener, *columns)


def _check_engine(last: Sequence[ExamRows]) -> None:
    if len(last) == BROKEN_AFTER and all(rows.broken for rows in last):
        path, error = last[-1].exam["path"], last[-1].exam["error"]
        raise InferenceFailed(f"{BROKEN_AFTER} exams in a row failed, the last on {path}: {error}")
