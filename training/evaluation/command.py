"""`foreseye-train evaluate`: bundles, or what `foreseye screen` wrote, against the truth."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.cohort import Role
from edge_runtime.durable import make_folder
from edge_runtime.settings import settings_from

if TYPE_CHECKING:
    from edge_runtime.pipeline import Pipeline

EXAMPLE = (
    "Example: foreseye-train evaluate edge_runtime/reference_bundle --data ../shared/data "
    "--out runs/evaluation"
)

Bundles = Annotated[
    list[Path] | None,
    typer.Argument(metavar="BUNDLE...", help="Bundle folders; several are cross-validation."),
]
Data = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="FORESEYE_DATA",
        help="Folder of photographs with photographs.csv, or the root of --manifest.",
        exists=True,
        file_okay=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder for evaluation.json, its page, predictions and cases."),
]
ManifestOption = Annotated[
    Path | None,
    typer.Option(help="Judge this cohort manifest instead of the public sets.", exists=True),
]
Sets = Annotated[list[str] | None, typer.Option("--set", help="Only this set; may be repeated.")]
RoleOption = Annotated[Role, typer.Option(help="Whose photographs are judged.")]
Against = Annotated[
    Path | None,
    typer.Option(help="Folder of another evaluation; differences are paired by photograph."),
]
Results = Annotated[
    Path | None,
    typer.Option(
        help="Judge this folder that `foreseye screen` wrote, and no bundle.", exists=True
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def evaluate(
    data: Data,
    bundles: Bundles = None,
    out: Out = None,
    role: RoleOption = Role.TEST,
    manifest: ManifestOption = None,
    only: Sets = None,
    against: Against = None,
    results: Results = None,
    as_json: Json = False,
) -> None:
    """Judge bundles on people whom they did not learn from, baselines beside every figure.

    A plain bundle is judged on a role, fold bundles each on the fold that they held out, a bundle
    with left-out sets on those sets. A killed run goes on where it was.
    """
    if results is not None:
        if bundles or out or manifest or only or against:
            raise typer.BadParameter("--results is judged alone, with --data and --role")
        _show_written(data, results, role, as_json)
        return
    if not bundles or out is None:
        raise typer.BadParameter("give one or more bundles with --out DIR, or --results DIR")
    _judge(bundles, data, out, role, manifest, only, against, as_json)


def _show_written(data: Path, results: Path, role: Role, as_json: bool) -> None:
    from training.evaluation.written_masks import in_words, judge_written

    metrics = judge_written(data, results, role.value)
    if as_json:
        typer.echo(json.dumps([metric.model_dump(mode="json") for metric in metrics]))
    else:
        typer.echo(in_words(metrics))


def _judge(
    bundles: Sequence[Path],
    data: Path,
    out: Path,
    role: Role,
    manifest: Path | None,
    only: Sequence[str] | None,
    against: Path | None,
    as_json: bool,
) -> None:
    from training.evaluation.cases import write_cases
    from training.evaluation.evaluating import PAGE_FILE, evaluate_bundles, num_judged
    from training.evaluation.planning import cohort_rows
    from training.evaluation.written_masks import in_words

    make_folder(out)
    rows = cohort_rows(data, out, manifest, only)
    with _opened(bundles) as pipelines:
        total = num_judged([pipeline.bundle for pipeline in pipelines], rows, role)
        with progress_bar("Judging", total) as show:
            judged = evaluate_bundles(pipelines, rows, data, out, role, against, show)
    cases = write_cases(judged.predictions, rows, data, out)
    if as_json:
        typer.echo(judged.evaluation.to_json())
        return
    typer.echo(in_words([m for metrics in judged.evaluation.metrics.values() for m in metrics]))
    typer.echo(f"{out / PAGE_FILE}\n{cases} (photographs: for this machine only)")


@contextmanager
def _opened(bundles: Sequence[Path]) -> Iterator[list[Pipeline]]:
    """Yield a ready pipeline a bundle, and close them. Raises a BundleError or InferenceError."""
    from edge_runtime.pipeline import Pipeline

    settings = settings_from(os.environ)
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(Pipeline.open(replace(settings, bundle=str(bundle)))))
            for bundle in bundles
        ]
