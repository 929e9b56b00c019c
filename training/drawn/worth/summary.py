"""Turns cells into the table: means over seeds, intervals over persons, paired differences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from training.bootstrap import interval_95
from training.drawn.worth.record import Cell, CellResult, Difference, Figure, Worth
from training.drawn.worth.teaching import LEVELS, Subject, Teacher

ALIKE_FOR_ALL = [
    "Cropped to the field and resized as the networks of foreseye see it.",
    f"Each colour's 5th, 50th and 95th percentile in the field moved to {LEVELS} (red, green, "
    "blue); beside the colours the network sees them with local light and contrast evened out.",
    "Shown at another zoom, turn and place, mirrored half of the time, under another camera's "
    "colour, exposure, shading, focus and noise.",
    "The network that is judged is the last step's moving average; no step was picked.",
    "The cut is the one with the best mean F1 on the people tuned on.",
]


def summarised(
    results: Sequence[CellResult], budget: str, seeds: int, recipes: dict[str, dict[str, Any]]
) -> Worth:
    """Return the table of all cells."""
    grouped: dict[tuple[str, str, bool], list[CellResult]] = {}
    for result in results:
        key = (result.subject, result.taught_by, result.seed is None)
        grouped.setdefault(key, []).append(result)
    return Worth(
        budget=budget,
        seeds=seeds,
        recipes=recipes,
        alike_for_all=ALIKE_FOR_ALL,
        cells=[_cell(group) for group in grouped.values()],
        differences=list(_differences(grouped)),
    )


def _cell(group: Sequence[CellResult]) -> Cell:
    first = group[0]
    return Cell(
        subject=first.subject,
        taught_by=first.taught_by,
        baseline=first.seed is None,
        without_a_field=first.without_a_field,
        learned=first.learned,
        tuned=first.tuned,
        figures=[_figure(judged_on, figure, group) for judged_on, figure in _columns(first)],
    )


def _figure(judged_on: str, figure: str, group: Sequence[CellResult]) -> Figure:
    values_SN, persons = _values(group, judged_on, figure)
    mean_N = values_SN.mean(axis=0)
    return Figure(
        judged_on=judged_on,
        figure=figure,
        mean=float(mean_N.mean()),
        interval_95=interval_95(mean_N.tolist(), persons),
        by_seed=values_SN.mean(axis=1).tolist(),
        people=len(set(persons)),
        photographs=len(persons),
    )


def _differences(
    grouped: dict[tuple[str, str, bool], list[CellResult]],
) -> Iterable[Difference]:
    """Yield what drawn eyes add to real ones, and how far drawn eyes alone are from real ones."""
    for subject in Subject:
        for better, than in ((Teacher.BOTH, Teacher.REAL), (Teacher.DRAWN, Teacher.REAL)):
            ours = grouped[subject.value, better.value, False]
            theirs = grouped[subject.value, than.value, False]
            for column in _columns(theirs[0]):
                yield _difference(subject, column, ours, theirs)


def _difference(
    subject: Subject,
    column: tuple[str, str],
    ours: Sequence[CellResult],
    theirs: Sequence[CellResult],
) -> Difference:
    our_SN, persons = _values(ours, *column)
    their_SN, same = _values(theirs, *column)
    assert persons == same  # the same photographs in the same order
    gained_N = our_SN.mean(axis=0) - their_SN.mean(axis=0)
    return Difference(
        subject=subject.value,
        judged_on=column[0],
        figure=column[1],
        better=ours[0].taught_by,
        than=theirs[0].taught_by,
        mean=float(gained_N.mean()),
        interval_95=interval_95(gained_N.tolist(), persons),
    )


def _columns(result: CellResult) -> list[tuple[str, str]]:
    return list(dict.fromkeys((c.judged_on, name) for c in result.cases for name in c.figures))


def _values(
    group: Sequence[CellResult], judged_on: str, figure: str
) -> tuple[np.ndarray, list[str]]:
    """Return a figure by seed and photograph, and whose photograph each is."""
    cases = [[case for case in cell.cases if case.judged_on == judged_on] for cell in group]
    values_SN = np.array([[case.figures[figure] for case in of_seed] for of_seed in cases])
    return values_SN, [case.person for case in cases[0]]
