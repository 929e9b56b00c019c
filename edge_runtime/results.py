"""Writes one exam's results into a folder, as DESIGN section 5 lays it out.

    DIR/a/result.json  vessels_probability.png  arteries_veins.png  disc_cup.png
          evidence_<condition>.png  where they were asked for
    DIR/exam.json

Pictures are written for gradable photographs only. Every file appears whole or not at all, and
result.json last of its folder: where it stands, its pictures stand beside it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.exam import ExamRecord, ForecastCondition, RefusedPhotograph
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.durable import make_folder, remove, write_whole
from edge_runtime.errors import PhotographError
from edge_runtime.forecast.evidence import shown_of
from edge_runtime.names import FolderNames
from edge_runtime.pictures import PICTURES, evidence_file, write_evidence, write_pictures
from edge_runtime.stages import ExamDone, ForecastRead, PhotographDone, StageEvent

RESULT_FILE = "result.json"


@dataclass(frozen=True)
class WrittenExam:
    """What was written for one exam; `record.photographs` are paths relative to its file."""

    exam_file: Path
    record: ExamRecord
    results: tuple[ScreeningResult, ...]


def refusal(name: str, error: PhotographError) -> RefusedPhotograph:
    """Return how an exam's record names a photograph that could not be read."""
    return RefusedPhotograph(name=name, error=type(error).__name__, reason=error.public_message)


def write_exam(
    folder: Path,
    names: FolderNames,
    events: Iterable[StageEvent],
    unopened: Sequence[RefusedPhotograph] = (),
    *,
    maps: bool = False,
) -> WrittenExam:
    """Write an exam's files while its events arrive, and return what was written.

    `unopened` are photographs of the exam whose files could not even be opened; they stand in the
    record beside those that the pipeline refused. With `maps`, each condition that is forecast from
    the photographs has a map of its evidence. Raises OutputError, and what the events raise.
    """
    paths: list[str] = []
    done: list[tuple[Path, PhotographDone]] = []
    results: list[ScreeningResult] = []
    for event in events:
        if isinstance(event, PhotographDone):
            name = names.for_photograph(event.result.photograph.name)
            results.append(write_photograph(folder / name, event))
            paths.append(f"{name}/{RESULT_FILE}")
            done.append((folder / name, event))
        elif isinstance(event, ForecastRead) and maps:
            _write_maps(done, event)
        elif isinstance(event, ExamDone):
            refused = [*unopened, *event.record.refused]
            record = event.record.model_copy(update={"photographs": paths, "refused": refused})
    exam_file = folder / names.for_exam()
    write_whole(exam_file, record.to_json() + "\n")
    return WrittenExam(exam_file, record, tuple(results))


def write_photograph(folder: Path, done: PhotographDone) -> ScreeningResult:
    """Write one photograph's folder and return its result with the time that writing took.

    What an earlier run left in the folder is replaced, and its pictures are removed when there
    are none now. Raises OutputError.
    """
    started = time.perf_counter()
    make_folder(folder)
    maps = (evidence_file(condition.value) for condition in ForecastCondition)
    for name in (RESULT_FILE, *PICTURES, *maps):
        remove(folder / name)
    if done.anatomy is not None:
        write_pictures(folder, done.anatomy, done.result.photograph)
    write_ms = (time.perf_counter() - started) * 1000.0
    result = timed(done.result, write_ms)
    write_whole(folder / RESULT_FILE, result.to_json() + "\n")
    return result


def _write_maps(done: Sequence[tuple[Path, PhotographDone]], read: ForecastRead) -> None:
    signs = [photograph.signs for _, photograph in done]
    for shown in shown_of(signs, read.forecast, read.weight_KS):
        folder, photograph = done[shown.index]
        write_evidence(folder, shown, photograph.result.photograph)


def timed(result: ScreeningResult, write_ms: float) -> ScreeningResult:
    """Return the result with `write` among its timings, and in their total.

    The time is that of the pictures: result.json cannot hold the time of its own writing.
    """
    timings_ms = dict(result.timings_ms)
    timings_ms["total"] = round(timings_ms.get("total", 0.0) + write_ms, 3)
    timings_ms["write"] = round(write_ms, 3)
    return result.model_copy(update={"timings_ms": timings_ms})
