"""Exam ids come from what is in the exam, and from nothing else."""

from __future__ import annotations

from edge_runtime.domain import Person, Sex
from edge_runtime.identity import exam_id_of

LEFT, RIGHT = b"left eye", b"right eye"


def test_the_same_exam_has_the_same_id_in_any_order() -> None:
    person = Person("P1", 61.0, Sex.F, {"sbp_mmhg": 150.0, "bmi_kg_m2": 24.0})
    again = Person("P1", 61, Sex.F, {"bmi_kg_m2": 24, "sbp_mmhg": 150})

    assert exam_id_of([LEFT, RIGHT], person) == exam_id_of([RIGHT, LEFT], again)


def test_another_photograph_or_person_has_another_id() -> None:
    ids = {
        exam_id_of([LEFT], Person()),
        exam_id_of([LEFT, LEFT], Person()),
        exam_id_of([LEFT, RIGHT], Person()),
        exam_id_of([LEFT], Person("P1")),
        exam_id_of([LEFT], Person(age_years=61.0)),
        exam_id_of([LEFT], Person(sex=Sex.F)),
        exam_id_of([LEFT], Person(covariates={"sbp_mmhg": 61.0})),
    }

    assert len(ids) == 7


def test_an_id_stays_what_it_was() -> None:
    """Ids are kept in records and tables: changing how they are made orphans them."""
    assert exam_id_of([LEFT], Person()) == "fcdbbf2c301dfef1c3921e515e8317f8"
