"""The tables of a drawn cohort, written once from its parts, the manifest last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edge_runtime.contracts.cohort import ManifestRow, OutcomeRow
from edge_runtime.contracts.cohort_tables import write_manifest, write_outcomes
from edge_runtime.contracts.table_files import write_table
from training.drawn.cohort.parts import Part, read_parts
from training.drawn.cohort.truth_rows import truth_columns
from training.drawn.lesions.lesion import MASK_NAMES

MANIFEST_FILE, OUTCOMES_FILE, TRUTH_FILE = "cohort.parquet", "outcomes.parquet", "truth.parquet"


def write_tables(out: Path, parts: Sequence[Part], masks: bool) -> None:
    """Write all three tables, one part in memory at a time. Raises OutputError.

    The manifest comes last: where it stands, the cohort is whole.
    """
    outcomes = (
        OutcomeRow.model_validate(row) for part in read_parts(out, parts) for row in part.outcomes
    )
    write_outcomes(outcomes, out / OUTCOMES_FILE)
    columns = truth_columns(next(read_parts(out, parts)).truth[0])
    truth = (
        [row[name] for name in columns] for part in read_parts(out, parts) for row in part.truth
    )
    write_table(out / TRUTH_FILE, columns, truth)
    rows = (
        ManifestRow.model_validate(row) for part in read_parts(out, parts) for row in part.manifest
    )
    write_manifest(rows, out / MANIFEST_FILE, MASK_NAMES if masks else ())
