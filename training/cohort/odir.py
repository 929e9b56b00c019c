"""ODIR-5K: both eyes of 3,500 persons with a doctor's keywords for each eye, age and sex.

One Excel table, `ODIR-5K_Training_Annotations(Updated)_V2.xlsx` (`data.xlsx` in Kaggle's copy), a
row a person: ID, Patient Age, Patient Sex (Female/Male), Left-Fundus, Right-Fundus, Left- and
Right-Diagnostic Keywords, and for both eyes together N, D, G and others as 0 or 1. Kaggle's
`preprocessed_images` are left aside; the official test photographs have no labels and are left out.

What an eye is said to have is in its keywords, separated by commas of either width. A grade is
taken where one is named without `suspected`; `normal fundus` is grade 0. A person's D = 0 means
`dr_present` is false in both eyes, G = 0 that there is no glaucoma; with D = 1 or G = 1 an eye is
positive only where its own keywords say so, and unknown otherwise.

Source of the names: public loaders and lists of the keywords. The terms were not confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from edge_runtime.domain import Eye, Sex
from training.cohort.held_folder import HeldFolder
from training.cohort.held_set import NOT_CONFIRMED, YES_NO, HeldSet, Labelled, place_of
from training.cohort.held_table import by_name, coded, needed_text, read_held
from training.cohort.labels import Label

TABLES = ("ODIR-5K_Training_Annotations(Updated)_V2.xlsx", "data.xlsx")
PARENTS = ("ODIR-5K_Training_Images", "ODIR-5K_Training_Dataset", "Training Images")
SIDES = {"Left": Eye.OS, "Right": Eye.OD}
SEXES = {"female": Sex.F, "male": Sex.M}
DR_GRADES = {
    "mild nonproliferative retinopathy": 1,
    "moderate non proliferative retinopathy": 2,
    "severe nonproliferative retinopathy": 3,
    "proliferative diabetic retinopathy": 4,
    "severe proliferative diabetic retinopathy": 4,
}
NORMAL = "normal fundus"
UNGRADED_DR = "diabetic retinopathy"
NO_FUNDUS = {"no fundus image", "anterior segment image"}
LOW_QUALITY = "low image quality"
COMMA = re.compile("[,\uff0c]")


def _labelled(folder: HeldFolder) -> Iterator[Labelled]:
    table = read_held(folder.needed_table(*TABLES), "ID", "Patient Age", "Patient Sex")
    for person, label in by_name(table, "ID").items():
        for side, eye in SIDES.items():
            column = f"{side}-Fundus"
            yield Labelled(
                place_of(label, column),
                needed_text(label, column),
                person,
                eye=eye,
                parents=PARENTS,
                known={
                    "age_years": label.number("Patient Age"),
                    "sex": coded(label, "Patient Sex", SEXES),
                    **_findings(label, f"{side}-Diagnostic Keywords"),
                },
            )


def _findings(label: Label, column: str) -> dict[str, Any]:
    words = {word.strip().lower() for word in COMMA.split(needed_text(label, column))}
    if words & NO_FUNDUS:
        return {"fundus": False, "gradable": False}
    if words == {LOW_QUALITY}:
        return {"fundus": True, "gradable": False}
    grade = _dr_grade(words)
    dr_present = UNGRADED_DR in words or _absent(label, "D", words, "diabetic", "proliferative")
    return {
        "fundus": True,
        "dr_grade": grade,
        "dr_present": dr_present if grade is None else None,
        "glaucoma": "glaucoma" in words or _absent(label, "G", words, "glaucoma"),
    }


def _dr_grade(words: set[str]) -> int | None:
    grades = [DR_GRADES[word] for word in words if word in DR_GRADES]
    if grades:
        return max(grades)
    return 0 if NORMAL in words and UNGRADED_DR not in words else None


def _absent(label: Label, column: str, words: set[str], *hints: str) -> bool | None:
    """Return False where neither eye has a disease and this one is not suspected of it."""
    suspected = any(hint in word for hint in hints for word in words)
    return None if suspected or coded(label, column, YES_NO) else False


ODIR5K = HeldSet(
    "ODIR5K",
    "no licence found; rules of odir2019.grand-challenge.org" + NOT_CONFIRMED,
    _labelled,
    {"age_years": "Patient Age", "sex": "Patient Sex"},
)
