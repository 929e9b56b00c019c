"""`foreseye-train forecast`, `forecast-photographs` and `judge-forecast`."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from training.loop import Outcome

EXAMPLE = "Example: foreseye-train forecast --run runs/forecast --workers 2"
JUDGE_EXAMPLE = (
    "Example: foreseye-train judge-forecast edge_runtime/reference_bundle --people 5000 "
    "--run runs/judged"
)


PHOTOGRAPHS_EXAMPLE = (
    "Example: foreseye-train forecast-photographs --run runs/forecast --people 6000 --workers 16 "
    "--profile gpu"
)


Profile = Annotated[Literal["cpu", "gpu"], typer.Option(help="Table of the recipe.")]
RecipeFile = Annotated[
    Path | None, typer.Option("--recipe", help="An own recipe (TOML).", exists=True)
]
Steps = Annotated[int | None, typer.Option(help="Train for fewer or more steps.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes that draw.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class Knows(str, Enum):
    """What the model is told besides age and sex."""

    COVARIATES = "covariates"
    PHOTOGRAPHS = "photographs"
    SIGNS = "signs"


KnowsOption = Annotated[
    Knows,
    typer.Option(
        help="photographs: signs besides, as a run of `signs` reads them; signs: the true ones, "
        "the ceiling, which never ships."
    ),
]
SignsRun = Annotated[
    Path | None,
    typer.Option(help="Folder of a finished `signs` run, for photographs.", exists=True),
]
ControlOption = Annotated[
    Literal["none", "shuffled", "unrelated"],
    typer.Option(
        help="shuffled: outcomes of others of one sex and age; unrelated: their eyes. Must gain "
        "nothing."
    ),
]


def forecast(
    run: Annotated[Path, typer.Option("--run", help="Folder for people, weights and logs.")],
    profile: Profile = "cpu",
    recipe: RecipeFile = None,
    steps: Steps = None,
    knows: KnowsOption = Knows.COVARIATES,
    signs: SignsRun = None,
    control: ControlOption = "none",
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Train the forecast on events of drawn people: age, sex, covariates, signs. Resumable."""
    from training.forecast.train import DONORS, train_forecast
    from training.run_settings import RunSettings
    from training.signs.donors import load_donors

    if (knows is Knows.PHOTOGRAPHS) != (signs is not None):
        raise typer.BadParameter("goes with --knows photographs", param_hint="--signs")
    donors = None if signs is None else load_donors(signs / DONORS)
    settings = RunSettings(profile, recipe, steps)
    outcome = train_forecast(
        run, settings, knows=knows.value, control=control, donors=donors, workers=workers
    )
    _tell(outcome, as_json)


def forecast_photographs(
    run: Annotated[
        Path, typer.Option("--run", help="Folder of a finished `forecast` run.", exists=True)
    ],
    cohort: Annotated[
        Path | None,
        typer.Option(help="An own cohort folder (cohort.parquet, outcomes.parquet).", exists=True),
    ] = None,
    people: Annotated[int, typer.Option(help="Drawn people to photograph and learn from.")] = 3000,
    tune_people: Annotated[int, typer.Option(help="Drawn people to tune on.")] = 600,
    cases: Annotated[int, typer.Option(help="Events of each condition among them.")] = 150,
    profile: Profile = "cpu",
    recipe: RecipeFile = None,
    steps: Steps = None,
    control: Annotated[
        Literal["none", "shuffled"] | None,
        typer.Option(help="shuffled: outcomes dealt anew within age and sex; must gain nothing."),
    ] = None,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Train what photographs add to a finished forecast. Photographs are drawn once. Resumable."""
    from training.forecast.photographs.train import (
        Sample,
        cohort_of,
        drawn_sample,
        train_photographs,
    )
    from training.run_settings import RunSettings

    if cohort is not None:
        learn, tune = cohort_of(cohort)
    else:
        learn, tune = drawn_sample(run, Sample(people, tune_people, cases), workers)
    settings = RunSettings(profile, recipe, steps)
    outcome = train_photographs(learn, tune, run, settings, control)
    _tell(outcome, as_json)


def _tell(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**vars(outcome), "weights": str(outcome.weights)}))
    else:
        typer.echo(f"{outcome.weights}: score {outcome.best_score:.4f} at {outcome.best_step}")


def judge_forecast(
    bundle: Annotated[Path, typer.Argument(help="A bundle with a forecast model.", exists=True)],
    run: Annotated[Path, typer.Option("--run", help="Folder for the people that are drawn.")],
    people: Annotated[int, typer.Option(min=1000, help="Drawn people, in thousands.")] = 5000,
    futures: Annotated[int, typer.Option(min=2, help="Futures of the oracle a person.")] = 128,
    seed: Annotated[int, typer.Option(help="Seed of the people; no model learns from them.")] = 1,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Judge a bundle's forecasts against the oracle of drawn people it never saw."""
    from training.forecast.judging_bundle import judged_bundle
    from training.forecast.telling import in_words

    metrics = judged_bundle(bundle, run, people, futures, seed, workers)
    if as_json:
        typer.echo(json.dumps([metric.model_dump(mode="json") for metric in metrics]))
    else:
        typer.echo(in_words(metrics))
