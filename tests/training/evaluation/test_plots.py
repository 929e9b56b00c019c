"""Every kind of plot is drawn, repeatably, from predictions."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from edge_runtime.contracts.evaluation import Plot
from tests.training.evaluation.predictions import a_prediction
from training.evaluation.plot_data import plots_of
from training.evaluation.plot_drawing import DRAWN, svg_of
from training.evaluation.prediction import Prediction

pytestmark = pytest.mark.slow


def eyes(rng: np.random.Generator) -> list[Prediction]:
    """Sixty eyes with every truth and every output."""
    made = []
    for number in range(60):
        grade = number % 5
        p = rng.dirichlet(np.ones(5) + 3 * np.eye(5)[grade])
        ratio = float(rng.uniform(0.3, 0.8))
        values = {f"dr__p{k}": float(p[k]) for k in range(5)}
        eye = a_prediction(
            str(number),
            truth__dr_grade=grade,
            truth__maculopathy=grade > 3,
            truth__gradable=grade > 0,
            truth__cdr_vertical=ratio,
            cdr_vertical=ratio + float(rng.normal(0, 0.05)),
            gradable__probability=float(rng.random()),
            referable__probability=float(p[2:].sum()),
            maculopathy__probability=float(p[4]),
            **values,
        )
        counts = rng.integers(1, 50, (2, 256)).tolist()
        histograms = {"vessel_true": counts[0], "vessel_other": counts[1]}
        made += [replace(eye, histograms=histograms), replace(eye, copy="phone")]
    return made


@pytest.fixture
def plots(rng: np.random.Generator) -> list[Plot]:
    return plots_of(eyes(rng))


def test_every_kind_of_plot_of_photographs_has_its_numbers(plots: list[Plot]):
    assert {plot.kind for plot in plots} == set(DRAWN) - {"incidence"}  # that is of people
    assert all((plot.people, plot.photographs) == (60, 60) for plot in plots)


def test_every_plot_becomes_sound_svg_with_ids_of_its_own(plots: list[Plot]):
    ids: list[str] = []
    for plot in plots:
        root = ElementTree.fromstring(svg_of(plot))
        ids += [element.attrib["id"] for element in root.iter() if "id" in element.attrib]

    assert len(ids) == len(set(ids))


def test_the_same_numbers_give_the_same_bytes(plots: list[Plot]):
    assert svg_of(plots[0]) == svg_of(plots[0])


def test_the_confusion_matrix_counts_each_photograph_once(plots: list[Plot]):
    (confusion,) = [plot for plot in plots if plot.kind == "confusion"]

    assert sum(sum(row.y) for row in confusion.series) == 60
    assert [sum(row.y) for row in confusion.series] == [12] * 5


def test_telephone_copies_have_a_curve_of_their_own(plots: list[Plot]):
    referable = next(plot for plot in plots if plot.title == "Referable DR")

    assert [line.name.split(",")[0] for line in referable.series] == [
        "as photographed",
        "telephone copies",
    ]


def test_nothing_known_gives_no_plot():
    assert plots_of([a_prediction("1")]) == []
