"""EyePACS: the photographs of Kaggle's Diabetic Retinopathy Detection of 2015, with a DR grade.

The folder holds `trainLabels.csv` (image, level) for the training half and, where the user has it,
`retinopathy_solution.csv` (image, level, Usage) for the test half; `10_left` is the left eye of
person 10, and `10_left.jpeg` lies anywhere below. Grades are 0-4 on the International Clinical DR
scale, each by one grader.

EyeQ (Fu et al. 2019) adds a quality to 28,792 of them: `Label_EyeQ_train.csv` and
`Label_EyeQ_test.csv` (image, quality, DR_grade), 0 good, 1 usable, 2 reject; what is not rejected
is gradable. Lying in the same folder, they join the grades here; `EYEQ` is the part that they
label, with the same persons, roles and folds, so take one of the two. EyeQ's halves are taken to
be those of EyePACS (seen in the first 600 lines of each; a person in both would be test).

Source of the names: github.com/HzFu/EyeQ and the pages of the competition as others quote them.
The terms were not confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Eye
from edge_runtime.errors import ManifestError
from training.cohort.held_folder import HeldFolder, photograph_stem
from training.cohort.held_set import NOT_CONFIRMED, HeldSet, Labelled, place_of
from training.cohort.held_table import by_name, coded, needed_text, read_held
from training.cohort.labels import Label

GRADES = {"trainLabels.csv": Role.TRAIN, "retinopathy_solution.csv": Role.TEST}
QUALITY = {"Label_EyeQ_train.csv": Role.TRAIN, "Label_EyeQ_test.csv": Role.TEST}
GRADABLE = {"0": True, "1": True, "2": False}
NAME = re.compile(r"^(\d+)_(left|right)$")
EYES = {"left": Eye.OS, "right": Eye.OD}


def _graded(folder: HeldFolder) -> Iterator[Labelled]:
    qualities = _qualities(folder)
    tables = {name: folder.table(name) for name in GRADES}
    if not any(tables.values()):
        folder.needed_table(*GRADES)
    for name, table in tables.items():
        for label in read_held(table, "image", "level") if table else []:
            gradable = qualities.get(photograph_stem(needed_text(label, "image")))
            known = {"dr_grade": label.number("level"), "gradable": gradable}
            yield _labelled(label, GRADES[name], known)


def _judged(folder: HeldFolder) -> Iterator[Labelled]:
    tables = {name: folder.table(name) for name in QUALITY}
    if not any(tables.values()):
        folder.needed_table(*QUALITY)
    for name, table in tables.items():
        for label in read_held(table, "image", "quality", "DR_grade") if table else []:
            gradable = coded(label, "quality", GRADABLE)
            known = {"dr_grade": label.number("DR_grade"), "gradable": gradable}
            yield _labelled(label, QUALITY[name], known)


def _qualities(folder: HeldFolder) -> dict[str, bool | None]:
    """Return whether a photograph is gradable, by its name, as far as EyeQ's tables are there."""
    tables = [table for table in map(folder.table, QUALITY) if table]
    labels = [label for table in tables for label in read_held(table, "image", "quality")]
    return {
        photograph_stem(name): coded(label, "quality", GRADABLE)
        for name, label in by_name(labels, "image").items()
    }


def _labelled(label: Label, half: Role, known: Mapping[str, object]) -> Labelled:
    name = needed_text(label, "image")
    match = NAME.match(photograph_stem(name))
    if match is None:
        reason = f"{name!r} is no person and side as in 10_left"
        raise ManifestError(label.file, label.row, "image", reason)
    place = place_of(label, "image")
    return Labelled(place, name, match[1], half, EYES[match[2]], known=known)


_SET = partial(
    HeldSet, "EyePACS", "rules of Kaggle's Diabetic Retinopathy Detection" + NOT_CONFIRMED
)
EYEPACS = _SET(_graded, {"dr_grade": "level"})
EYEQ = _SET(_judged, {"dr_grade": "DR_grade"})
