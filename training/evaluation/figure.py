"""What a figure is: a definition, on which photographs, a statistic, and what it is read against.

A figure is data. `measuring` turns each into metrics for sets, subgroups and pairs of evaluations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from edge_runtime.contracts.bundle import ModelName
from edge_runtime.contracts.evaluation import Definition
from training.evaluation.prediction import Prediction
from training.evaluation.sheet import Sheet, Statistic
from training.evaluation.statistics import area_under_curve

AS_BLANK = "a blank answer"
LEFT_OUT = "left out of this figure, and counted beside it"
AS_REFERRED = "referred, as a screening programme does"
AS_ZERO = "probability 0 where unreadable; the gate's own probability else"


Copies = Literal["none", "passing", "all"]


@dataclass(frozen=True)
class Comparator:
    """A number that the figure is read against, computed on the same photographs."""

    name: str
    statistic: Statistic
    kind: Literal["baseline", "peer"] = "baseline"


@dataclass(frozen=True)
class Figure:
    """One figure that every evaluation tries to measure."""

    name: str
    model: ModelName
    definition: Definition
    needs: tuple[str, ...]
    """Columns that the statistic reads."""
    statistic: Statistic
    comparators: tuple[Comparator, ...] = ()
    """The first is the baseline of the metric, the others stand beside it."""
    truth: tuple[str, ...] = ()
    """Columns that a photograph must have to count at all; one that has them but was refused is
    counted among the refused. Empty where `needs` says it."""
    keep: Callable[[Prediction], bool] = field(default=lambda _: True)
    proportion: bool = False
    """A share of photographs: at 0 or 1 its interval is the exact binomial one."""
    copies: Copies = "none"
    """On which telephone copies it is measured besides."""
    only_defects: bool = False
    """Measured on the copies with one defect each, and on nothing else."""


def mean_of(column: str) -> Statistic:
    """Return the statistic that is a column's mean."""
    return lambda sheet: float(np.nanmean(sheet.column(column))) if len(sheet) else float("nan")


def constant(value: float) -> Statistic:
    """Return the statistic that is always one number."""
    return lambda _: value


def beside(name: str, column: str, kind: Literal["baseline", "peer"] = "baseline") -> Comparator:
    """Return a comparator that is a column's mean; NaN where a photograph lacks it."""

    def statistic(sheet: Sheet) -> float:
        known = sheet.column(column)
        return float("nan") if np.isnan(known).any() else float(known.mean())

    return Comparator(name, statistic, kind)


def definition(
    title: str,
    in_words: str,
    refused: str,
    better: Literal["higher", "lower"] = "higher",
    scale: tuple[float, float] = (0.0, 1.0),
) -> Definition:
    """Return a definition; `refused` says how photographs that were refused count."""
    return Definition(
        title=title,
        in_words=in_words,
        refused_count_as=refused,
        better=better,
        lowest=scale[0],
        highest=scale[1],
    )


def auc(score: str, truth: str) -> Statistic:
    """Return the area under the ROC curve of one column for a truth of 0 or 1."""
    return lambda sheet: area_under_curve(sheet.column(score), sheet.column(truth) > 0.5)


CHANCE = Comparator("chance", constant(0.5))
ACCEPT_ALL = Comparator("every photograph accepted", constant(1.0))
