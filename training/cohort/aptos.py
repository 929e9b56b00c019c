"""APTOS 2019: 3,662 photographs of Kaggle's Blindness Detection with a DR grade, 1,928 without.

`train.csv` (id_code, diagnosis) and `test.csv` (id_code alone: its grades were never published);
the photographs `train_images/<id_code>.png` and `test_images/<id_code>.png` lie anywhere below.
There are no person ids and no sides: one person a photograph, but for files that are there twice.
The graded half is dealt to all three roles, since the official test half cannot judge anything;
its photographs are rows of role test without a grade.

Source of the names: the pages of the competition as public loaders quote them. The terms were not
confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator

from edge_runtime.contracts.cohort import Role
from training.cohort.held_folder import HeldFolder
from training.cohort.held_set import NOT_CONFIRMED, HeldSet, Labelled, place_of
from training.cohort.held_table import needed_text, read_held


def _labelled(folder: HeldFolder) -> Iterator[Labelled]:
    for label in read_held(folder.needed_table("train.csv"), "id_code", "diagnosis"):
        name = needed_text(label, "id_code")
        known = {"dr_grade": label.number("diagnosis")}
        yield Labelled(place_of(label, "id_code"), name, name, known=known)
    test = folder.table("test.csv")
    for label in read_held(test, "id_code") if test else []:
        name = needed_text(label, "id_code")
        yield Labelled(place_of(label, "id_code"), name, name, Role.TEST)


APTOS2019 = HeldSet(
    "APTOS2019",
    "rules of Kaggle's APTOS 2019 Blindness Detection" + NOT_CONFIRMED,
    _labelled,
    {"dr_grade": "diagnosis"},
)
