"""The table from its cells: means over seeds, intervals over persons, pairs."""

from __future__ import annotations

import pytest

from training.drawn.worth.page import worth_page
from training.drawn.worth.record import Case, CellResult, Counted, Worth
from training.drawn.worth.summary import summarised
from training.drawn.worth.teaching import Subject, Teacher

FIGURES = {
    Subject.VESSELS: ("vessel_f1", "CHASEDB1 whole"),
    Subject.DISC: ("disc_dice", "DRISHTI_GS test"),
}


def a_cell(subject: Subject, teacher: Teacher, seed: int | None, *values: float) -> CellResult:
    figure, judged_on = FIGURES[subject]
    counted = [Counted(set="DRIVE", people=2, photographs=3)]
    return CellResult(
        subject=subject.value,
        taught_by=teacher.value,
        seed=seed,
        fingerprint="0" * 64,
        learned=counted,
        tuned=counted,
        without_a_field=0,
        cuts={figure.split("_")[0]: 120},
        cases=[
            Case(judged_on=judged_on, person=f"p{k // 2}", figures={figure: value})
            for k, value in enumerate(values)
        ],
    )


@pytest.fixture
def worth() -> Worth:
    cells = []
    for subject in Subject:
        cells.append(a_cell(subject, Teacher.REAL, None, 0.5, 0.5, 0.5, 0.5))
        for seed, more in enumerate((0.0, 0.1)):
            cells.append(a_cell(subject, Teacher.DRAWN, seed, 0.1, 0.2, 0.3, 0.4))
            cells.append(a_cell(subject, Teacher.REAL, seed, 0.4, 0.4, 0.6, 0.6))
            cells.append(
                a_cell(subject, Teacher.BOTH, seed, *(v + more for v in (0.4, 0.4, 0.6, 0.6)))
            )
    return summarised(cells, "tiny", 2, {})


def test_a_figure_is_the_mean_over_seeds_and_photographs(worth: Worth):
    both = next(c for c in worth.cells if (c.subject, c.taught_by) == ("vessels", "drawn+real"))

    figure = both.figures[0]
    assert figure.mean == pytest.approx(0.55)
    assert figure.by_seed == pytest.approx([0.5, 0.6])
    assert (figure.people, figure.photographs) == (2, 4)
    # Two persons, of means 0.45 and 0.65: a resample has one of three means.
    assert figure.interval_95 == pytest.approx((0.45, 0.65))


def test_what_drawn_eyes_add_is_paired_by_photograph(worth: Worth):
    gain = next(d for d in worth.differences if (d.subject, d.better) == ("vessels", "drawn+real"))

    assert (gain.than, gain.judged_on) == ("real", "CHASEDB1 whole")
    assert gain.mean == pytest.approx(0.05)
    assert gain.interval_95 == pytest.approx((0.05, 0.05))


def test_the_record_survives_its_file_and_the_page_shows_every_cell(worth: Worth):
    assert Worth.model_validate_json(worth.to_json()) == worth

    page = worth_page(worth)
    assert "0.550 (0.450 to 0.650), seeds 0.500 to 0.600" in page
    assert "mean place and shape of real" in page
    assert "drawn+real minus real, CHASEDB1 whole, F1: +0.050 (+0.050 to +0.050)" in page
