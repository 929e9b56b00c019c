"""`foreseye-train progression`: simulated visits."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import typer

EXAMPLE = "Example: foreseye-train progression --run runs/progression --workers 2"


class Learns(str, Enum):
    """What the network is taught to give."""

    SAMPLES = "samples"
    REGRESSION = "regression"


def progression(
    run: Annotated[Path, typer.Option("--run", help="Folder for drawn eyes, weights and logs.")],
    profile: Annotated[Literal["cpu", "gpu"], typer.Option(help="Table of the recipe.")] = "cpu",
    recipe: Annotated[
        Path | None, typer.Option("--recipe", help="An own recipe (TOML).", exists=True)
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Train for fewer or more steps.")] = None,
    learns: Annotated[
        Learns, typer.Option(help="regression: one answer, no chance; the peer, never ships.")
    ] = Learns.SAMPLES,
    workers: Annotated[int, typer.Option(min=1, help="Processes that draw.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train simulated visits on drawn eyes and other futures of them. A killed run goes on."""
    from training.progression.train import train_progression
    from training.run_settings import RunSettings

    settings = RunSettings(profile, recipe, steps)
    outcome = train_progression(run, settings, learns=learns.value, workers=workers)
    if as_json:
        typer.echo(json.dumps({**vars(outcome), "weights": str(outcome.weights)}))
    else:
        typer.echo(f"{outcome.weights}: score {outcome.best_score:.4f} at {outcome.best_step}")


JUDGE_EXAMPLE = (
    "Example: foreseye-train judge-progression my-bundle --run runs/judged "
    "--peer runs/progression --eyes 40"
)


def judge_progression(
    bundle: Annotated[Path, typer.Argument(help="A bundle with a progression.", exists=True)],
    run: Annotated[Path, typer.Option("--run", help="Folder for each eye's scores and the file.")],
    eyes: Annotated[int, typer.Option(min=2, help="Drawn test eyes, one a person.")] = 40,
    years: Annotated[float, typer.Option(min=0.5, max=10.0, help="The horizon.")] = 5.0,
    samples: Annotated[int, typer.Option(min=3, help="Simulated visits an eye.")] = 20,
    others: Annotated[int, typer.Option(min=2, help="True other futures an eye.")] = 4,
    read: Annotated[
        int, typer.Option(help="Of them, how many biomarkers are read from; 0 reads none.")
    ] = 20,
    read_eyes: Annotated[
        int, typer.Option(help="Of the eyes, the first whose biomarkers are read.")
    ] = 20,
    peer: Annotated[
        Path | None, typer.Option(help="Run folder that holds a trained regression.", exists=True)
    ] = None,
    height_px: Annotated[int, typer.Option(help="Height of the drawn photographs.")] = 640,
    seed: Annotated[int, typer.Option(help="Seed of the people; no model learns from them.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge simulated visits on drawn test eyes, against their true futures. Resumable."""
    from training.progression.judging import JudgingPlan
    from training.progression.judging_bundle import judged_bundle

    plan = JudgingPlan(years, samples, others, read, read_eyes, height_px, 0)
    metrics = judged_bundle(bundle, run, eyes, plan, peer, seed)
    if as_json:
        typer.echo(json.dumps([metric.model_dump(mode="json") for metric in metrics]))
        return
    for metric in metrics:
        low, high = metric.interval_95 or (float("nan"), float("nan"))
        beside = "; ".join(f"{b.name} {b.value:.3f}" for b in metric.beside or [])
        typer.echo(f"{metric.name} {metric.value:.3f} ({low:.3f} to {high:.3f}) {beside}")


VISITS_EXAMPLE = (
    "Example: foreseye-train judge-visits my-bundle --data ../shared/data --run runs/judged"
)


def judge_visits(
    bundle: Annotated[Path, typer.Argument(help="A bundle with a progression.", exists=True)],
    data: Annotated[
        Path,
        typer.Option(envvar="FORESEYE_DATA", help="Photographs, GRAPE among them.", exists=True),
    ],
    run: Annotated[Path, typer.Option("--run", help="Folder for the file of figures.")],
    pairs: Annotated[int | None, typer.Option(help="Of the pairs, the first ones.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge simulated visits on true later visits of real eyes: they must not be worse than a copy.

    Pairs are of one eye by one camera, months apart: a test of doing no harm, not of years.
    """
    from training.progression.visiting_bundle import judged_visits

    metrics, left_out = judged_visits(bundle, data, run, pairs)
    told = {"left_out": left_out, "metrics": [m.model_dump(mode="json") for m in metrics]}
    if as_json:
        typer.echo(json.dumps(told))
        return
    for metric in metrics:
        low, high = metric.interval_95 or (float("nan"), float("nan"))
        typer.echo(
            f"{metric.name} {metric.value:+.4f} ({low:+.4f} to {high:+.4f}); "
            f"{metric.baseline_name} [{metric.photographs} pairs, {left_out} left out]"
        )
