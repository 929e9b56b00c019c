"""`foreseye-train signs`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from edge_runtime.contracts.cohort import Role
from edge_runtime.durable import make_folder

EXAMPLE = (
    "Example: foreseye-train signs --drawn cohorts/a --drawn cohorts/rare --run runs/signs "
    "--workers 2"
)


JUDGE_EXAMPLE = (
    "Example: foreseye-train judge-photographs my-bundle --drawn cohorts/unseen "
    "--ceiling runs/ceiling --out runs/judged"
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def judge_photographs(
    bundle: Annotated[Path, typer.Argument(help="A bundle that reads signs.", exists=True)],
    drawn: Annotated[
        list[Path],
        typer.Option(help="Drawn cohort of a seed that taught nothing; repeatable.", exists=True),
    ],
    ceiling: Annotated[
        Path, typer.Option(help="Run folder of `forecast --knows signs`.", exists=True)
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for photographs.json and its page.")],
    held_out: Annotated[
        list[Path] | None,
        typer.Option(help="Drawn cohort that taught; its role test is judged. Repeatable."),
    ] = None,
    control: Annotated[
        list[Path] | None,
        typer.Option(help="Run folder of a `forecast --control ...`; repeatable.", exists=True),
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge what photographs add to a bundle's forecasts, against the true signs and the oracle."""
    from training.evaluation.evaluating import write_evaluation
    from training.forecast.judging_bundle import ceiling_of, controls_of
    from training.forecast.telling import in_words
    from training.signs.judged import write_judged
    from training.signs.judging import judged_photographs

    controls = controls_of(control or [])
    cohorts = [(folder, role) for folder in drawn for role in Role]
    cohorts += [(folder, Role.TEST) for folder in held_out or []]
    judged = judged_photographs(bundle, cohorts, ceiling_of(ceiling), controls)
    path = write_judged(make_folder(out), judged)
    if judged.by_outcomes is not None:
        write_evaluation(out, judged.by_outcomes)
    typer.echo(path.read_text(encoding="utf-8") if as_json else in_words(judged.metrics))


def signs(
    drawn: Annotated[
        list[Path],
        typer.Option(help="Folder that `foreseye-train draw` made; may be repeated.", exists=True),
    ],
    run: Annotated[Path, typer.Option("--run", help="Folder for pictures, weights and logs.")],
    profile: Annotated[
        Literal["cpu", "cpu-finish", "gpu"],
        typer.Option(help="Table of the recipe; cpu-finish begins from --start."),
    ] = "cpu",
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="An own recipe (TOML).", exists=True)
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Train for fewer or more steps.")] = None,
    start: Annotated[
        Path | None, typer.Option(help="Weights of another run to begin from.", exists=True)
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that read photographs.")] = 1,
    as_json: Json = False,
) -> None:
    """Train the reading of signs that forecasts know, by the truth of drawn eyes. Resumable."""
    from training.run_settings import RunSettings
    from training.signs.train import train_signs

    outcome = train_signs(drawn, run, RunSettings(profile, recipe, steps), workers, start)
    if as_json:
        typer.echo(json.dumps({**vars(outcome), "weights": str(outcome.weights)}))
    else:
        typer.echo(f"{outcome.weights}: score {outcome.best_score:.4f} at {outcome.best_step}")
