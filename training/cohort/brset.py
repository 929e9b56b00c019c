"""BRSET and mBRSET: Brazilian persons at a clinic's camera and at a hand-held one, from PhysioNet.

BRSET (Nakayama et al. 2024): `labels_brset.csv` (`labels.csv` in the first release) with image_id,
patient_id, camera, patient_age, patient_sex (1 male, 2 female), exam_eye (1 right, 2 left),
DR_ICDR (0-4), macular_edema (0/1) and quality (Adequate/Inadequate), beside `fundus_photos/`.
Inadequate means that one of four qualities is off, and such photographs were graded all the same:
it says nothing of `gradable`. Seven photographs of version 1.0.1 are said to be missing from it.
Version 1.0.2 corrected exam_eye: take that one.

mBRSET (Wu et al. 2025): `labels_mbrset.csv` with patient, age, sex (0 female, 1 male), file,
laterality, final_quality and final_edema (yes/no) and final_icdr (0-4), beside `images/`. That
laterality is written left or right was not confirmed.

No date is given, so the time of a visit stays unknown. Neither set has an official split. Source
of the names and codes: descriptions and loaders of both in public repositories.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_runtime.domain import Eye, Sex
from training.cohort.held_folder import HeldFolder
from training.cohort.held_set import NOT_CONFIRMED, YES_NO, HeldSet, Labelled, place_of
from training.cohort.held_table import coded, needed_text, read_held
from training.cohort.labels import Label

TERMS = "PhysioNet Credentialed Health Data License 1.5.0"
EYES = {"1": Eye.OD, "2": Eye.OS}
SIDES = {"right": Eye.OD, "left": Eye.OS}
SEXES = {"1": Sex.M, "2": Sex.F}
MOBILE_SEXES = {"1": Sex.M, "0": Sex.F}
ADEQUATE = {"adequate": True, "inadequate": None}


def _clinic(folder: HeldFolder) -> Iterator[Labelled]:
    table = folder.needed_table("labels_brset.csv", "labels.csv")
    for label in read_held(table, "image_id", "patient_id", "exam_eye", "DR_ICDR"):
        known: dict[str, Any] = {
            "camera": label.text("camera"),
            "age_years": label.number("patient_age"),
            "sex": coded(label, "patient_sex", SEXES),
            "fundus": True,
            "gradable": coded(label, "quality", ADEQUATE),
            "dr_grade": label.number("DR_ICDR"),
            "maculopathy": coded(label, "macular_edema", YES_NO),
        }
        eye = coded(label, "exam_eye", EYES)
        yield _labelled(label, "image_id", "patient_id", eye, known)


def _mobile(folder: HeldFolder) -> Iterator[Labelled]:
    table = folder.needed_table("labels_mbrset.csv")
    for label in read_held(table, "file", "patient", "laterality", "final_icdr"):
        known: dict[str, Any] = {
            "age_years": label.number("age"),
            "sex": coded(label, "sex", MOBILE_SEXES),
            "gradable": coded(label, "final_quality", YES_NO),
            "dr_grade": label.number("final_icdr"),
            "maculopathy": coded(label, "final_edema", YES_NO),
        }
        eye = coded(label, "laterality", SIDES)
        yield _labelled(label, "file", "patient", eye, known)


def _labelled(
    label: Label, column: str, person: str, eye: Eye | None, known: dict[str, Any]
) -> Labelled:
    person_id = needed_text(label, person).removesuffix(".0")
    name = needed_text(label, column)
    return Labelled(place_of(label, column), name, person_id, eye=eye, known=known)


BRSET = HeldSet(
    "BRSET",
    TERMS,
    _clinic,
    {"dr_grade": "DR_ICDR", "maculopathy": "macular_edema", "age_years": "patient_age"},
)
MBRSET = HeldSet(
    "mBRSET",
    TERMS + NOT_CONFIRMED,
    _mobile,
    {"dr_grade": "final_icdr", "maculopathy": "final_edema", "age_years": "age"},
)
