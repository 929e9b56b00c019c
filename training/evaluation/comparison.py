"""One evaluation against another, figure by figure, on the photographs that both judged.

Persons are drawn alike on both sides, so that what makes an eye hard does not widen the interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from edge_runtime.contracts.evaluation import PairedDifference
from training.evaluation.figure import Figure
from training.evaluation.figures import FIGURES
from training.evaluation.measuring import rows_for
from training.evaluation.prediction import Prediction
from training.evaluation.sheet import Sheet, interval_95


def paired_differences(
    own: Sequence[Prediction], other: Sequence[Prediction]
) -> list[PairedDifference]:
    """Return the differences (own less other) of every figure that both have, set by set."""
    found = []
    for figure in FIGURES:
        if figure.only_defects:
            continue
        left, right = _matched(rows_for(own, figure), rows_for(other, figure), figure)
        for set_name in dict.fromkeys(p.set for p in left):
            chosen = [i for i, p in enumerate(left) if p.set == set_name]
            pair = _pair(Sheet([left[i] for i in chosen]), Sheet([right[i] for i in chosen]))
            difference = _difference(figure, set_name, *pair)
            if difference is not None:
                found.append(difference)
    return found


def _matched(
    own: list[Prediction], other: list[Prediction], figure: Figure
) -> tuple[list[Prediction], list[Prediction]]:
    """Return the rows of the photographs that have what the figure needs on both sides."""

    def by_photograph(rows: list[Prediction]) -> dict[tuple[str, str], Prediction]:
        known = (p for p in rows if all(name in p.values for name in figure.needs))
        return {(p.set, p.photograph): p for p in known}

    left, right = by_photograph(own), by_photograph(other)
    both = [key for key in left if key in right]
    return [left[key] for key in both], [right[key] for key in both]


def _pair(own: Sheet, other: Sheet) -> tuple[Sheet, Sheet]:
    assert list(own.persons) == list(other.persons)
    return own, other


def _difference(figure: Figure, set_name: str, own: Sheet, other: Sheet) -> PairedDifference | None:
    value, against = figure.statistic(own), figure.statistic(other)
    if math.isnan(value) or math.isnan(against):
        return None
    # Rows of the other side are found by their place, which the draws carry along as a column.
    own = own.with_places()

    def difference(drawn: Sheet) -> float:
        places = drawn.column(Sheet.PLACE).astype(np.int64)
        return figure.statistic(drawn) - figure.statistic(other.at(places))

    interval = interval_95(own, difference)
    if interval is None:
        return None
    return PairedDifference(
        model=figure.model,
        name=figure.name,
        set=set_name,
        value=value,
        other=against,
        difference=value - against,
        interval_95=interval,
        people=own.people,
        photographs=len(own),
    )
