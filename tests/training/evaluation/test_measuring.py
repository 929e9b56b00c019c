"""Figures by hand: who counts, how the refused count, and what stands beside."""

from __future__ import annotations

import pytest

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Evidence
from tests.training.evaluation.predictions import a_prediction
from training.evaluation.comparison import paired_differences
from training.evaluation.figures import FIGURES
from training.evaluation.measuring import Context, measured, weakest
from training.evaluation.prediction import Prediction
from training.evaluation.sheet import Sheet, interval_95

CONTEXT = Context("test", Role.TEST, lambda *_: Evidence.INTERNAL)


def graded(person: str, grade: int, referable: float, **more: float) -> Prediction:
    rest = (1.0 - referable) / 2
    known = {
        "truth__dr_grade": grade,
        "referable__probability": referable,
        "referable__threshold": 0.5,
        "referable__judged": 1,
        "dr__p0": rest,
        "dr__p1": rest,
        "dr__p2": referable,
        "dr__p3": 0.0,
        "dr__p4": 0.0,
    }
    return a_prediction(person, "read", **{**known, **more})


EYES = [
    graded("1", 0, 0.1),
    graded("2", 0, 0.6),
    graded("3", 2, 0.7),
    graded("4", 2, 0.3),
    graded("5", 4, 0.9),
    a_prediction("6", "ungradable", truth__dr_grade=0, referable__judged=1),
    a_prediction("7", "ungradable", truth__dr_grade=3, referable__judged=1),
]


def metric(name: str, predictions: list[Prediction]) -> Metric:
    figures = [figure for figure in FIGURES if figure.name == name]
    (only,) = measured(predictions, figures, CONTEXT)[0]
    return only


def test_an_auc_leaves_the_refused_out_and_says_how_many():
    referable = metric("referable_auc", EYES)

    # Positives 0.7, 0.3, 0.9 against 0.1, 0.6: 2 + 1 + 2 of 6 pairs.
    assert referable.value == pytest.approx(5 / 6)
    assert (referable.people, referable.photographs, referable.refused) == (7, 7, 2)
    assert (referable.baseline, referable.baseline_name) == (0.5, "chance")


def test_who_was_refused_counts_as_referred():
    sensitivity = metric("referable_sensitivity", EYES)
    specificity = metric("referable_specificity", EYES)

    assert sensitivity.value == pytest.approx(3 / 4)  # 0.7, 0.9 and the refused one, of four
    assert specificity.value == pytest.approx(1 / 3)  # 0.1 of three
    assert sensitivity.baseline == pytest.approx(5 / 7)  # five of seven are referred
    assert specificity.baseline == pytest.approx(2 / 7)


def test_kappa_is_of_the_most_probable_grade():
    assert metric("dr_grade_kappa", [graded("1", 2, 0.9), graded("2", 0, 0.1)]).value == 1.0


def test_the_majority_stands_beside_the_accuracy():
    accuracy = metric("dr_grade_accuracy", EYES[:5])

    assert accuracy.value == pytest.approx(2 / 5)  # persons 1 and 3; 4 has p0 = p1 > p2
    assert accuracy.baseline == pytest.approx(2 / 5)


def test_a_share_of_one_is_not_shown_as_certain():
    good = [a_prediction(str(i), gradable__probability=0.9) for i in range(10)]

    accepted = metric("share_accepted", good)

    assert accepted.value == 1.0
    assert accepted.interval_95 == (pytest.approx(0.025**0.1), 1.0)  # Clopper-Pearson, 10 of 10


def test_a_figure_that_nobody_allows_is_missing_with_a_reason():
    _, _, missing = measured([a_prediction("1", vessel_f1=0.8)], FIGURES, CONTEXT)

    reasons = {figure.name: figure.reason for figure in missing}
    assert reasons["referable_auc"] == "the bundle holds no findings model"
    assert "no photograph" in reasons["disc_dice"]
    assert "vessel_f1" not in reasons


def test_a_part_needs_five_people():
    few = [a_prediction(str(i), gradable__probability=0.9) for i in range(12)]
    of_two = [Prediction(**{**vars(p), "camera": "A" if i < 8 else "B"}) for i, p in enumerate(few)]

    parts = measured(of_two, FIGURES, CONTEXT)[1]

    assert [(m.subgroup, m.people) for m in parts] == [({"camera": "A"}, 8)]


@pytest.mark.slow
def test_telephone_copies_are_judged_apart():
    copies = [Prediction(**{**vars(p), "copy": "phone"}) for p in EYES if p.status == "read"]

    whole, parts, _ = measured([*EYES, *copies], FIGURES, CONTEXT)

    assert next(m for m in whole if m.name == "referable_auc").photographs == 7
    of_copies = next(m for m in parts if m.name == "referable_auc")
    assert of_copies.subgroup == {"copy": "telephone"}
    assert of_copies.photographs == 5


def test_evidence_is_that_of_the_weakest_part():
    assert weakest([Evidence.EXTERNAL, Evidence.INTERNAL]) is Evidence.INTERNAL
    assert weakest([Evidence.EXTERNAL, Evidence.DRAWN]) is Evidence.DRAWN


def test_photographs_of_one_person_are_drawn_together():
    many = Sheet([a_prediction(str(i % 3), vessel_f1=i % 3) for i in range(30)])
    few = Sheet([a_prediction(str(i), vessel_f1=i) for i in range(3)])

    def mean(sheet: Sheet) -> float:
        return float(sheet.column("vessel_f1").mean())

    assert interval_95(many, mean) == interval_95(few, mean)


def test_a_paired_difference_is_narrower_than_either_side():
    own = [a_prediction(str(i), vessel_f1=0.5 + 0.04 * i) for i in range(10)]
    other = [a_prediction(str(i), vessel_f1=0.48 + 0.04 * i) for i in reversed(range(12))]

    (difference,) = paired_differences(own, other)

    assert difference.name == "vessel_f1"
    assert (difference.people, difference.photographs) == (10, 10)
    assert difference.difference == pytest.approx(0.02)
    assert difference.interval_95 == (pytest.approx(0.02), pytest.approx(0.02))
