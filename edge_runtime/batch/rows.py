"""Screens one listed exam and gives its table rows: one for each photograph, one for the exam.

Whatever happens to a photograph, its row comes: `ok`, `refused` with the quality's reason, or
`failed` with the error's class and public sentence.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from edge_runtime.batch.budget import PixelBudget, most_pixels
from edge_runtime.batch.columns import ORIGIN, Columns, cells, forecast_prefix
from edge_runtime.contracts.exam import ExamRecord, Forecast
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.durable import make_folder
from edge_runtime.errors import ForeseyeError, InferenceFailed, OutputError, RequestError
from edge_runtime.exam_files import (
    ListedExam,
    OpenedExam,
    ReadContent,
    open_exam,
    plain_picture,
)
from edge_runtime.names import safe_stem, shown_name
from edge_runtime.pictures import write_pictures
from edge_runtime.pipeline import Pipeline
from edge_runtime.results import timed
from edge_runtime.settings import Limits
from edge_runtime.stages import ExamDone, PhotographDone, PhotographRefused

log = logging.getLogger(__name__)

Row = dict[str, object]
OK, REFUSED, FAILED = "ok", "refused", "failed"
MOST_WITHHELD = 1024
"""Forecasts that are not there, by condition, horizon and reason, of which the cells are kept."""


@dataclass(frozen=True)
class ExamRows:
    """The rows of one exam, those of its photographs in the order of the list."""

    photographs: list[Row]
    exam: Row
    broken: bool = False
    """True when the fault was not a photograph's: an engine or foreseye itself failed."""


@dataclass(frozen=True)
class Screener:
    """Turns listed exams into rows. Safe to call from several threads."""

    pipeline: Pipeline
    limits: Limits
    budget: PixelBudget
    root: Path
    """The listed paths are relative to it; the archive itself for the entries of a ZIP."""
    photograph_columns: Columns
    exam_columns: Columns
    pictures: Path | None = None
    """The folder below which each photograph's pictures go; None for no pictures."""
    read: ReadContent = plain_picture

    def rows(self, listed: ListedExam, name: str) -> ExamRows:
        """Return an exam's rows; `name` is where its pictures go, such as part-00000/000012.

        Raises OutputError when pictures cannot be written; nothing else.
        """
        try:
            opened = open_exam(listed, self.root, self.limits, self.read)
            with self.budget.taken(most_pixels(opened.exam.photographs if opened.exam else ())):
                return self._screened(listed, opened, name)
        except OutputError:
            raise
        except ForeseyeError as error:
            return _failed(listed, error)
        except Exception as error:  # one photograph must not end the others
            path, kind = shown_name(listed.photographs[0].path), type(error).__name__
            where = log.isEnabledFor(logging.DEBUG)
            log.error("%s: unforeseen failure (%s: %s)", path, kind, error, exc_info=where)
            return _failed(listed, ForeseyeError("unforeseen"))

    def _screened(self, listed: ListedExam, opened: OpenedExam, name: str) -> ExamRows:
        rows = {
            (place, 0): _row(listed, place, FAILED, in_words(error))
            for place, error in opened.unopened
        }
        exam_cells: Row = {}
        files = opened.exam.photographs if opened.exam else ()
        for event in self.pipeline.screen(opened.exam) if opened.exam else ():
            if isinstance(event, PhotographRefused):
                place = opened.opened[event.index]
                row = _row(listed, place, FAILED, in_words(event.error))
                # Its bytes are known though no picture: duplicates of it are then told too.
                row["photograph.sha256"] = hashlib.sha256(files[event.index].content).hexdigest()
                rows[place, event.index] = row | _origin(opened, event.index)
            elif isinstance(event, PhotographDone):
                place = opened.opened[event.index]
                row = self._done(listed, place, event, name)
                rows[place, event.index] = row | _origin(opened, event.index)
            elif isinstance(event, ExamDone):
                exam_cells = exam_record_cells(event.record, self.exam_columns)
        photographs = [rows[key] for key in sorted(rows)]
        if opened.exam:
            for row in photographs:
                row["exam_id"] = opened.exam.exam_id
        exam_row = {**exam_cells, **_exam_row(listed, photographs)}
        if opened.exam:  # a DICOM file may have named the person
            exam_row["person_id"] = opened.exam.person.person_id
        return ExamRows(photographs, exam_row)

    def _done(self, listed: ListedExam, place: int, done: PhotographDone, name: str) -> Row:
        result, folder = done.result, None
        if self.pictures is not None and done.anatomy is not None:
            started = time.perf_counter()
            folder = f"{name}-{done.index}-{safe_stem(result.photograph.name)}"
            write_pictures(make_folder(self.pictures / folder), done.anatomy, result.photograph)
            result = timed(result, (time.perf_counter() - started) * 1000.0)
        quality = result.quality
        status, error = (OK, None) if quality.gradable else (REFUSED, quality.reason)
        return {
            **cells(contract_dict(result), self.photograph_columns),
            **_row(listed, place, status, error),
            "pictures": f"pictures/{folder}" if folder else None,
        }


def in_words(error: ForeseyeError) -> str:
    """Return an error for a table: the name of its class and its public sentence."""
    return f"{type(error).__name__}: {error.public_message}"


def given_up(listed: ListedExam) -> ExamRows:
    """Return the rows of an exam that killed the process that screened it."""
    log.error("%s: the process that read it died of it", shown_name(listed.photographs[0].path))
    return _failed(listed, InferenceFailed("the process died"))


def exam_record_cells(record: ExamRecord, columns: Columns) -> Row:
    """Return the cells of an exam's record, its forecasts by condition and horizon."""
    shown = contract_dict(record.model_copy(update={"forecast": None, "refused": []}))
    shown.pop("refused")
    row = cells(shown, columns)
    for forecast in record.forecast or []:
        if forecast.missing_because is not None:
            row |= _withheld_cells(forecast)
        else:
            parts = contract_dict(forecast)
            del parts["condition"], parts["horizon_years"]
            row |= cells(parts, columns, _prefix(forecast))
    return row


@lru_cache(maxsize=MOST_WITHHELD)
def _withheld_cells(forecast: Forecast) -> Mapping[str, object]:
    """Return the cells of a forecast that there is not: made once for all who have none."""
    prefix, missing = _prefix(forecast), forecast.missing_because
    assert missing is not None
    return {f"{prefix}missing_because": missing.value, f"{prefix}sentence": forecast.sentence}


def _prefix(forecast: Forecast) -> str:
    return forecast_prefix(forecast.condition.value, forecast.horizon_years)


def _failed(listed: ListedExam, error: ForeseyeError) -> ExamRows:
    photographs = [
        _row(listed, place, FAILED, in_words(error)) for place in range(len(listed.photographs))
    ]
    broken = not isinstance(error, RequestError)
    return ExamRows(photographs, _exam_row(listed, photographs), broken)


def _row(listed: ListedExam, place: int, status: str, error: str | None) -> Row:
    photograph = listed.photographs[place]
    return {
        "path": shown_name(photograph.path),
        "set": listed.set,
        "eye_given": photograph.eye.value if photograph.eye else None,
        "status": status,
        "error": error,
    }


def _origin(opened: OpenedExam, index: int) -> Row:
    origin = opened.origins[index]
    if origin is None:
        return {}
    return {f"{ORIGIN}.{key}": value for key, value in contract_dict(origin).items()}


def _exam_row(listed: ListedExam, photographs: list[Row]) -> Row:
    """Return what every exam's row has: the best of its photographs' states, and all reasons."""
    states = [row["status"] for row in photographs]
    status = next(state for state in (OK, REFUSED, FAILED) if state in states)
    reasons = dict.fromkeys(str(row["error"]) for row in photographs if row["error"])
    return {
        "path": photographs[0]["path"],
        "set": listed.set,
        "status": status,
        "error": " | ".join(reasons) or None,
        "person_id": listed.person.person_id,
        "photographs": [row["path"] for row in photographs],
    }
