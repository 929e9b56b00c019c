"""The plots of the findings: ROC, calibration, probabilities, decision curve, confusion matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from edge_runtime.contracts.evaluation import Plot, Series
from training.evaluation.findings_figures import (
    NUM_GRADES,
    is_referable,
    said_grades,
    with_maculopathy,
)
from training.evaluation.plot_parts import distribution, plot, thinned
from training.evaluation.sheet import Sheet
from training.evaluation.statistics import (
    Numbers,
    area_under_curve,
    net_benefit,
    reliability,
    roc_points,
)

THRESHOLDS = np.linspace(0.02, 0.6, 30)
MIN_CASES = 10
"""Of each kind: a curve of fewer is noise."""

Truth = Callable[[Sheet], np.ndarray]


@dataclass(frozen=True)
class Condition:
    """A condition that is there or not, as predictions name it."""

    name: str
    """Of its probability: `referable.probability`."""
    title: str
    truth_column: str
    truth: Truth


REFERABLE = Condition("referable", "Referable DR", "truth.dr_grade", is_referable)
MACULOPATHY = Condition("maculopathy", "Maculopathy", "truth.maculopathy", with_maculopathy)


def findings_plots(sheet: Sheet, copies: Sheet, set_name: str) -> Iterator[Plot]:
    """Yield the plots of diabetic retinopathy and maculopathy of one set and its copies."""
    yield from _condition(sheet, copies, set_name, REFERABLE)
    yield from _grades(sheet, set_name)
    yield from _condition(sheet, copies, set_name, MACULOPATHY)


def _condition(sheet: Sheet, copies: Sheet, set_name: str, condition: Condition) -> Iterator[Plot]:
    score, title = f"{condition.name}.probability", condition.title
    judged = sheet.with_columns(score, condition.truth_column)
    truth_N, score_N = condition.truth(judged), judged.column(score)
    if min(truth_N.sum(), (~truth_N).sum()) < MIN_CASES:
        return
    yield plot(
        judged,
        "roc",
        "findings",
        title,
        set_name,
        x_label="1 - specificity",
        y_label="Sensitivity",
        series=_roc_lines(judged, copies.with_columns(score, condition.truth_column), condition),
    )
    bins = reliability(score_N, truth_N)
    yield plot(
        judged,
        "reliability",
        "findings",
        f"{title}: calibration",
        set_name,
        x_label="Probability said",
        y_label="Share that has it",
        series=[Series(name="model", x=[b.said for b in bins], y=[b.came_true for b in bins])],
        note=f"{len(bins)} bins of about {bins[0].count} photographs.",
    )
    groups = {"has it": score_N[truth_N], "has it not": score_N[~truth_N]}
    yield distribution(judged, "findings", f"{title}: probabilities", set_name, groups)
    yield _decision_curve(judged, title, set_name, score_N, truth_N)


def _roc_lines(judged: Sheet, copies: Sheet, condition: Condition) -> list[Series]:
    lines = []
    for name, sheet in (("as photographed", judged), ("telephone copies", copies)):
        truth_N = condition.truth(sheet)
        if truth_N.any() and not truth_N.all():
            score_N = sheet.column(f"{condition.name}.probability")
            area = area_under_curve(score_N, truth_N)
            lines.append(thinned(f"{name}, AUC {area:.3f}", *roc_points(score_N, truth_N)))
    return lines


def _decision_curve(
    judged: Sheet, title: str, set_name: str, score_N: Numbers, truth_N: np.ndarray
) -> Plot:
    share, at = float(truth_N.mean()), THRESHOLDS
    gained = [net_benefit(score_N, truth_N, float(t)) for t in at]
    everybody = share - (1.0 - share) * at / (1.0 - at)
    return plot(
        judged,
        "decision_curve",
        "findings",
        f"{title}: decision curve",
        set_name,
        x_label="Probability from which one refers",
        y_label="Net benefit",
        series=[
            Series(name="model", x=at.tolist(), y=gained),
            Series(name="refer everybody", x=at.tolist(), y=everybody.tolist()),
            Series(name="refer nobody", x=at.tolist(), y=[0.0] * len(at)),
        ],
    )


def _grades(sheet: Sheet, set_name: str) -> Iterator[Plot]:
    judged = sheet.with_columns("dr.p0", "truth.dr_grade")
    if not len(judged):
        return
    table = np.zeros((NUM_GRADES, NUM_GRADES))
    np.add.at(table, (judged.column("truth.dr_grade").astype(int), said_grades(judged)), 1)
    steps = [float(k) for k in range(NUM_GRADES)]
    yield plot(
        judged,
        "confusion",
        "findings",
        "Grade of diabetic retinopathy",
        set_name,
        x_label="Most probable grade",
        y_label="True grade",
        series=[Series(name=f"grade {k}", x=steps, y=row.tolist()) for k, row in enumerate(table)],
    )
