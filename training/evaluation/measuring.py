"""Figures to metrics: for each set, for its subgroups and copies, with people and intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.bundle import Beside, Metric, ModelName, Split
from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.evaluation import MissingFigure
from edge_runtime.domain import Evidence
from training.evaluation.copies import PHONE
from training.evaluation.figure import Figure
from training.evaluation.prediction import Prediction
from training.evaluation.sheet import Sheet, interval_95

MIN_PEOPLE = 5
"""A subgroup of fewer people is not shown: its interval would say nothing."""

PHONE_NAME = "telephone"
COPIES = "degraded copies of all sets"
"""What stands for the set where a figure is measured on copies of photographs of all sets."""

EvidenceOf = Callable[[str, str, str], Evidence]
"""Model, set and kind of photographs to evidence."""

Subgroup = dict[str, str]


@dataclass(frozen=True)
class Context:
    """What every metric of one evaluation shares."""

    split: Split
    role: Role
    evidence_of: EvidenceOf


def measured(
    predictions: Sequence[Prediction], figures: Iterable[Figure], context: Context
) -> tuple[list[Metric], list[Metric], list[MissingFigure]]:
    """Return the metrics of sets, those of subgroups, and what could not be measured and why."""
    figures = list(figures)
    silent = {m for m in {f.model for f in figures} if not _says_anything(predictions, m)}
    whole: list[Metric] = []
    parts: list[Metric] = []
    missing: list[MissingFigure] = []
    for figure in figures:
        of_figure = list(_whole_sets(predictions, figure, context))
        whole += of_figure
        parts += _parts(predictions, figure, context)
        if not of_figure and not figure.only_defects:
            reason = _why_missing(predictions, figure)
            if figure.model in silent:
                reason = f"the bundle holds no {figure.model} model"
            missing.append(MissingFigure(model=figure.model, name=figure.name, reason=reason))
    return whole, parts, missing


def _whole_sets(
    predictions: Sequence[Prediction], figure: Figure, context: Context
) -> Iterator[Metric]:
    """Yield one metric a set; what is measured on copies alone has one over all sets."""
    chosen = rows_for(predictions, figure)
    if figure.only_defects:
        yield from _metric(Sheet(chosen), figure, context, COPIES, None)
        return
    for set_name in _sets(chosen):
        of_set = [p for p in chosen if p.set == set_name]
        yield from _metric(Sheet(of_set), figure, context, set_name, None)


def _parts(predictions: Sequence[Prediction], figure: Figure, context: Context) -> Iterator[Metric]:
    chosen = rows_for(predictions, figure)
    if figure.only_defects:
        for defect in dict.fromkeys(p.copy for p in chosen):
            part = [p for p in chosen if p.copy == defect]
            yield from _metric(Sheet(part), figure, context, COPIES, {"defect": defect})
        return
    for set_name in _sets(chosen):
        of_set = [p for p in chosen if p.set == set_name]
        for subgroup, part in _subgroups(of_set):
            if Sheet(part).people >= MIN_PEOPLE:
                yield from _metric(Sheet(part), figure, context, set_name, subgroup)
    if figure.copies != "none":
        phone = rows_for(predictions, figure, PHONE)
        for set_name in _sets(phone):
            of_set = [p for p in phone if p.set == set_name]
            yield from _metric(Sheet(of_set), figure, context, set_name, {"copy": PHONE_NAME})


def rows_for(predictions: Iterable[Prediction], figure: Figure, copy: str = "") -> list[Prediction]:
    """Return the predictions that count for a figure, refused ones with them."""
    kept = [p for p in predictions if figure.keep(p) and _is_copy(p, figure, copy)]
    if copy == PHONE and figure.copies == "passing":
        kept = [p for p in kept if p.status == "read"]
    wanted = figure.truth or figure.needs
    return [p for p in kept if all(name in p.values for name in wanted)]


def measure(sheet: Sheet, figure: Figure) -> float:
    """Return a figure on the rows of a sheet that have what it needs; NaN where none has."""
    judged = sheet.with_columns(*figure.needs)
    return figure.statistic(judged) if len(judged) else float("nan")


def _is_copy(prediction: Prediction, figure: Figure, copy: str) -> bool:
    if figure.only_defects:
        return prediction.copy not in ("", PHONE)
    return prediction.copy == copy


def _metric(
    sheet: Sheet, figure: Figure, context: Context, set_name: str, subgroup: Subgroup | None
) -> Iterator[Metric]:
    if not len(sheet):
        return
    judged = sheet.with_columns(*figure.needs)
    value = measure(judged, figure)
    if math.isnan(value):
        return
    known = [(c, c.statistic(judged)) for c in figure.comparators]
    known = [(c, number) for c, number in known if not math.isnan(number)]
    first = next((pair for pair in known if pair[0].kind == "baseline"), None)
    others = [
        Beside(name=c.name, value=number, kind=c.kind)
        for c, number in known
        if (c, number) != first
    ]
    kinds = {p.evidence_kind for p in sheet.predictions}
    sets = {p.set for p in sheet.predictions}
    yield Metric(
        name=figure.name,
        value=value,
        interval_95=interval_95(judged, figure.statistic, figure.proportion),
        set=set_name,
        role=context.role,
        split=context.split,
        subgroup=subgroup,
        people=sheet.people,
        photographs=len(sheet),
        refused=sheet.refused,
        baseline=None if first is None else first[1],
        baseline_name=None if first is None else first[0].name,
        beside=others or None,
        evidence=weakest(context.evidence_of(figure.model, s, k) for s in sets for k in kinds),
    )


def weakest(evidence: Iterable[Evidence]) -> Evidence:
    """Return the least of several kinds of evidence: drawn, then internal, then external."""
    order = (Evidence.DRAWN, Evidence.INTERNAL, Evidence.EXTERNAL)
    return min(evidence, key=order.index)


def _subgroups(predictions: list[Prediction]) -> Iterator[tuple[Subgroup, list[Prediction]]]:
    """Yield the parts by camera and by eye, where a set has more than one of them."""
    for name in ("camera", "eye"):
        values = sorted({getattr(p, name) for p in predictions} - {None})
        if len(values) > 1:
            for value in values:
                part = [p for p in predictions if getattr(p, name) == value]
                yield {name: value}, part


def _sets(predictions: Iterable[Prediction]) -> list[str]:
    return list(dict.fromkeys(p.set for p in predictions))


def _says_anything(predictions: Iterable[Prediction], model: ModelName) -> bool:
    """Return whether any prediction holds an output of a model; only findings may be absent."""
    said = ("referable.probability", "maculopathy.probability")
    return model != "findings" or any(name in p.values for p in predictions for name in said)


def _why_missing(predictions: Sequence[Prediction], figure: Figure) -> str:
    chosen = rows_for(predictions, figure)
    if not chosen:
        return "no photograph that was judged has this truth"
    if len(Sheet(chosen).with_columns(*figure.needs)):
        return "the photographs that have the truth are all of one kind"
    if figure.needs[0].endswith(".judged"):
        return "the bundle states no threshold for it"
    return "the bundle gives no such output"


def people_and_photographs(predictions: Sequence[Prediction]) -> tuple[int, int]:
    """Return how many persons and photographs, copies not counted."""
    originals = [p for p in predictions if not p.copy]
    return len(np.unique([f"{p.set}/{p.person_id}" for p in originals])), len(originals)
