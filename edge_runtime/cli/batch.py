"""`foreseye batch`: a folder or a manifest of photographs into tables, resumable."""

from __future__ import annotations

import os
import time
from contextlib import closing
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge_runtime.cli.files_read import DicomPatient, files_read
from edge_runtime.cli.options import AsJson
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import Session, print_json, say, session_of
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import USE
from edge_runtime.errors import InvalidField
from edge_runtime.interop.dicom.photographs import PatientPolicy
from edge_runtime.names import shown_name

if TYPE_CHECKING:
    from edge_runtime.batch.run import BatchOptions
    from edge_runtime.batch.summary import BatchSummary

FORMATS = ("csv", "parquet", "fhir")
MAX_WORKERS = 4
"""Threads by default at most; the models use all processors by themselves."""


class Engine(str, Enum):
    """What runs a batch."""

    LOCAL = "local"


Source = Annotated[
    Path, typer.Argument(metavar="FOLDER_OR_MANIFEST", help="Photographs, or a table of them.")
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="New folder for the tables.")]
EngineOption = Annotated[Engine, typer.Option("--engine", help="What runs the batch.")]
Formats = Annotated[
    str,
    typer.Option("--formats", help="Any of csv, parquet, fhir. Parquet is always written: the "
                 "run resumes from it."),
]  # fmt: skip
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the batch that DIR holds.")]
Pictures = Annotated[bool, typer.Option("--pictures", help="Also write each one's pictures.")]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, help="Threads that work ahead.")
]


def batch(
    context: typer.Context,
    source: Source,
    out: Out,
    engine: EngineOption = Engine.LOCAL,
    formats: Formats = "csv,parquet",
    resume: Resume = False,
    pictures: Pictures = False,
    workers: Workers = None,
    dicom_patient: DicomPatient = PatientPolicy.DROP,
    as_json: AsJson = False,
) -> None:
    """Screen every photograph of a folder or a manifest: one row each, whatever happens to it.

    DIR gets the tables photographs/ and exams/ in Parquet, summary.json and, with csv,
    photographs.csv and exams.csv, with fhir one bundle an exam in fhir/*.ndjson. A stopped batch
    goes on with --resume.
    """
    session = session_of(context, as_json)
    wanted = _formats(formats)
    # Here and below: the engine and the tables' library load only when they are needed.
    from edge_runtime.batch.run import BatchOptions

    threads = workers or _default_workers()
    options = BatchOptions(source, out, resume, pictures, threads, dicom_patient.value)
    try:
        summary = _screened(session, options, wanted)
    except KeyboardInterrupt:
        say("Stopped. The same command with --resume goes on from here.")
        raise typer.Exit(130) from None
    if as_json:
        print_json({"out": shown_name(out), "engine": engine.value, **contract_dict(summary)})
    else:
        _show(summary, out)
    if summary.photographs.failed:
        raise typer.Exit(1)


def _screened(session: Session, options: BatchOptions, formats: set[str]) -> BatchSummary:
    from edge_runtime.batch.finish import finish_batch
    from edge_runtime.batch.run import run_batch

    with (
        session.pipeline() as pipeline,
        files_read(PatientPolicy(options.dicom_patient)) as read,
        closing(run_batch(pipeline, session.settings.limits, options, read)) as steps,
    ):
        progress = next(steps)
        started = time.perf_counter()
        with progress_bar("Screening", progress.total) as show:
            for progress in steps:
                show(progress.done)
        seconds = time.perf_counter() - started
        screened_now = progress.done - progress.earlier
        return finish_batch(options.out, pipeline.bundle.manifest, formats, screened_now, seconds)


def _formats(text: str) -> set[str]:
    wanted = {name.strip().lower() for name in text.split(",") if name.strip()}
    unknown = sorted(wanted - set(FORMATS))
    if unknown or not wanted:
        named = ", ".join(unknown) or "none"
        raise InvalidField("formats", f"{named} is not known here; known: {', '.join(FORMATS)}")
    return wanted


def _default_workers() -> int:
    return min(MAX_WORKERS, max(2, len(os.sched_getaffinity(0))))


def _show(summary: BatchSummary, out: Path) -> None:
    console = Console()
    table = Table("", "total", "ok", "refused", "failed")
    for name, counts in (("photographs", summary.photographs), ("exams", summary.exams)):
        numbers = (counts.total, counts.ok, counts.refused, counts.failed)
        table.add_row(name, *(str(number) for number in numbers))
    console.print(table)
    for heading, reasons in (("Refused", summary.refusals), ("Failed", summary.failures)):
        for reason, count in reasons.items():
            console.print(f"{heading}: {count} x {escape(reason)}", soft_wrap=True)
    for name, share in summary.gradable_by_set.items():
        counts_text = f"{share.gradable} of {share.photographs} ({share.share:.1%})"
        console.print(f"Gradable in {escape(name)}: {counts_text}", soft_wrap=True)
    if summary.photographs_per_second is not None:
        console.print(f"{summary.photographs_per_second:.2f} photographs/s")
    console.print(f"Peak memory {summary.peak_memory_mb:.0f} MB")
    console.print(f"Written to {escape(shown_name(out))}", soft_wrap=True)
    console.print(f"[dim]{USE}[/dim]")
