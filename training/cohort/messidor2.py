"""MESSIDOR-2: 874 examinations, one photograph an eye, with the grades of Krause et al. 2018.

`messidor-2.csv` of the images' own archive pairs the eyes of a person (left;right);
`messidor_data.csv` of Kaggle's google-brain/messidor2-dr-grades gives image_id,
adjudicated_dr_grade (0-4), adjudicated_dme (0/1) and adjudicated_gradable (0/1) by three retina
specialists. The photographs lie anywhere below. Both tables are needed: without the pairs the two
eyes of a person would fall into two roles. A person is named after his left photograph.

The set has no official split; it is mostly held back as an external test (`--role test`). That
`left` and `right` are the eyes, and not only two columns, was not confirmed. Source of the names:
public loaders; the terms were not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge_runtime.domain import Eye
from edge_runtime.errors import ManifestError
from training.cohort.held_folder import HeldFolder, photograph_stem
from training.cohort.held_set import NOT_CONFIRMED, YES_NO, HeldSet, Labelled, place_of
from training.cohort.held_table import by_name, coded, needed_text, read_held

PAIRS = "messidor-2.csv"
GRADES = "messidor_data.csv"


@dataclass(frozen=True)
class Side:
    """Whose photograph it is, and of which eye."""

    person_id: str
    eye: Eye
    row: int


def _labelled(folder: HeldFolder) -> Iterator[Labelled]:
    sides = _sides(folder)
    table = read_held(folder.needed_table(GRADES), "image_id", "adjudicated_dr_grade")
    for name, label in by_name(table, "image_id").items():
        side = sides.get(photograph_stem(name).lower())
        if side is None:
            reason = f"{name} is in no pair of {PAIRS}"
            raise ManifestError(label.file, label.row, "image_id", reason)
        known = {
            "fundus": True,
            "gradable": coded(label, "adjudicated_gradable", YES_NO),
            "dr_grade": label.number("adjudicated_dr_grade"),
            "maculopathy": coded(label, "adjudicated_dme", YES_NO),
        }
        place = place_of(label, "image_id")
        yield Labelled(place, name, side.person_id, eye=side.eye, known=known)


def _sides(folder: HeldFolder) -> dict[str, Side]:
    """Return each photograph's person and eye, by its name without suffix and in small letters."""
    sides: dict[str, Side] = {}
    for label in read_held(folder.needed_table(PAIRS), "left", "right"):
        person = photograph_stem(needed_text(label, "left"))
        for column, eye in (("left", Eye.OS), ("right", Eye.OD)):
            side = Side(person, eye, label.row)
            name = photograph_stem(needed_text(label, column)).lower()
            first = sides.setdefault(name, side)
            if first is not side:
                reason = f"{name} is in the pair of row {first.row} too"
                raise ManifestError(label.file, label.row, column, reason)
    return sides


MESSIDOR2 = HeldSet(
    "MESSIDOR2",
    "research and education, registration with ADCIS; grades as Kaggle states" + NOT_CONFIRMED,
    _labelled,
    {"dr_grade": "adjudicated_dr_grade", "maculopathy": "adjudicated_dme"},
)
