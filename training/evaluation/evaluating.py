"""Judges bundles from photographs to evaluation.json, its page, and the local pages of cases.

OUT/evaluation.json   every figure, and the numbers behind every plot
OUT/evaluation.html   the page for people: no photograph on it, so it may be sealed
OUT/predictions.parquet   one row a photograph (and copy); nothing below runs a model again
OUT/screened/         what `foreseye screen` writes for each photograph
OUT/cases/            worst and best cases with overlays: photographs, so local only
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime import __version__
from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import Split
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.evaluation import (
    EVALUATION_FILE,
    Comparison,
    Evaluation,
    JudgedBundle,
    JudgedSet,
    MissingFigure,
)
from edge_runtime.domain import Evidence
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.pipeline import Pipeline
from training.cohort import drimdb
from training.errors import CohortError
from training.evaluation.beside import Beside, beside_of
from training.evaluation.comparison import paired_differences
from training.evaluation.copies import copies_of, predicted_copies, spoilt_rows
from training.evaluation.figures import FIGURES
from training.evaluation.measuring import Context, measured, people_and_photographs, weakest
from training.evaluation.page import evaluation_page
from training.evaluation.planning import Judging, evidence_on, planned
from training.evaluation.plot_data import plots_of
from training.evaluation.prediction import (
    Prediction,
    append_line,
    kept_predictions,
    read_predictions,
    write_predictions,
)
from training.evaluation.reading import predicted

PAGE_FILE = "evaluation.html"
AGE_AND_SEX = "age_and_sex"

Show = Callable[[int], None]
"""Takes how many photographs are done by now."""


@dataclass(frozen=True)
class Judged:
    """What came of an evaluation."""

    evaluation: Evaluation
    predictions: list[Prediction]


def evaluate_bundles(
    pipelines: Sequence[Pipeline],
    rows: Sequence[ManifestRow],
    data: Path,
    out: Path,
    role: Role = Role.TEST,
    against: Path | None = None,
    show: Show = lambda _: None,
    copies: bool = True,
) -> Judged:
    """Judge each bundle on those whom it did not learn from; write the evaluation into `out`.

    A killed run goes on where it was; a finished one is only computed anew. `against` is the
    folder of another evaluation; without `copies` no degraded copies are judged.
    Raises CohortError, ManifestError, InferenceError, OutputError.
    """
    make_folder(out)
    split, judgings = planned([pipeline.bundle for pipeline in pipelines], rows, role)
    kept = kept_predictions(out)
    predictions: list[Prediction] = []
    notes: list[str] = []
    done = 0
    for pipeline, judging in zip(pipelines, judgings, strict=True):
        beside = beside_of(judging.tune, judging.train, data)
        notes += _notes(judging, beside)
        for of_row in _predictions(pipeline, judging.rows, data, out, beside, kept, copies):
            predictions += of_row
            done += 1
            show(done)
    write_predictions(predictions, out)
    evaluation = evaluation_of(predictions, judgings, pipelines, split, role, notes)
    if against is not None:
        evaluation = _set_against(evaluation, predictions, against)
    write_evaluation(out, evaluation)
    return Judged(evaluation, predictions)


def write_evaluation(folder: Path, evaluation: Evaluation) -> Path:
    """Write evaluation.json and its page, each whole or not at all; return the first."""
    path = folder / EVALUATION_FILE
    write_whole(path, evaluation.to_json() + "\n")
    write_whole(folder / PAGE_FILE, evaluation_page(evaluation))
    return path


def num_judged(bundles: Sequence[Bundle], rows: Sequence[ManifestRow], role: Role) -> int:
    """Return how many photographs an evaluation will judge. Raises CohortError as it would."""
    return sum(len(judging.rows) for judging in planned(bundles, rows, role)[1])


def evaluation_of(
    predictions: Sequence[Prediction],
    judgings: Sequence[Judging],
    pipelines: Sequence[Pipeline],
    split: Split,
    role: Role,
    notes: Sequence[str],
) -> Evaluation:
    """Return the record of predictions that are there already."""

    def evidence_of(model: str, set_name: str, kind: str) -> Evidence:
        return weakest(evidence_on(j.bundle, model, set_name, kind) for j in judgings)

    whole, parts, missing = measured(predictions, FIGURES, Context(split, role, evidence_of))
    models = list(dict.fromkeys(figure.model for figure in FIGURES))
    model_of = {figure.name: figure.model for figure in FIGURES}
    return Evaluation(
        split=split,
        made_with={"foreseye": __version__},
        bundles=[_judged_bundle(pipeline) for pipeline in pipelines],
        sets=judged_sets(predictions),
        metrics={m: [x for x in whole if model_of[x.name] == m] for m in models},
        subgroups={m: [x for x in parts if model_of[x.name] == m] for m in models},
        missing=[*missing, *_age_and_sex(predictions)],
        definitions={figure.name: figure.definition for figure in FIGURES},
        plots=plots_of(predictions),
        notes=list(dict.fromkeys(notes)),
    )


def judged_sets(predictions: Sequence[Prediction]) -> list[JudgedSet]:
    """Return how many of each set were judged and refused, copies not counted."""
    found = []
    originals = [p for p in predictions if not p.copy]
    for name in dict.fromkeys(p.set for p in originals):
        of_set = [p for p in originals if p.set == name]
        people, photographs = people_and_photographs(of_set)
        by_status = [p.status for p in of_set]
        found.append(
            JudgedSet(
                set=name,
                terms="; ".join(sorted({p.terms for p in of_set})),
                people=people,
                photographs=photographs,
                read=by_status.count("read"),
                ungradable=by_status.count("ungradable"),
                unreadable=by_status.count("unreadable"),
            )
        )
    return found


def _predictions(
    pipeline: Pipeline,
    rows: Sequence[ManifestRow],
    data: Path,
    out: Path,
    beside: Beside,
    kept: dict[tuple[str, str, str], Prediction],
    with_copies: bool,
) -> Iterator[list[Prediction]]:
    """Yield the predictions of each row, its copies with it; those kept are not made again."""
    with_defects = spoilt_rows(rows)
    sha256 = pipeline.bundle.sha256
    for row in rows:
        original = kept.get((sha256, row.photograph, ""))
        if original is None:
            original = predicted(pipeline, row, data, out, beside)
            append_line(original, out)
        copies: list[str] = []
        if with_copies:
            copies = copies_of(pipeline, row, original, row.photograph in with_defects)
        missing = [copy for copy in copies if (sha256, row.photograph, copy) not in kept]
        made = [original]
        made += [kept[sha256, row.photograph, c] for c in copies if c not in missing]
        for copy in predicted_copies(pipeline, row, data, original, missing):
            append_line(copy, out)
            made.append(copy)
        yield made


def _judged_bundle(pipeline: Pipeline) -> JudgedBundle:
    manifest = pipeline.bundle.manifest
    return JudgedBundle(
        bundle=pipeline.bundle.identity,
        models=pipeline.models,
        held_out_fold=manifest.held_out_fold,
        left_out_sets=manifest.left_out_sets,
    )


def _set_against(
    evaluation: Evaluation, predictions: list[Prediction], against: Path
) -> Evaluation:
    other = Evaluation.model_validate_json((against / EVALUATION_FILE).read_text(encoding="utf-8"))
    if other.split != evaluation.split:
        raise CohortError(f"{against} was judged on {other.split}, this on {evaluation.split}")
    differences = paired_differences(predictions, read_predictions(against))
    comparison = Comparison(bundles=other.bundles, differences=differences)
    return evaluation.model_copy(update={"comparison": comparison})


def _notes(judging: Judging, beside: Beside) -> list[str]:
    notes = []
    if any(row.set == drimdb.SET for row in judging.rows):
        notes.append(
            f"{drimdb.SET} states no persons: each group of its photographs stands for one, so its "
            "intervals may be too narrow."
        )
    fold = judging.bundle.manifest.held_out_fold
    where = "" if fold is None else f" (fold {fold} held out)"
    tuned = beside.vessel_filter
    if tuned is not None:
        notes.append(
            f"Classical ridge filter{where}: scales `{tuned.scales}`, cut {tuned.cut} of 255, "
            f"chosen for the best F1 on {tuned.photographs} photographs of tuning people."
        )
    if beside.usual_cdr is not None:
        notes.append(
            f"The usual vertical cup-to-disc ratio{where} is {beside.usual_cdr:.3f}, the mean of "
            "tuning people."
        )
    return notes


def _age_and_sex(predictions: Sequence[Prediction]) -> list[MissingFigure]:
    """Return why no finding is read against age and sex alone; nothing where one is."""
    graded = [p for p in predictions if "truth.dr_grade" in p.values]
    if any("referable.age_and_sex" in p.values for p in graded):
        return []
    reason = "no set with grades of diabetic retinopathy states age and sex of enough people"
    return [MissingFigure(model="findings", name=AGE_AND_SEX, reason=reason)]
