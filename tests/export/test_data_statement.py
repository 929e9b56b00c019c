"""Who the weights were made from, counted by hand."""

from __future__ import annotations

from edge_runtime.contracts.cohort import ManifestRow
from export.data_statement import data_statement, set_counts


def a_row(person: str, eye: str | None, role: str, number: int) -> ManifestRow:
    return ManifestRow(
        set="CLINIC",
        person_id=person,
        eye=eye,
        photograph=f"{person}_{number}.jpg",
        role=role,
        fold=0,
        evidence_kind="real",
        terms="research use",
    )


ROWS = [
    a_row("1", "OD", "train", 0),
    a_row("1", "OD", "train", 1),
    a_row("1", "OS", "train", 2),
    a_row("2", None, "train", 3),
    a_row("3", "OD", "test", 4),
]


def test_people_eyes_and_photographs_are_counted_by_role():
    (count,) = set_counts(ROWS)

    assert count.people == {"train": 2, "test": 1}
    assert count.eyes == {"train": 3, "test": 1}
    assert count.photographs == {"train": 4, "test": 1}


def test_the_weights_carry_the_terms_of_their_photographs():
    statement = data_statement({"anatomy": set_counts(ROWS)})

    assert "research use" in statement.terms_of_the_weights
    assert "Research use only" in statement.terms_of_the_weights
