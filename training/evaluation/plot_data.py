"""The numbers behind the plots: drawn from predictions once, and kept in evaluation.json."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from edge_runtime.contracts.evaluation import Plot, Series
from training.evaluation.copies import PHONE
from training.evaluation.findings_plots import findings_plots
from training.evaluation.plot_parts import distribution, plot, thinned
from training.evaluation.prediction import Prediction
from training.evaluation.sheet import Sheet
from training.evaluation.statistics import (
    area_of_counts,
    area_under_curve,
    limits_of_agreement,
    roc_of_counts,
    roc_points,
)


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
        plots += findings_plots(of_set, copies, set_name)
    return plots


def _quality(predictions: list[Prediction]) -> Iterator[Plot]:
    graded = Sheet(predictions).with_columns("truth.gradable")
    truth_N = graded.column("truth.gradable") > 0.5
    if not len(graded) or truth_N.all() or not truth_N.any():
        return
    score_N = graded.column("gradable.probability")
    where = ", ".join(dict.fromkeys(p.set for p in graded.predictions))
    area = area_under_curve(score_N, truth_N)
    yield plot(
        graded,
        "roc",
        "quality",
        "Good against the rest",
        where,
        x_label="Bad or no fundus, but accepted",
        y_label="Good and accepted",
        series=[thinned(f"gate, AUC {area:.3f}", *roc_points(score_N, truth_N))],
    )
    yield distribution(
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
    yield plot(
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
    yield plot(
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
    yield plot(
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


def _summed(sheet: Sheet, name: str) -> tuple[np.ndarray, np.ndarray]:
    true_V = np.sum([p.histograms[f"{name}_true"] for p in sheet.predictions], axis=0)
    other_V = np.sum([p.histograms[f"{name}_other"] for p in sheet.predictions], axis=0)
    return true_V, other_V


def _pooled(sheet: Sheet, histogram: str, name: str) -> Series:
    true_V, other_V = _summed(sheet, histogram)
    area = area_of_counts(true_V, other_V)
    return thinned(f"{name}, pooled AUC {area:.3f}", *roc_of_counts(true_V, other_V))
