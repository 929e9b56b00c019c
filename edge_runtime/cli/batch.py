"""`foreseye batch`: a folder or a manifest of photographs into tables, resumable."""

from __future__ import annotations

import time
from contextlib import closing
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge_runtime.cli.exports import Languages, check_installed, named
from edge_runtime.cli.files_read import DicomPatient
from edge_runtime.cli.options import AsJson
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import Session, print_json, say, session_of
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import USE
from edge_runtime.errors import InvalidField
from edge_runtime.interop.dicom.photographs import PatientPolicy
from edge_runtime.interop.exam_exports import LANGUAGES
from edge_runtime.names import shown_name

if TYPE_CHECKING:
    from edge_runtime.batch.documents import Documents
    from edge_runtime.batch.engines.base import Engine
    from edge_runtime.batch.plan import WorkPlan
    from edge_runtime.batch.run import Progress
    from edge_runtime.batch.summary import BatchSummary, Effort

FORMATS = ("csv", "parquet", "fhir", "dicom", "pdf")
THREADS = 2
"""Exams at work in one process: one is decoded while the models run on the other."""


class EngineName(str, Enum):
    """What runs a batch."""

    LOCAL = "local"
    RAY = "ray"


Source = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER_OR_MANIFEST",
        help="A folder or a ZIP of photographs and DICOM files, or a table of them.",
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="New folder for the tables.")]
EngineOption = Annotated[EngineName, typer.Option("--engine", help="What runs the batch.")]
Formats = Annotated[
    str,
    typer.Option("--formats", help="Any of csv, parquet, fhir, dicom, pdf. Parquet is always "
                 "written: the run resumes from it."),
]  # fmt: skip
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the batch that DIR holds.")]
Pictures = Annotated[bool, typer.Option("--pictures", help="Also write each one's pictures.")]
RayAddress = Annotated[
    str,
    typer.Option("--ray-address", help="Of --engine ray: local, auto or a cluster's address."),
]
Workers = Annotated[
    int,
    typer.Option("--workers", min=1, max=64, help="Exams at work at a time in each process."),
]
NumProcesses = Annotated[
    int | None,
    typer.Option("--processes", min=1, max=512, help="By default what the machine is for."),
]


def batch(
    context: typer.Context,
    source: Source,
    out: Out,
    engine: EngineOption = EngineName.LOCAL,
    formats: Formats = "csv,parquet",
    resume: Resume = False,
    pictures: Pictures = False,
    processes: NumProcesses = None,
    workers: Workers = THREADS,
    ray_address: RayAddress = "local",
    dicom_patient: DicomPatient = PatientPolicy.DROP,
    language: Languages = "en,zh",
    as_json: AsJson = False,
) -> None:
    """Screen every photograph of a folder, a ZIP or a manifest: one row each, whatever happens.

    DIR gets the tables photographs/ and exams/ in Parquet, summary.json, duplicates.csv where the
    same bytes came twice and, with csv, photographs.csv and exams.csv, with fhir one bundle an exam
    in fhir/*.ndjson, with dicom or pdf a folder an exam in documents/. A stopped batch goes on with
    --resume.
    """
    session = session_of(context, as_json)
    wanted = _formats(formats)
    documents = _documents(wanted, language)
    pictures = pictures or documents is not None  # which the documents show
    plan = _plan(session, source, out, pictures, dicom_patient, workers)
    chosen = _engine(session, plan, processes, ray_address if engine is EngineName.RAY else None)
    try:
        with closing(chosen):
            progress, effort = _screened(chosen, plan, source, resume)
            summary = _finished(plan, progress, wanted, effort, documents)
    except KeyboardInterrupt:
        say("Stopped. The same command with --resume goes on from here.")
        raise typer.Exit(130) from None
    if as_json:
        print_json({"out": shown_name(out), "engine": engine.value, **contract_dict(summary)})
    else:
        _show(summary, out)
    if summary.photographs.failed or summary.documents_failed:
        raise typer.Exit(1)


def _documents(formats: set[str], language: str) -> Documents | None:
    # Here and below: the engine and the tables' library load only when they are needed.
    from edge_runtime.batch.documents import wanted_documents

    return wanted_documents(formats, named(language, LANGUAGES, "language") or LANGUAGES)


def _plan(
    session: Session,
    source: Path,
    out: Path,
    pictures: bool,
    dicom_patient: PatientPolicy,
    workers: int,
) -> WorkPlan:
    from edge_runtime.batch.listing import root_of
    from edge_runtime.batch.plan import WorkPlan

    patient: Literal["drop", "keep"] = "keep" if dicom_patient is PatientPolicy.KEEP else "drop"
    root = root_of(source).absolute()
    return WorkPlan(session.settings, root, out.absolute(), pictures, patient, workers)


def _engine(
    session: Session, plan: WorkPlan, processes: int | None, ray_address: str | None
) -> Engine:
    if ray_address is not None:
        from edge_runtime.batch.engines.ray_data import RayData

        return RayData(plan, ray_address, processes)
    from edge_runtime.batch.engines.local import Local

    return Local(plan, session.pipeline, processes)


def _screened(
    engine: Engine, plan: WorkPlan, source: Path, resume: bool
) -> tuple[Progress, Effort]:
    from edge_runtime.batch.run import BatchOptions, run_batch
    from edge_runtime.batch.summary import Effort

    options = BatchOptions(
        source, plan.out, resume, plan.pictures, plan.dicom_patient, plan.settings
    )
    with closing(run_batch(engine, options)) as steps:
        progress = next(steps)
        started = time.perf_counter()
        with progress_bar("Screening", progress.total) as show:
            for progress in steps:
                show(progress.done)
        seconds = time.perf_counter() - started
    now = progress.done - progress.earlier
    return progress, Effort(now, seconds, engine.peak_memory_mb())


def _finished(
    plan: WorkPlan,
    progress: Progress,
    formats: set[str],
    effort: Effort,
    documents: Documents | None,
) -> BatchSummary:
    from edge_runtime.batch.finish import finish_batch

    return finish_batch(plan, progress.facts.manifest, formats, effort, documents)


def _formats(text: str) -> set[str]:
    wanted = {name.strip().lower() for name in text.split(",") if name.strip()}
    unknown = sorted(wanted - set(FORMATS))
    if unknown or not wanted:
        said = ", ".join(unknown) or "none"
        raise InvalidField("formats", f"{said} is not known here; known: {', '.join(FORMATS)}")
    check_installed(tuple(wanted))
    return wanted


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
    if summary.documents_failed:
        console.print(f"Without their documents: {summary.documents_failed} exams; see documents/")
    if summary.photographs_per_second is not None:
        console.print(f"{summary.photographs_per_second:.2f} photographs/s")
    console.print(f"Peak memory {summary.peak_memory_mb:.0f} MB")
    console.print(f"Written to {escape(shown_name(out))}", soft_wrap=True)
    console.print(f"[dim]{USE}[/dim]")
