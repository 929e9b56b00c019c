"""The gate for fewer bits refuses what costs too much, in the figures that people read."""

from __future__ import annotations

import pytest

from export.errors import ToleranceError
from export.precisions.gate import anatomy_changes, check, findings_changes


def masks(f1: float, ratio: float | None = 0.5) -> dict[str, float]:
    values = {"vessel_f1": f1, "disc_dice": 0.95}
    return values if ratio is None else {**values, "cdr_vertical": ratio}


def graded(referable: float, truth: float) -> dict[str, float]:
    grades = {f"dr_grade_{grade}": 0.0 for grade in range(5)}
    grades |= {"dr_grade_0": 1.0 - referable, "dr_grade_2": referable}
    return {**grades, "referable": referable, "maculopathy": 0.1, "truth.referable": truth}


def test_a_small_loss_passes_and_is_told():
    before = {"a": masks(0.80), "b": masks(0.90)}
    after = {"a": masks(0.798), "b": masks(0.896)}

    changes = anatomy_changes(before, after)
    check("anatomy", "int8-cpu", changes)

    (vessel,) = (change for change in changes if change.figure == "vessel F1")
    assert (vessel.fp32, vessel.value) == (pytest.approx(0.85), pytest.approx(0.847))
    assert vessel.photographs == 2


def test_a_vessel_f1_that_falls_by_a_hundredth_is_refused_by_name():
    changes = anatomy_changes({"a": masks(0.80)}, {"a": masks(0.79)})

    with pytest.raises(ToleranceError, match=r"anatomy in int8-cpu: vessel F1 0\.8000 to 0\.7900"):
        check("anatomy", "int8-cpu", changes)


def test_a_better_figure_is_no_loss():
    check("anatomy", "fp16", anatomy_changes({"a": masks(0.80)}, {"a": masks(0.90)}))


def test_a_cup_to_disc_ratio_may_move_either_way_by_a_hundredth():
    changes = anatomy_changes({"a": masks(0.8, 0.50)}, {"a": masks(0.8, 0.52)})

    with pytest.raises(ToleranceError, match="cup-to-disc ratio, mean change"):
        check("anatomy", "int8-cpu", changes)


def test_a_ratio_that_is_read_in_one_precision_alone_counts():
    changes = anatomy_changes({"a": masks(0.8, 0.5)}, {"a": masks(0.8, None)})

    with pytest.raises(ToleranceError, match="read once only, share 1"):
        check("anatomy", "int8-cpu", changes)


def test_probabilities_of_referral_are_compared_photograph_by_photograph():
    before = {"a": graded(0.30, 0.0), "b": graded(0.60, 1.0)}
    after = {"a": graded(0.31, 0.0), "b": graded(0.59, 1.0)}

    changes = findings_changes(before, after, {"referable": 0.4})
    check("findings", "int8-cpu", changes)

    by_figure = {change.figure: change.value for change in changes}
    assert by_figure["referable, mean change of probability"] == pytest.approx(0.01)
    assert by_figure["referral, share turned"] == 0.0
    assert by_figure["referable, AUC"] == 1.0


def test_a_photograph_that_changes_sides_of_the_threshold_is_refused():
    before = {"a": graded(0.39, 0.0), "b": graded(0.60, 1.0)}
    after = {"a": graded(0.41, 0.0), "b": graded(0.60, 1.0)}

    with pytest.raises(ToleranceError, match=r"referral, share turned 0\.5"):
        check("findings", "int8-cpu", findings_changes(before, after, {"referable": 0.4}))


def test_without_a_photograph_nothing_is_proved():
    with pytest.raises(ToleranceError, match="no tuning photograph"):
        check("anatomy", "int8-cpu", [])
