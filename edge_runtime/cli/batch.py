"""`foreseye batch`: a folder or a manifest of photographs into tables, resumable."""

from __future__ import annotations

import os
import time
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import Session, print_json, say, session_of
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import USE
from edge_runtime.errors import InvalidField

FORMATS = ("csv", "parquet")
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
    typer.Option("--formats", help="csv, parquet or both. Parquet is always written: the run "
                 "resumes from it."),
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
    formats: Formats = ",".join(FORMATS),
    resume: Resume = False,
    pictures: Pictures = False,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Screen every photograph of a folder or a manifest: one row each, whatever happens to it.

    DIR gets photographs/*.parquet and exams/*.parquet, summary.json and, with csv,
    photographs.csv and exams.csv. A stopped batch goes on with --resume.
    """
    session = session_of(context, as_json)
    wanted = _formats(formats)
    from edge_runtime.batch.run import BatchOptions

    options = BatchOptions(source, out, resume, pictures, workers or _default_workers())
    try:
        summary = _screened(session, options, "csv" in wanted)
    except KeyboardInterrupt:
        say("Stopped. The same command with --resume goes on from here.")
        raise typer.Exit(130) from None
    if as_json:
        print_json({"out": str(out), **contract_dict(summary)})
    else:
        _show(summary, out)
    if summary.photographs.failed:
        raise typer.Exit(1)
