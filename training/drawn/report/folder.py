"""A finished drawn cohort as `foreseye-train draw` left it, read whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, OutcomeRow
from edge_runtime.contracts.cohort_tables import read_manifest, read_outcomes
from training.drawn.cohort.record import RECORD_FILE, DrawRecord, read_record
from training.drawn.cohort.tables import MANIFEST_FILE, OUTCOMES_FILE, TRUTH_FILE
from training.errors import TrainingError


class ReportError(TrainingError):
    """There is nothing to report on; the message says what is missing."""

    public_message = "The report cannot be made."


@dataclass(frozen=True)
class DrawnCohort:
    """The record and the tables of one folder; `truth` has a row for each row of `rows`."""

    folder: Path
    record: DrawRecord
    rows: tuple[ManifestRow, ...]
    outcomes: tuple[OutcomeRow, ...]
    truth: pd.DataFrame

    @property
    def first_visits(self) -> pd.DataFrame:
        """Return the truth of each person's first visit, indexed by person."""
        first = self.truth.sort_values(["visit_time_years", "eye", "photograph"])
        return first.drop_duplicates("person_id").set_index("person_id")


def open_cohort(folder: Path) -> DrawnCohort:
    """Return a folder's cohort. Raises ReportError where none is, or it is not finished.

    Also ResumeMismatch for a record that cannot be read, ManifestError for a table.
    """
    if not (folder / RECORD_FILE).is_file():
        raise ReportError(f"{folder} holds no {RECORD_FILE}: `foreseye-train draw` writes one")
    record = read_record(folder)
    tables = (MANIFEST_FILE, OUTCOMES_FILE, TRUTH_FILE)
    missing = [name for name in tables if not (folder / name).is_file()]
    if missing:
        raise ReportError(
            f"{folder} is not drawn to its end, {', '.join(missing)} missing: the same "
            "`foreseye-train draw` goes on where it stopped"
        )
    rows = tuple(read_manifest(folder / MANIFEST_FILE))
    if any(row.evidence_kind is not EvidenceKind.DRAWN for row in rows):
        raise ReportError(f"{folder}: not every photograph is a drawn one")
    outcomes = tuple(read_outcomes(folder / OUTCOMES_FILE))
    return DrawnCohort(folder, record, rows, outcomes, _truth(folder / TRUTH_FILE, rows))


def _truth(path: Path, rows: tuple[ManifestRow, ...]) -> pd.DataFrame:
    try:
        truth = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ReportError(f"{path} cannot be read: {error}") from error
    if sorted(truth["photograph"]) != sorted(row.photograph for row in rows):
        raise ReportError(f"{path} is not of the photographs of {MANIFEST_FILE}")
    return truth
