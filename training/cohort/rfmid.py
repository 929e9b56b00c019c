"""RFMiD: 3,200 photographs with up to 45 findings (Pachade et al. 2021), in three official parts.

A table for each part (ID, Disease_Risk, DR, ARMD, ...) and the photographs `<ID>.png` in a folder
of their own; the names of both as IEEE DataPort and as the grand challenge unpack them are known
here. IDs begin at 1 in each part and no person is given: one person a photograph.

DR is a yes or no without a grade, so it becomes `dr_present`: a grade 0 for all without and none
for those with would teach the set instead of the disease. The other findings have no column in the
manifest. The evaluation part is tune, the test part test.

Source of the names: public loaders of the set. The terms were not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge_runtime.contracts.cohort import Role
from training.cohort.held_folder import HeldFolder
from training.cohort.held_set import NOT_CONFIRMED, YES_NO, HeldSet, Labelled, place_of
from training.cohort.held_table import coded, needed_text, read_held


@dataclass(frozen=True)
class Part:
    """One official part: its tables' and its photographs' folders' possible names."""

    name: str
    half: Role
    tables: tuple[str, ...]
    parents: tuple[str, ...]


PARTS = (
    Part(
        "training",
        Role.TRAIN,
        ("RFMiD_Training_Labels.csv", "a. RFMiD_Training_Labels.csv"),
        ("Training", "a. Training Set"),
    ),
    Part(
        "validation",
        Role.TUNE,
        ("RFMiD_Validation_Labels.csv", "b. RFMiD_Validation_Labels.csv"),
        ("Validation", "b. Validation Set"),
    ),
    Part(
        "test",
        Role.TEST,
        ("RFMiD_Testing_Labels.csv", "c. RFMiD_Testing_Labels.csv"),
        ("Test", "c. Testing Set"),
    ),
)


def _labelled(folder: HeldFolder) -> Iterator[Labelled]:
    tables = {part: folder.table(*part.tables) for part in PARTS}
    if not any(tables.values()):
        folder.needed_table(*(name for part in PARTS for name in part.tables))
    for part, table in tables.items():
        for label in read_held(table, "ID", "DR") if table else []:
            name = needed_text(label, "ID")
            yield Labelled(
                place_of(label, "ID"),
                name,
                f"{part.name}/{name}",
                part.half,
                parents=part.parents,
                known={"fundus": True, "dr_present": coded(label, "DR", YES_NO)},
            )


RFMID = HeldSet(
    "RFMiD", "CC BY 4.0" + NOT_CONFIRMED, _labelled, {"dr_present": "DR"}, has_tune=True
)
