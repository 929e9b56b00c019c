"""The end of a batch: the tables in other formats, and the summary of what came of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from edge_runtime.batch.columns import exam_columns, photograph_columns
from edge_runtime.batch.csv_tables import write_csv
from edge_runtime.batch.documents import Documents
from edge_runtime.batch.duplicates import DUPLICATES_FILE, write_duplicates
from edge_runtime.batch.fhir_files import write_fhir
from edge_runtime.batch.page.distributions import distributions
from edge_runtime.batch.page.page import summary_page
from edge_runtime.batch.page.rows import rows_to_look_at
from edge_runtime.batch.plan import WorkPlan
from edge_runtime.batch.record import BatchRecord, read_record
from edge_runtime.batch.shards import EXAMS, PHOTOGRAPHS, shard_path
from edge_runtime.batch.summary import BatchSummary, Effort, summarise
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.strict import contract_json
from edge_runtime.durable import write_whole
from edge_runtime.names import shown_name

SUMMARY_FILE, PAGE_FILE = "summary.json", "summary.html"


def finish_batch(
    plan: WorkPlan,
    bundle: BundleManifest,
    formats: Collection[str],
    effort: Effort,
    documents: Documents | None = None,
) -> BatchSummary:
    """Write the formats that are made from the tables, summary.json and summary.html; return
    the summary.

    Raises OutputError.
    """
    out = plan.out
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
    failed = documents.write(plan, record, bundle) if documents is not None else 0
    repeated = write_duplicates(out / DUPLICATES_FILE, photographs)
    summary = summarise(photographs, exams, repeated, effort, failed)
    write_whole(out / SUMMARY_FILE, contract_json(summary) + "\n")
    _write_page(out, record, summary, bundle, (photographs, exams))
    return summary


def _write_page(
    out: Path,
    record: BatchRecord,
    summary: BatchSummary,
    bundle: BundleManifest,
    parts: tuple[list[Path], list[Path]],
) -> None:
    of_photographs, of_exams = photograph_columns(bundle), exam_columns(bundle)
    spread = distributions(parts[0], of_photographs) + distributions(parts[1], of_exams)
    rows = rows_to_look_at(parts[0], of_photographs)
    name = shown_name(out.absolute().name)
    write_whole(out / PAGE_FILE, summary_page(name, record, summary, spread, rows))
