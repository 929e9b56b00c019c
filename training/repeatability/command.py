"""`foreseye-train repeatability`: how far a bundle's biomarkers scatter on unchanged eyes."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge_runtime.contracts.repeatability import Repeatability
from edge_runtime.durable import write_whole

EXAMPLE = (
    "Example: foreseye-train repeatability --data ../shared/data --out runs/repeatability.json"
)


def repeatability(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            envvar="FORESEYE_DATA",
            help="Folder of photographs with photographs.csv.",
            exists=True,
            file_okay=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="File to write, JSON.")],
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", help="Bundle to measure; else the one of the settings."),
    ] = None,
    photographs: Annotated[
        int, typer.Option(min=1, help="Photographs of held-out people to copy.")
    ] = 25,
    eyes: Annotated[
        int | None, typer.Option(min=1, help="At most so many eyes that came again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure each biomarker's smallest detectable change with a bundle.

    From copies with mild changes of the camera, and from repeated visits as an upper bound.
    """
    record = _measured(data, bundle, photographs, eyes)
    write_whole(out, record.to_json() + "\n")
    typer.echo(record.to_json() if as_json else in_words(record))


def _measured(data: Path, bundle: Path | None, photographs: int, eyes: int | None) -> Repeatability:
    from edge_runtime.pipeline import Pipeline
    from edge_runtime.settings import settings_from
    from training.cohort.assemble import Cohort, cohort_rows
    from training.repeatability.measuring import Reader, measured
    from training.repeatability.planning import COPIED_SETS, copied, revisited

    settings = settings_from(os.environ)
    if bundle is not None:
        settings = replace(settings, bundle=str(bundle))
    with tempfile.TemporaryDirectory() as work:
        rows = cohort_rows(Cohort(data), COPIED_SETS, Path(work))
    pipeline = Pipeline.open(settings)
    with Console(stderr=True).status("measuring") as status:
        reader = Reader(pipeline, data, status.update)
        of_copies = reader.copied(copied(rows, photographs))
        of_visits = reader.revisited(revisited(rows)[:eyes])
    pipeline.close()
    return measured(pipeline, of_copies, of_visits, reader.refused)


def in_words(record: Repeatability) -> str:
    """Return one line a biomarker: mean, smallest detectable change, and that of visits."""
    lines = [f"{'biomarker':36}{'unit':>6}{'mean':>10}{'change':>10}{'n':>4}{'visits':>10}{'n':>5}"]
    for name, change in record.smallest_detectable_change.items():
        line = f"{name:36}{change.unit:>6}{change.mean:>10.4g}{change.value:>10.3g}"
        line += f"{change.photographs:>4}"
        visits = change.repeated_visits
        lines.append(line if visits is None else f"{line}{visits.value:>10.3g}{visits.eyes:>5}")
    return "\n".join(lines)
