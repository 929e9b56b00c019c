"""`foreseye bench`: how fast this machine reads one photograph, beside what it cannot beat."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import Session, print_json, session_of
from edge_runtime.domain import Exam, PhotographFile
from edge_runtime.errors import NotInBundle
from edge_runtime.names import shown_name

if TYPE_CHECKING:
    from edge_runtime.bundle.opening import Bundle
    from edge_runtime.pipeline import Pipeline

Photo = Annotated[
    Path | None,
    typer.Argument(metavar="PHOTO", help="A photograph; the bundle's sample if left out."),
]
Repeat = Annotated[int, typer.Option("--repeat", min=1, help="Runs that count, of each thing.")]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", metavar="FOLDER", help="Also screen these photographs, as a batch."),
]
Screenings = Annotated[
    int, typer.Option("--screenings", min=1, help="Before the memory of a process is read.")
]
WORKERS = 2
VISITS_SHARE = 5
"""Of so many runs of a photograph one simulates its visits."""
SCREENED = ("anatomy", "disc", "findings", "signs", "forecast")
"""Models that a photograph passes; the others simulate."""


def bench(
    context: typer.Context,
    photo: Photo = None,
    repeat: Repeat = 20,
    screenings: Screenings = 1,
    batch: Batch = None,
    as_json: AsJson = False,
) -> None:
    """Time each stage, the whole, simulated visits and the start, beside what cannot be beaten.

    That is decoding alone and the bare graphs. Memory is that of a process of its own.
    """
    session = session_of(context, as_json)
    report = _measured(session, photo, repeat, screenings)
    if batch is not None:
        from edge_runtime.cli.measuring_loads import batch_rates

        report["batch"] = batch_rates(batch, session.environment)
    if as_json:
        print_json(report)
    else:
        _show(report, Console())


def _measured(session: Session, photo: Path | None, repeat: int, screenings: int) -> dict[str, Any]:
    # Here, so that `foreseye --help` loads no engine.
    from edge_runtime.cli import measuring, measuring_loads
    from edge_runtime.fundus.intake import read_file
    from edge_runtime.memory import peak_memory_mb

    settings = session.settings
    with session.pipeline() as pipeline, progress_bar("Measuring", 5) as show:
        path = photo or _sample(pipeline.bundle)
        content = read_file(path, settings.limits)
        exam = Exam("bench", (PhotographFile(shown_name(path.name), content),))
        spreads = measuring.pipeline_spreads(pipeline, exam, repeat)
        show(1)
        per_second = measuring.throughput_per_s(pipeline, exam, max(repeat, 4), WORKERS)
        rate = {"threads": WORKERS, "photographs": per_second}
        show(2)
        visits = measuring_loads.simulated_visits(
            pipeline, exam.photographs[0], max(1, repeat // VISITS_SHARE)
        )
        show(3)
        own_peak_mb = peak_memory_mb()  # before the floors load every graph a second time
        floors = {
            "decode_full_size": measuring.decode_floor(content, repeat),
            "session_run": measuring.session_run_floors(pipeline, settings.thread_count, repeat),
        }
        show(4)
        start_up = measuring.start_up(path, session.environment, screenings)
        show(5)
        return {
            **_about(pipeline, settings.thread_count),
            "photograph": measuring.seen(pipeline, exam),
            "repeat": repeat,
            **spreads,
            "floors_ms": floors,
            "simulated_visits": visits,
            "throughput_per_s": {**rate, "floor": measuring_loads.floor_per_s(floors, SCREENED)},
            "start_up": start_up,
            "peak_memory_mb": own_peak_mb,
        }


def _about(pipeline: Pipeline, threads: int) -> dict[str, object]:
    return {
        "schema": "foreseye.bench/1",
        "machine": _machine(threads),
        "bundle": pipeline.bundle.identity.model_dump(),
        "models": {name: model.model_dump() for name, model in pipeline.models.items()},
    }


def _sample(bundle: Bundle) -> Path:
    if not bundle.manifest.golden:
        raise NotInBundle("the bundle holds no sample; give a PHOTO")
    return bundle.path / bundle.manifest.golden[0].photograph


def _machine(threads: int) -> dict[str, object]:
    return {
        "platform": platform.platform(),
        "python": platform.python_version(),
        "processors": len(os.sched_getaffinity(0)),
        "model_threads": threads,
    }


def _show(report: Mapping[str, Any], console: Console) -> None:
    seen = report["photograph"]
    name, size = escape(seen["name"]), f"{seen['width_px']} x {seen['height_px']}"
    table = Table("milliseconds", "p50", "p95", "p99", title=f"{name}, {size}")
    for stage, spread in report["stages_ms"].items():
        table.add_row(stage, *_cells(spread))
    table.add_row("end to end", *_cells(report["end_to_end_ms"]), style="bold")
    table.add_section()
    floors = report["floors_ms"]
    table.add_row("floor: decode at full size", *_cells(floors["decode_full_size"]))
    for model, spread in floors["session_run"].items():
        table.add_row(f"floor: session.run {model}", *_cells(spread))
    console.print(table)
    _show_loads(report, console)


def _show_loads(report: Mapping[str, Any], console: Console) -> None:
    start_up = report["start_up"]
    if report["simulated_visits"] is not None:
        pictures = report["simulated_visits"]["pictures"]
        p50_ms = report["simulated_visits"]["ms"]["p50"]
        console.print(f"Simulated visits: {pictures} pictures in {p50_ms:.0f} ms, in memory")
    laps = ", ".join(f"{lap} {ms:.0f} ms" for lap, ms in start_up["ms"].items())
    console.print(f"Start: {laps}; whole process {start_up['whole_process_ms']:.0f} ms")
    rate = report["throughput_per_s"]
    console.print(
        f"{rate['photographs']} photographs/s, {WORKERS} threads; {rate['floor']} if decoding and "
        "the graphs were all"
    )
    for how, told in report.get("batch", {}).items():
        console.print(
            f"Batch {how.replace('_', ' ')}: {told['photographs_per_second']} photographs/s of "
            f"{told['photographs']['total']}, peak memory {told['peak_memory_mb']:.0f} MB"
        )
    shared = start_up["shared_memory_mb"]
    console.print(
        f"Shared memory (PSS): {shared['first']} MB after one screening, {shared['last']} MB after "
        f"{shared['screenings']}"
    )
    console.print(
        f"Peak memory: {start_up['peak_memory_mb']:.0f} MB for one photograph, "
        f"{report['peak_memory_mb']:.0f} MB with {WORKERS} threads"
    )


def _cells(spread: Mapping[str, float]) -> list[str]:
    return [f"{spread[percentile]:.1f}" for percentile in ("p50", "p95", "p99")]
