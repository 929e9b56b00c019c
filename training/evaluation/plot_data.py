"""The numbers behind the plots: drawn from predictions once, and kept in evaluation.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from edge_runtime.contracts.bundle import ModelName
from edge_runtime.contracts.evaluation import Plot, Series
from training.evaluation.copies import PHONE
from training.evaluation.findings_figures import (
    NUM_GRADES,
    is_referable,
    said_grades,
    with_maculopathy,
)
from training.evaluation.prediction import Prediction
from training.evaluation.sheet import Sheet
from training.evaluation.statistics import (
    Numbers,
    area_of_counts,
    area_under_curve,
    limits_of_agreement,
    net_benefit,
    reliability,
    roc_of_counts,
    roc_points,
)

MOST_POINTS = 201
BINS = 20
THRESHOLDS = np.linspace(0.02, 0.6, 30)
MIN_CASES = 10
"""Of each kind: a curve of fewer is noise."""

Truth = Callable[[Sheet], np.ndarray]


def plots_of(predictions: Sequence[Prediction]) -> list[Plot]:
    """Return every plot that the predictions allow, in the order in which to show them."""
    originals = [p for p in predictions if not p.copy]
    phone = [p for p in predictions if p.copy == PHONE and p.status == "read"]
    plots: list[Plot] = []
    plots += _quality(originals)
    for set_name in dict.fromkeys(p.set for p in originals):
        of_set = Sheet([p for p in originals if p.set == set_name])
        copies = Sheet([p for p in phone if p.set == set_name])
        plots += _vessels(of_set, set_name)
        plots += _cup_to_disc(of_set, set_name)
        plots += _binary(
            of_set, copies, set_name, "referable", "Referable DR", "truth.dr_grade", is_referable
        )
        plots += _grades(of_set, set_name)
        plots += _binary(
            of_set,
            copies,
            set_name,
            "maculopathy",
            "Maculopathy",
            "truth.maculopathy",
            with_maculopathy,
        )
    return plots


def _plot(
    sheet: Sheet, kind: str, model: ModelName, title: str, set_name: str, **more: object
) -> Plot:
    return Plot.model_validate(
        {
            "kind": kind,
            "model": model,
            "title": title,
            "set": set_name,
            "people": sheet.people,
            "photographs": len(sheet),
            **more,
        }
    )


def _quality(predictions: list[Prediction]) -> Iterator[Plot]:
    graded = Sheet(predictions).with_columns("truth.gradable")
    truth_N = graded.column("truth.gradable") > 0.5
    if not len(graded) or truth_N.all() or not truth_N.any():
        return
    score_N = graded.column("gradable.probability")
    where = ", ".join(dict.fromkeys(p.set for p in graded.predictions))
    area = area_under_curve(score_N, truth_N)
    yield _plot(
        graded,
        "roc",
        "quality",
        "Good against the rest",
        where,
        x_label="Bad or no fundus, but accepted",
        y_label="Good and accepted",
        series=[_thinned(f"gate, AUC {area:.3f}", *roc_points(score_N, truth_N))],
    )
    yield _distribution(
        graded,
        "quality",
        "Probability of being gradable",
        where,
        {"good": score_N[truth_N], "bad or no fundus": score_N[~truth_N]},
    )


def _vessels(sheet: Sheet, set_name: str) -> Iterator[Plot]:
    judged = sheet.where(lambda p: "vessel_true" in p.histograms)
    if not len(judged):
        return
    lines = [_pooled(judged, "vessel", "network")]
    if all("filter_true" in p.histograms for p in judged.predictions):
        lines.append(_pooled(judged, "filter", "classical filter"))
    yield _plot(
        judged,
        "roc",
        "anatomy",
        "Vessel pixels, all photographs pooled",
        set_name,
        x_label="Other pixels called vessel",
        y_label="Vessel pixels found",
        series=lines,
        note="The figure in the table is the mean of the photographs' own AUC.",
    )
    true_V, other_V = _summed(judged, "vessel")
    bins = np.array_split(np.arange(256), 10)
    counts = [(true_V[part].sum(), (true_V + other_V)[part].sum(), part) for part in bins]
    kept = [(t / n, float(np.mean(part)) / 255.0) for t, n, part in counts if n]
    yield _plot(
        judged,
        "reliability",
        "anatomy",
        "Vessel probability against truth, by pixel",
        set_name,
        x_label="Probability said",
        y_label="Share that is vessel",
        series=[Series(name="network", x=[x for _, x in kept], y=[y for y, _ in kept])],
        note="Shifted on tuning people so that a cut at 0.5 gives the best F1.",
    )


def _cup_to_disc(sheet: Sheet, set_name: str) -> Iterator[Plot]:
    judged = sheet.with_columns("cdr_vertical", "truth.cdr_vertical")
    if len(judged) < 3:
        return
    said_N, truth_N = judged.column("cdr_vertical"), judged.column("truth.cdr_vertical")
    limits = limits_of_agreement(said_N, truth_N)
    mean_N, difference_N = (said_N + truth_N) / 2.0, said_N - truth_N
    yield _plot(
        judged,
        "bland_altman",
        "anatomy",
        "Vertical cup-to-disc ratio, Bland-Altman",
        set_name,
        x_label="Mean of network and experts",
        y_label="Network less experts",
        series=[
            Series(name="photographs", x=mean_N.tolist(), y=difference_N.tolist()),
            *(
                Series(name=name, x=[], y=[value])
                for name, value in (
                    ("bias", limits.bias),
                    ("lower limit", limits.low),
                    ("upper limit", limits.high),
                )
            ),
        ],
        note=f"Bias {limits.bias:+.3f}, 95 % limits of agreement {limits.low:+.3f} to "
        f"{limits.high:+.3f}.",
    )


def _binary(
    sheet: Sheet, copies: Sheet, set_name: str, name: str, title: str, column: str, truth: Truth
) -> Iterator[Plot]:
    judged = sheet.with_columns(f"{name}.probability", column)
    truth_N = truth(judged)
    if min(truth_N.sum(), (~truth_N).sum()) < MIN_CASES:
        return
    score_N = judged.column(f"{name}.probability")
    lines = [_roc_line("as photographed", score_N, truth_N)]
    phone = copies.with_columns(f"{name}.probability", column)
    phone_truth_N = truth(phone)
    if len(phone) and phone_truth_N.any() and not phone_truth_N.all():
        score_of_phone_N = phone.column(f"{name}.probability")
        lines.append(_roc_line("telephone copies", score_of_phone_N, phone_truth_N))
    yield _plot(
        judged,
        "roc",
        "findings",
        title,
        set_name,
        x_label="1 - specificity",
        y_label="Sensitivity",
        series=lines,
    )
    bins = reliability(score_N, truth_N)
    yield _plot(
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
    yield _distribution(
        judged,
        "findings",
        f"{title}: probabilities",
        set_name,
        {"has it": score_N[truth_N], "has it not": score_N[~truth_N]},
    )
    yield _decision_curve(judged, title, set_name, score_N, truth_N)


def _decision_curve(
    judged: Sheet, title: str, set_name: str, score_N: Numbers, truth_N: np.ndarray
) -> Plot:
    share, at = float(truth_N.mean()), THRESHOLDS
    gained = [net_benefit(score_N, truth_N, float(t)) for t in at]
    everybody = share - (1.0 - share) * at / (1.0 - at)
    return _plot(
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
    yield _plot(
        judged,
        "confusion",
        "findings",
        "Grade of diabetic retinopathy",
        set_name,
        x_label="Most probable grade",
        y_label="True grade",
        series=[Series(name=f"grade {k}", x=steps, y=row.tolist()) for k, row in enumerate(table)],
    )


def _distribution(
    sheet: Sheet, model: ModelName, title: str, set_name: str, groups: dict[str, Numbers]
) -> Plot:
    edges = np.linspace(0.0, 1.0, BINS + 1)
    middles = ((edges[:-1] + edges[1:]) / 2.0).tolist()
    return _plot(
        sheet,
        "distribution",
        model,
        title,
        set_name,
        x_label="Probability",
        y_label="Photographs",
        series=[
            Series(
                name=f"{name} ({len(values)})",
                x=middles,
                y=np.histogram(values, edges)[0].astype(float).tolist(),
            )
            for name, values in groups.items()
        ],
    )


def _roc_line(name: str, score_N: Numbers, truth_N: np.ndarray) -> Series:
    area = area_under_curve(score_N, truth_N)
    return _thinned(f"{name}, AUC {area:.3f}", *roc_points(score_N, truth_N))


def _summed(sheet: Sheet, name: str) -> tuple[np.ndarray, np.ndarray]:
    true_V = np.sum([p.histograms[f"{name}_true"] for p in sheet.predictions], axis=0)
    other_V = np.sum([p.histograms[f"{name}_other"] for p in sheet.predictions], axis=0)
    return true_V, other_V


def _pooled(sheet: Sheet, histogram: str, name: str) -> Series:
    true_V, other_V = _summed(sheet, histogram)
    area = area_of_counts(true_V, other_V)
    return _thinned(f"{name}, pooled AUC {area:.3f}", *roc_of_counts(true_V, other_V))


def _thinned(name: str, x_N: Numbers, y_N: Numbers) -> Series:
    """Return a line with at most MOST_POINTS points, its ends among them."""
    every = np.unique(np.linspace(0, len(x_N) - 1, min(len(x_N), MOST_POINTS)).round().astype(int))
    return Series(name=name, x=np.round(x_N[every], 5).tolist(), y=np.round(y_N[every], 5).tolist())
