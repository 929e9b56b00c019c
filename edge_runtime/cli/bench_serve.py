"""`foreseye bench serve`: what the server costs beside the same work in this process.

A server of its own is started on a free port with the bundle and settings in use. The short form
takes about half a minute; the long ones only ask for more seconds, rounds and callers.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import Session, print_json, session_of
from edge_runtime.errors import SettingsError
from edge_runtime.memory import shared_memory_mb

if TYPE_CHECKING:
    from edge_runtime.cli.serving_load import Load
    from edge_runtime.pipeline import Pipeline

Seconds = Annotated[float, typer.Option("--seconds", min=0.2, help="Of each measurement.")]
Rounds = Annotated[
    int, typer.Option("--rounds", min=1, help="Rounds; here and over there take turns.")
]
Concurrency = Annotated[
    str, typer.Option("--concurrency", metavar="1,4,16", help="Callers at a time.")
]
Flood = Annotated[
    float | None,
    typer.Option("--overload-seconds", min=0.2, help="Of the overload; else as the others."),
]
MAX_MESSAGE_BYTES = 512 * 1024 * 1024


def bench_serve(
    context: typer.Context,
    seconds: Seconds = 3.0,
    rounds: Rounds = 1,
    concurrency: Concurrency = "1,4,16",
    overload_seconds: Flood = None,
    as_json: AsJson = False,
) -> None:
    """Time the server beside the same pipeline and models in this process, and overload it."""
    callers = _numbers(concurrency)
    session = session_of(context, as_json)
    report = _measured(session, (seconds, overload_seconds or seconds), rounds, callers)
    if as_json:
        print_json(report)
    else:
        _show(report, Console())


def _measured(
    session: Session, lasting_s: tuple[float, float], rounds: int, callers: Sequence[int]
) -> dict[str, Any]:
    seconds, _ = lasting_s
    from edge_runtime.cli.serving_here import exam_of, exams_per_s, quality_s, runs_per_s

    with (
        session.pipeline() as pipeline,
        _server(session.environment) as server,
        progress_bar("Measuring", rounds) as show,
    ):
        exam = exam_of(pipeline)
        workers = session.settings.exam_worker_count
        at_once = sorted({_at_once(number, workers) for number in (*callers, workers)})
        here: dict[str, list[float]] = {"quality_ms": []}
        there: list[dict[str, Any]] = []
        for done in range(1, rounds + 1):
            here["quality_ms"].append(round(quality_s(pipeline, exam, seconds) * 1000.0, 2))
            for number in at_once:
                per_s = exams_per_s(pipeline, exam, seconds, number)
                here.setdefault(_exams(number), []).append(round(per_s, 2))
            for name, per_s in runs_per_s(pipeline, seconds).items():
                here.setdefault(f"{name}_per_s", []).append(round(per_s, 2))
            there.append(asyncio.run(_asked(pipeline, server, lasting_s, callers)))
            show(done)
        return {
            "schema": "foreseye.bench-serve/1",
            "bundle": pipeline.bundle.identity.model_dump(),
            "seconds": seconds,
            "exam_workers": workers,
            "in_process": here,
            "served": there,
            "server_pss_mb": shared_memory_mb(server["pid"]),
        }


async def _asked(
    pipeline: Pipeline,
    server: Mapping[str, Any],
    lasting_s: tuple[float, float],
    callers: Sequence[int],
) -> dict[str, Any]:
    import grpc

    from edge_runtime.cli import serving_load
    from edge_runtime.cli.serving_here import exam_of, infer_request, screen_request
    from edge_runtime.cli.serving_overload import overload

    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ]
    asked: dict[str, Any] = {}
    async with grpc.aio.insecure_channel(server["address"], options=options) as channel:
        calls = {"screen": serving_load.screening(channel, screen_request(exam_of(pipeline)))}
        for name in pipeline.loaded:
            calls[name] = serving_load.inference(channel, infer_request(pipeline, name))
        for name, call in calls.items():
            await serving_load.closed_loop(call, 1, 0.1)
            asked[name] = {}
            for number in callers:
                load = await serving_load.closed_loop(call, number, lasting_s[0])
                asked[name][str(number)] = _with_first(load)
        asked["overload"] = await overload(
            calls["screen"], server["places"], *lasting_s, lambda: shared_memory_mb(server["pid"])
        )
    return asked


def _with_first(load: Load) -> dict[str, Any]:
    summary: dict[str, Any] = load.summary()
    if load.first_s:
        summary["first_event_ms"] = round(sorted(load.first_s)[len(load.first_s) // 2] * 1e3, 2)
    return summary


@contextmanager
def _server(environment: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the address and process id of a server of its own, and how many exams it holds."""
    from edge_runtime.settings import settings_from

    program = "from edge_runtime.cli.app import main; main()"
    options = ["serve", "--address", "127.0.0.1:0", "--open-inference", "--json"]
    settings = settings_from(environment)
    with subprocess.Popen(
        [sys.executable, "-c", program, *options],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield {
                "address": _announced(process),
                "pid": process.pid,
                "places": settings.exam_worker_count + settings.max_queued_exams,
            }
        finally:
            process.terminate()


def _announced(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if line.startswith("}"):
            return str(json.loads(text)["address"])
    raise SettingsError("the server could not be started: run `foreseye serve` to see why")


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(each) for each in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise SettingsError(f"--concurrency is a list such as 1,4,16, not {text!r}")
    return numbers


def _show(report: Mapping[str, Any], console: Console) -> None:
    table = Table("what", "callers", "a second", "of here", "p50 ms", "p99 ms", "refused")
    here = report["in_process"]
    for number, served in enumerate(report["served"]):
        for name, by_callers in served.items():
            if name == "overload":
                continue
            for callers, load in by_callers.items():
                together = _exams(_at_once(int(callers), report["exam_workers"]))
                rate = here[together if name == "screen" else f"{name}_per_s"][number]
                table.add_row(name, callers, *_cells(load, rate))
        flood, rate = served["overload"], here[_exams(report["exam_workers"])][number]
        capacity = flood["at_capacity"]
        table.add_row("at capacity", str(capacity["callers"]), *_cells(capacity, rate))
        table.add_row("overload", str(flood["callers"]), *_cells(flood, rate))
    console.print(table)
    for served in report["served"]:
        flood = served["overload"]
        console.print(
            f"Overload of {flood['seconds']} s: p99 {flood['p99_of_capacity']} times that at "
            f"capacity, {flood['failed']} failed, over after {flood['recovery_s']} s; "
            f"{flood['first_pss_mb']} MB at first, {flood['most_pss_mb']} MB at most."
        )
    console.print(f"Here: {', '.join(f'{name} {values}' for name, values in here.items())}")
    console.print(f"The server holds {report['server_pss_mb']} MB.")


def _at_once(callers: int, workers: int) -> int:
    """Return how many exams are worked on at a time: what as many threads do here is the like."""
    return min(callers, workers)


def _exams(number: int) -> str:
    return f"exams_{number}_at_once_per_s"


def _cells(load: Mapping[str, Any], here_per_s: float) -> list[str]:
    share = f"{load['per_s'] / here_per_s:.2f}" if here_per_s else "-"
    times = [f"{load['p50_ms']:.1f}", f"{load['p99_ms']:.1f}"]
    return [f"{load['per_s']:.1f}", share, *times, str(load["refused"])]
