"""The end of a batch: the tables in other formats, and the summary of what came of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from edge_runtime.batch.columns import exam_columns, photograph_columns
from edge_runtime.batch.csv_tables import write_csv
from edge_runtime.batch.fhir_files import write_fhir
from edge_runtime.batch.record import read_record
from edge_runtime.batch.shards import EXAMS, PHOTOGRAPHS, shard_path
from edge_runtime.batch.summary import BatchSummary, summarise
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.strict import contract_json
from edge_runtime.durable import write_whole

SUMMARY_FILE = "summary.json"


def finish_batch(
    out: Path,
    bundle: BundleManifest,
    formats: Collection[str],
    screened_now: int,
    seconds: float,
) -> BatchSummary:
    """Write the formats that are made from the tables, and summary.json; return the summary.

    `screened_now` photographs took `seconds` in this run; the others stood there before.
    Raises OutputError.
    """
    record = read_record(out)
    num_shards = -(-record.input.exams // record.exams_per_shard)
    photographs, exams = (
        [shard_path(out, table, number) for number in range(num_shards)]
        for table in (PHOTOGRAPHS, EXAMS)
    )
    if "csv" in formats:
        write_csv(out / f"{PHOTOGRAPHS}.csv", photographs, photograph_columns(bundle))
        write_csv(out / f"{EXAMS}.csv", exams, exam_columns(bundle))
    if "fhir" in formats:
        write_fhir(out, num_shards, bundle)
    summary = summarise(photographs, exams, screened_now, seconds)
    write_whole(out / SUMMARY_FILE, contract_json(summary) + "\n")
    return summary
