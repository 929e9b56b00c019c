"""`foreseye-train draw-report`: one page of evidence on a drawn cohort."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import say

if TYPE_CHECKING:
    from training.drawn.report.making import Made

EXAMPLE = "Example: foreseye-train draw-report cohorts/a --bodies 200000"
FEWEST, MOST = 4_000, 10_000_000
"""Bodies; with fewer the rarest condition has too few events for a fit."""
INTERRUPTED = 130

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="What `draw` wrote.", exists=True, file_okay=False),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Real photographs with photographs.csv: also write a page, for this machine only, "
        "that shows drawn beside real.",
        exists=True,
        file_okay=False,
    ),
]
Bodies = Annotated[
    int,
    typer.Option("--bodies", min=FEWEST, max=MOST, help="People without pictures to measure."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="The page; its JSON file lies beside it. By default DIR/report.html.",
        dir_okay=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def draw_report(
    folder: Folder,
    data: Data = None,
    bodies: Bodies = 200_000,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Write a page on a drawn cohort: incidence, hazard ratios, ladder, courses, eyes over time.

    Bodies take some minutes the first time; they are kept in DIR/report-cache. Exit code 1 when a
    photograph cannot be read or the cohort is of other parameters than today's.
    """
    page = folder / "report.html" if out is None else out
    if page.suffix.lower() not in (".html", ".htm"):
        raise typer.BadParameter("the page's name ends in .html", param_hint="--out")
    try:
        made = _made(folder, page, bodies, data)
    except KeyboardInterrupt:
        say("Stopped. Nothing was written.")
        raise typer.Exit(INTERRUPTED) from None
    _tell(made, as_json)
    if made.report.failed:
        raise typer.Exit(1)


def _made(folder: Path, page: Path, bodies: int, data: Path | None) -> Made:
    # Here and not above: matplotlib, lifelines and pandas load only when they are needed.
    from training.drawn.population.drawing import BLOCK
    from training.drawn.report.folder import open_cohort
    from training.drawn.report.making import make_report
    from training.drawn.report.many_bodies import CACHE_FOLDER, population_figures

    cohort = open_cohort(folder)
    blocks = -(-bodies // BLOCK)
    with progress_bar("Measuring blocks of bodies", blocks) as show:
        population = population_figures(cohort.folder / CACHE_FOLDER, bodies, show)
    return make_report(cohort, population, page, data)


def _tell(made: Made, as_json: bool) -> None:
    report = made.report
    for failure in report.failed:
        say(failure)
    facts = {
        "page": str(made.page),
        "record": str(made.json),
        "page_for_this_machine_only": str(made.local_page) if made.local_page else None,
        "people": report.drawn.people,
        "photographs": report.drawn.photographs,
        "bodies": report.population.bodies,
        "bands": len(report.population.bands),
        "bands_missed": sum(band.missed for band in report.population.bands),
        "hazard_ratios_covered": report.population.covered,
        "largest_z": report.population.largest_z,
        "signs_outside": sum(sign.inside is False for sign in report.population.signs),
        "failed": report.failed,
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    typer.echo(
        f"{facts['bands_missed']} of {facts['bands']} bands of incidence missed; "
        f"{100 * report.population.covered:.0f} % of hazard ratios covered, largest |z| "
        f"{report.population.largest_z:.1f}; {facts['signs_outside']} retinal signs outside."
    )
    typer.echo(f"{made.json}\n{made.page}")
    if made.local_page is not None:
        typer.echo(f"{made.local_page} (photographs: for this machine only)")
