"""REFUGE: 1,200 photographs with disc, cup, fovea and glaucoma (Orlando et al. 2020).

A table for each of the three official parts, found by its name wherever the archives put it:

    Fovea_location.xlsx                       training: ImgName, Fovea_X, Fovea_Y; g0001.jpg is
                                              an eye with glaucoma, n0001.jpg one without
    Fovea_locations.xlsx                      validation: the same and Glaucoma Label
    Glaucoma_label_and_Fovea_location.xlsx    test: the same and Label(Glaucoma=1)

The masks `Disc_Cup_Masks/.../<name>.bmp` code 0 cup, 128 disc outside it, 255 neither; where the
folder has a Disc_Cup_Masks, every photograph must have one. There are no person ids: one person a
photograph. The places of the fovea are taken as given; that they count pixels from 0, and that the
validation table has its label column in every release, was not confirmed. Glaucoma was diagnosed by
more than the photograph. Cameras: Zeiss Visucam 500 in training, Canon CR-2 in the rest, so a model
can learn the camera.

Source of the names: public loaders of the set. The terms were not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edge_runtime.contracts.cohort import Role
from edge_runtime.errors import ManifestError
from training.cohort.held_folder import HeldFolder, photograph_stem
from training.cohort.held_set import NOT_CONFIRMED, YES_NO, HeldSet, Labelled, place_of
from training.cohort.held_table import coded, needed_text, read_held
from training.cohort.labels import Label

MASKS_FOLDER = "Disc_Cup_Masks"
DISC, CUP = "#0,128", "#0"
NAMED_AFTER = {"g": True, "n": False}
NAME, ACROSS, DOWN = "ImgName", "Fovea_X", "Fovea_Y"


@dataclass(frozen=True)
class Part:
    """One official part of the set."""

    table: str
    half: Role
    camera: str
    glaucoma: str | None
    """The column of the diagnosis; None where the photograph's name says it."""


PARTS = (
    Part("Fovea_location.xlsx", Role.TRAIN, "Zeiss Visucam 500", None),
    Part("Fovea_locations.xlsx", Role.TUNE, "Canon CR-2", "Glaucoma Label"),
    Part("Glaucoma_label_and_Fovea_location.xlsx", Role.TEST, "Canon CR-2", "Label(Glaucoma=1)"),
)


def _labelled(folder: HeldFolder) -> Iterator[Labelled]:
    tables = {part: folder.table(part.table) for part in PARTS}
    if not any(tables.values()):
        folder.needed_table(*(part.table for part in PARTS))
    has_masks = folder.has_folder(MASKS_FOLDER)
    for part, table in tables.items():
        for label in read_held(table, NAME, ACROSS, DOWN) if table else []:
            name = needed_text(label, NAME)
            known: dict[str, Any] = {
                "camera": part.camera,
                "fundus": True,
                "fovea_x_px": label.number(ACROSS),
                "fovea_y_px": label.number(DOWN),
                "glaucoma": _glaucoma(label, part),
                **(_masks(folder, label) if has_masks else {}),
            }
            person = photograph_stem(name)
            yield Labelled(place_of(label, NAME), name, person, part.half, known=known)


def _glaucoma(label: Label, part: Part) -> bool | None:
    if part.glaucoma is not None:
        return coded(label, part.glaucoma, YES_NO) if part.glaucoma in label.cells else None
    name = needed_text(label, NAME)
    if name[0].lower() not in NAMED_AFTER:
        reason = f"{name} begins with neither g (glaucoma) nor n"
        raise ManifestError(label.file, label.row, NAME, reason)
    return NAMED_AFTER[name[0].lower()]


def _masks(folder: HeldFolder, label: Label) -> dict[str, str]:
    name = photograph_stem(needed_text(label, NAME)) + ".bmp"
    mask = folder.file(name)
    if mask is None:
        reason = f"no mask {name} in {folder.path}"
        raise ManifestError(label.file, label.row, NAME, reason)
    return {"disc": mask + DISC, "cup": mask + CUP}


REFUGE = HeldSet(
    "REFUGE",
    "rules of refuge.grand-challenge.org, no commercial use" + NOT_CONFIRMED,
    _labelled,
    {"fovea_x_px": ACROSS, "fovea_y_px": DOWN},
    has_tune=True,
)
