"""`foreseye-train judge-outcomes`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge_runtime.contracts.cohort import Role
from edge_runtime.durable import make_folder

EXAMPLE = (
    "Example: foreseye-train judge-outcomes edge_runtime/reference_bundle --cohort cohorts/mine "
    "--out runs/outcomes"
)
Roles = Annotated[
    list[Role] | None, typer.Option("--role", help="Whose people; repeatable. All where not given.")
]


def judge_outcomes(
    bundle: Annotated[Path, typer.Argument(help="A bundle with a forecast model.", exists=True)],
    cohort: Annotated[
        list[Path],
        typer.Option(
            help="Folder with cohort.parquet and outcomes.parquet; repeatable.", exists=True
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for evaluation.json and its page.")],
    role: Roles = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print evaluation.json.")] = False,
) -> None:
    """Judge a bundle's forecasts by what came to people who taught it nothing.

    Uno's C, area under the curve, integrated Brier, calibration and net benefit at five years,
    death first competing, age and sex alone beside each.
    """
    from training.evaluation.evaluating import write_evaluation
    from training.forecast.telling import in_words
    from training.outcomes.judging import judged_outcomes

    cohorts = [(folder, of) for folder in cohort for of in role or Role]
    evaluation = judged_outcomes(bundle, cohorts)
    path = write_evaluation(make_folder(out), evaluation)
    if as_json:
        typer.echo(path.read_text(encoding="utf-8"))
    else:
        typer.echo(in_words(evaluation.subgroups["forecast"]))
        for missing in {missing.reason: None for missing in evaluation.missing}:
            typer.echo(f"not judged: {missing}")
