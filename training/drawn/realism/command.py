"""`foreseye-train realism`: how well judges tell drawn eyes from real ones, and by what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.session import say
from edge_runtime.durable import make_folder, write_whole
from training.drawn.worth.command import Budget, Data, DrawnFolder, Json

if TYPE_CHECKING:
    from training.drawn.realism.comparing import Comparison
    from training.drawn.realism.record import JudgeResult, Realism

EXAMPLE = (
    "Example: foreseye-train realism --drawn cohorts/a --data ../shared/data --out runs/realism"
)
RECORD_FILE, PAGE_FILE = "realism.json", "realism.md"


def realism(
    drawn: DrawnFolder,
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="Folder for realism.json, page and judges.")],
    plain: Annotated[
        bool, typer.Option("--plain", help="The quick judge alone: plain statistics, 2 minutes.")
    ] = False,
    only_drawn: Annotated[
        bool, typer.Option("--only-drawn", help="Leave out real set against real set.")
    ] = False,
    budget: Annotated[
        Budget, typer.Option(help="small, or tiny to see that it works.")
    ] = Budget.SMALL,
    as_json: Json = False,
) -> None:
    """Tell drawn eyes from real ones, each real set left out in turn; and say by what cues.

    Beside it each real set is told from the others by the same judge. Real people are of role
    `train`. A killed run goes on at its judge.
    """
    made = _made(drawn, data, make_folder(out), (plain, only_drawn), budget.value)
    if as_json:
        typer.echo(made.to_json())
        return
    typer.echo((out / PAGE_FILE).read_text(encoding="utf-8"))
    typer.echo(f"{out / RECORD_FILE}\n{out / PAGE_FILE}")


def _made(drawn: Path, data: Path, out: Path, less: tuple[bool, bool], budget: str) -> Realism:
    # Here and not above: torch loads only when it is needed.
    from training.drawn.realism.camps import camps
    from training.drawn.realism.comparing import Comparison, sign_tables
    from training.drawn.realism.judge import JudgeRecipe
    from training.drawn.realism.matching import pairs
    from training.drawn.realism.page import realism_page
    from training.drawn.realism.plain import differences, plain_match
    from training.drawn.realism.summary import summarised
    from training.drawn.worth.drawn_folder import DRAWN
    from training.recipe import read_recipe, shipped_recipe

    plain, only_drawn = less
    recipe = read_recipe(JudgeRecipe, shipped_recipe("realism"), budget)
    found = camps(drawn, data, out, recipe.most_photographs)
    tables, names = sign_tables(found, recipe)
    matches = [plain_match(tables, *pair) for pair in pairs(found, only_drawn=False)]
    judges = [] if plain else _judged(Comparison(found, recipe, out), pairs(found, only_drawn))
    quick = (matches, differences(tables, names))
    left_out = len(found[DRAWN].rows) - len(tables[DRAWN].persons)
    made = summarised(found, recipe, budget, left_out, quick, judges)
    write_whole(out / RECORD_FILE, made.to_json() + "\n")
    write_whole(out / PAGE_FILE, realism_page(made))
    return made


def _judged(comparison: Comparison, matches: list[tuple[str, str]]) -> list[JudgeResult]:
    judges = []
    for done, (told, left_out) in enumerate(matches, start=1):
        say(f"Judge {done} of {len(matches)}: {told}, {left_out} left out")
        judges.append(comparison.judge(told, left_out))
    return judges
