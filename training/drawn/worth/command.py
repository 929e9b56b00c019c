"""`foreseye-train drawn-worth`: the same network taught by drawn, by real, and by both."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.session import say
from edge_runtime.durable import make_folder, write_whole

if TYPE_CHECKING:
    from training.drawn.worth.record import Worth

EXAMPLE = (
    "Example: foreseye-train drawn-worth --drawn cohorts/a --data ../shared/data --out runs/worth"
)
RECORD_FILE, PAGE_FILE = "worth.json", "worth.md"


class Budget(str, Enum):
    """Which table of the recipes is used."""

    SMALL = "small"
    TINY = "tiny"


DrawnFolder = Annotated[
    Path,
    typer.Option(
        "--drawn", help="Folder that `foreseye-train draw` made.", exists=True, file_okay=False
    ),
]
Data = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="FORESEYE_DATA",
        help="Folder of photographs with photographs.csv.",
        exists=True,
        file_okay=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def drawn_worth(
    drawn: DrawnFolder,
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="Folder for worth.json, its page and cells.")],
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Networks of each cell.")] = 3,
    budget: Annotated[
        Budget, typer.Option(help="small, or tiny to see that it works.")
    ] = Budget.SMALL,
    as_json: Json = False,
) -> None:
    """Train one small network on drawn, real or both, and judge it on real people held out.

    Vessels on DRIVE test and CHASEDB1 (never learned from), disc and cup on DRISHTI_GS, baselines
    beside. A killed run goes on at its cell. An hour or more on two idle cores with `small`.
    """
    worth = _made(drawn, data, make_folder(out), seeds, budget.value)
    if as_json:
        typer.echo(worth.to_json())
        return
    typer.echo((out / PAGE_FILE).read_text(encoding="utf-8"))
    typer.echo(f"{out / RECORD_FILE}\n{out / PAGE_FILE}")


def _made(drawn: Path, data: Path, out: Path, seeds: int, budget: str) -> Worth:
    # Here and not above: torch loads only when it is needed.
    from training.drawn.worth.material import Material
    from training.drawn.worth.page import worth_page
    from training.drawn.worth.summary import summarised
    from training.drawn.worth.table import RECIPES, Table, cell_names

    table = Table(Material(drawn, data, out), out, budget)
    names, results = list(cell_names(seeds)), []
    for done, name in enumerate(names, start=1):
        say(f"Cell {done} of {len(names)}: {name.stem}")
        results.append(table.cell(name))
    recipes = {model: table.recipe(subject).to_dict() for subject, model in RECIPES.items()}
    worth = summarised(results, budget, seeds, recipes)
    write_whole(out / RECORD_FILE, worth.to_json() + "\n")
    write_whole(out / PAGE_FILE, worth_page(worth))
    return worth
