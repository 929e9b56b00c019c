"""IDRiD: DR grades, places of disc and fovea, and masks of lesions and disc (Porwal et al. 2018).

Three archives, of which any may be there:

    A. Segmentation     81 photographs IDRiD_01 to 81; masks <name>_MA, _HE, _EX, _SE, _OD.tif
    B. Disease Grading  516 photographs; Image name, Retinopathy grade, Risk of macular edema
    C. Localization     the same 516; Image No, X- Coordinate, Y - Coordinate of disc and fovea

Each has an official training and test half. Names begin anew in each half (IDRiD_001 is in both),
so a person is named after the half too; there are no person ids: one person a photograph.
A photograph of C that is, byte for byte, the one of B with the same name is one row with it.
Whether A's photographs are among B's was not confirmed; where the files are equal they get one
person (`dealing`), and where they are not, an eye of A could be in B under another name.

Risk 2 (hard exudates within a disc diameter of the fovea) is `maculopathy`, 0 and 1 are not. A
lesion without a mask is absent from that photograph, as the set ships no empty masks. The places
are taken as given; that they count pixels from 0 was not confirmed. CC BY 4.0.

Source of the names: public loaders and descriptions of the set.
"""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from edge_runtime.contracts.cohort import Role
from training.cohort.held_folder import HeldFolder
from training.cohort.held_set import HeldSet, Labelled, place_of
from training.cohort.held_table import by_name, coded, read_held
from training.cohort.idrid_lesions import LESIONS, segmented
from training.cohort.labels import Label

NAME, GRADE, RISK = "Image name", "Retinopathy grade", "Risk of macular edema"
PLACED, ACROSS, DOWN = "Image No", "X- Coordinate", "Y - Coordinate"
MACULOPATHY = {"0": False, "1": False, "2": True}


@dataclass(frozen=True)
class Half:
    """One official half, as the archives name it."""

    name: str
    role: Role
    folder: str
    grades: str
    disc: str
    fovea: str


HALVES = (
    Half(
        "training",
        Role.TRAIN,
        "a. Training Set",
        "a. IDRiD_Disease Grading_Training Labels.csv",
        "a. IDRiD_OD_Center_Training Set_Markups.csv",
        "IDRiD_Fovea_Center_Training Set_Markups.csv",
    ),
    Half(
        "testing",
        Role.TEST,
        "b. Testing Set",
        "b. IDRiD_Disease Grading_Testing Labels.csv",
        "b. IDRiD_OD_Center_Testing Set_Markups.csv",
        "IDRiD_Fovea_Center_Testing Set_Markups.csv",
    ),
)


def _labelled(folder: HeldFolder) -> Iterator[Labelled]:
    for half in HALVES:
        graded = {label.name: label for label in _graded(folder, half)}
        for placed in _placed(folder, half):
            twin = graded.get(placed.name)
            if twin is not None and _same_file(folder, twin, placed):
                graded[placed.name] = _joined(twin, placed)
            else:
                yield placed
        yield from graded.values()
        yield from segmented(folder, half.folder, half.role)


def _graded(folder: HeldFolder, half: Half) -> Iterator[Labelled]:
    table = folder.table(half.grades)
    if table is None:
        return
    archive = _above(folder, table, 2)
    for name, label in by_name(read_held(table, NAME, GRADE, RISK), NAME).items():
        known = {
            "fundus": True,
            "dr_grade": label.number(GRADE),
            "maculopathy": coded(label, RISK, MACULOPATHY),
        }
        yield _one(label, NAME, name, half, archive, known)


def _placed(folder: HeldFolder, half: Half) -> Iterator[Labelled]:
    tables = [("disc", folder.table(half.disc)), ("fovea", folder.table(half.fovea))]
    places: dict[str, Labelled] = {}
    for what, table in tables:
        labels = read_held(table, PLACED, ACROSS, DOWN) if table else []
        for name, label in by_name(labels, PLACED).items():
            known = {
                "fundus": True,
                f"{what}_x_px": label.number(ACROSS),
                f"{what}_y_px": label.number(DOWN),
            }
            assert table is not None
            placed = _one(label, PLACED, name, half, _above(folder, table, 3), known)
            places[name] = _joined(places[name], placed) if name in places else placed
    yield from places.values()


def _one(
    label: Label, column: str, name: str, half: Half, archive: str, known: dict[str, Any]
) -> Labelled:
    return Labelled(
        place_of(label, column),
        name,
        f"{half.name}/{name}",
        half.role,
        parents=(half.folder,),
        within=archive,
        known=known,
    )


def _joined(one: Labelled, other: Labelled) -> Labelled:
    return replace(one, known={**one.known, **other.known})


def _above(folder: HeldFolder, table: Path, levels: int) -> str:
    """Return the archive that a table lies in, so many folders above it."""
    inside = PurePosixPath(table.relative_to(folder.path).as_posix())
    above = str(inside.parents[min(levels, len(inside.parents)) - 1])
    return "" if above == "." else above


def _same_file(folder: HeldFolder, one: Labelled, other: Labelled) -> bool:
    files = [folder.photograph(each.name, each.parents, each.within) for each in (one, other)]
    if None in files:
        return False
    first, second = (folder.path / str(file) for file in files)
    return filecmp.cmp(first, second, shallow=False)


IDRID = HeldSet(
    "IDRiD",
    "CC BY 4.0",
    _labelled,
    {"dr_grade": GRADE, "maculopathy": RISK},
    lesions=tuple(LESIONS),
)
