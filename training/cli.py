"""The `foreseye-train` command line."""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from edge_runtime.errors import ForeseyeError
from training.cohort import command
from training.drawn.cohort import command as drawing
from training.drawn.realism import command as realism_command
from training.drawn.report import command as draw_reporting
from training.drawn.worth import command as worth
from training.evaluation import command as evaluation
from training.forecast import command as forecasting
from training.outcomes import command as judging_outcomes
from training.progression import command as progressing
from training.repeatability import command as repeatability_command
from training.signs import command as reading_signs

if TYPE_CHECKING:
    from training.loop import Outcome

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Train foreseye's models on a cohort of fundus photographs. Research use only.",
)
console = Console(stderr=True)


class Profile(str, Enum):
    """Which table of the recipe is used."""

    CPU = "cpu"
    CPU_FINISH = "cpu-finish"
    GPU = "gpu"


class Part(str, Enum):
    """Which network that reads anatomy is trained."""

    ALL = "all"
    VESSELS = "vessels"
    STRUCTURES = "structures"
    DISC = "disc"


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
Run = Annotated[Path, typer.Option("--run", help="Folder for weights, logs and resuming.")]
ProfileOption = Annotated[
    Profile, typer.Option("--profile", help="cpu, cpu-finish (vessels, from --start) or gpu.")
]
Steps = Annotated[int | None, typer.Option(help="Train for fewer or more steps.")]
ManifestFile = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        help="An own manifest, its paths relative to --data; else the public sets there.",
        exists=True,
        dir_okay=False,
    ),
]
RecipeFile = Annotated[
    Path | None,
    typer.Option("--recipe", help="An own recipe (TOML).", exists=True, dir_okay=False),
]
Fold = Annotated[
    int | None,
    typer.Option(help="Hold this fold out for judging, tune on the next (else: by role)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


app.command(epilog=drawing.EXAMPLE)(drawing.draw)
app.command(epilog=draw_reporting.EXAMPLE)(draw_reporting.draw_report)


@app.command(epilog="Example: foreseye-train anatomy --data ../shared/data --run runs/anatomy")
def anatomy(
    data: Data,
    run: Run,
    profile: ProfileOption = Profile.CPU,
    part: Annotated[Part, typer.Option(help="Train one of the three networks only.")] = Part.ALL,
    manifest: ManifestFile = None,
    recipe: RecipeFile = None,
    steps: Steps = None,
    fold: Fold = None,
    start: Annotated[
        Path | None,
        typer.Option(help="Weights of vessels to begin from.", exists=True, dir_okay=False),
    ] = None,
    leave_out: Annotated[
        str | None, typer.Option(help="A set not to learn from, to be judged on as never seen.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train vessels; arteriole against venule, disc, fovea; the disc from near. Goes on if killed.

    The vessel network always learns by role: its sets are not cross-validated.
    """
    from training.anatomy.train import train_disc, train_structures, train_vessels
    from training.cohort.assemble import Cohort
    from training.run_settings import RunSettings

    if part == Part.ALL and recipe is not None:
        raise typer.BadParameter("a recipe is of one network: say --part", param_hint="--recipe")
    cohort, settings = Cohort(data, manifest), RunSettings(profile.value, recipe, steps)
    if part in (Part.ALL, Part.VESSELS):
        outcome = train_vessels(cohort, run / "vessels", settings, start=start, leave_out=leave_out)
        _say(outcome, as_json)
    for name, train in ((Part.STRUCTURES, train_structures), (Part.DISC, train_disc)):
        if part in (Part.ALL, name):
            outcome = train(cohort, run / name.value, settings, fold=fold, leave_out=leave_out)
            _say(outcome, as_json)


@app.command(epilog="Example: foreseye-train findings --data ../shared/data --run runs/findings")
def findings(
    data: Data,
    run: Run,
    profile: ProfileOption = Profile.CPU,
    manifest: ManifestFile = None,
    recipe: RecipeFile = None,
    steps: Steps = None,
    fold: Fold = None,
    start: Annotated[
        str | None, typer.Option(help="imagenet, or random to show what ImageNet brings.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train the grade of diabetic retinopathy and maculopathy. A killed run goes on."""
    from training.cohort.assemble import Cohort
    from training.findings.train import train_findings
    from training.run_settings import RunSettings

    settings = RunSettings(profile.value, recipe, steps)
    _say(train_findings(Cohort(data, manifest), run, settings, fold=fold, start=start), as_json)


def _say(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**vars(outcome), "weights": str(outcome.weights)}))
    else:
        typer.echo(f"{outcome.weights}: score {outcome.best_score:.4f} at {outcome.best_step}")


@app.command(epilog="Example: foreseye-train quality --data ../shared/data --run runs/quality")
def quality(
    data: Data,
    run: Run,
    fold: Fold = None,
    cross_validate: Annotated[
        bool, typer.Option("--cross-validate", help="Also judge five gates, each on its fold.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fit the quality gate: what can be read, and the defects of what cannot."""
    from training.quality.run import train_quality

    report = train_quality(data, run, fold, cross_validate)
    typer.echo(json.dumps(report, indent=None if as_json else 2))


app.command(epilog=evaluation.EXAMPLE)(evaluation.evaluate)
app.command(epilog=reading_signs.EXAMPLE)(reading_signs.signs)
app.command(epilog=reading_signs.JUDGE_EXAMPLE)(reading_signs.judge_photographs)
app.command(epilog=forecasting.EXAMPLE)(forecasting.forecast)
app.command(epilog=forecasting.PHOTOGRAPHS_EXAMPLE)(forecasting.forecast_photographs)
app.command(epilog=forecasting.JUDGE_EXAMPLE)(forecasting.judge_forecast)
app.command(epilog=judging_outcomes.EXAMPLE)(judging_outcomes.judge_outcomes)
app.command(epilog=progressing.EXAMPLE)(progressing.progression)
app.command(epilog=progressing.JUDGE_EXAMPLE)(progressing.judge_progression)
app.command(epilog=progressing.VISITS_EXAMPLE)(progressing.judge_visits)
app.command(epilog=command.COHORT_EXAMPLE)(command.cohort)
app.command(epilog=command.CHECK_EXAMPLE)(command.check_cohort)


app.command(epilog=repeatability_command.EXAMPLE)(repeatability_command.repeatability)
app.command(epilog=worth.EXAMPLE)(worth.drawn_worth)
app.command(epilog=realism_command.EXAMPLE)(realism_command.realism)


def main() -> None:
    """Run the command line; a refusal is one sentence and exit code 1."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # tensorboard's own chatter
    try:
        app()
    except ForeseyeError as error:
        console.print(f"[bold red]{error.public_message}[/] {error}", highlight=False)
        raise SystemExit(1) from None
