"""What the manifest says of a drawn photograph, and where its pictures lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from edge_runtime.domain import Eye
from training.cohort.roles import role_of
from training.drawn.cohort.mask_picture import NOWHERE, either, mask_pictures
from training.drawn.cohort.parts import Drawing
from training.drawn.drawn_eye import DrawnPhotograph, Place
from training.drawn.lesions.lesion import MASK_NAMES
from training.drawn.population.drawing import BLOCK
from training.drawn.population.person import SET, Person
from training.recipe import FOLDS

TERMS = "Apache-2.0 (drawn by foreseye, no photograph)"
FIRST_FOLD = 0
UNREADABLE_OPACITY = 0.7
"""Of the media, as `EyeState.media_opacity` says."""


def photograph_name(person: Person, eye: Eye, visit: int, shot: int | None) -> str:
    """Return a photograph's name without suffix, in a folder a block of people."""
    repeat = "" if shot is None else f"_shot{shot}"
    return f"{person.bodies.block:06d}/{person.person_id}_{eye.value}_visit{visit}{repeat}"


def written_masks(
    out: Path, name: str, picture: DrawnPhotograph, drawing: Drawing
) -> dict[str, str]:
    """Write a photograph's masks and return the manifest's references to them, by column.

    A class of lesion that the eye has not is an empty mask: it is known that there are none.
    """
    named = {
        part: getattr(picture, f"{part}_HW") for part in ("arteriole", "venule", "disc", "cup")
    }
    lesions = {f"lesion_{name}": mask for name, mask in picture.lesions_HW.items()}
    references: dict[str, str] = {}
    for number, file in enumerate(mask_pictures(named | lesions)):
        path = f"masks/{name}.png" if number == 0 else f"masks/{name}_{number}.png"
        drawing.write_picture(out, path, file.content)
        references |= {part: path + selector for part, selector in file.selectors.items()}
        if number == 0:
            references["vessel"] = path + either(file.selectors, "arteriole", "venule")
    absent = f"masks/{name}.png{NOWHERE}"
    return {f"lesion_{kind}": absent for kind in MASK_NAMES} | references


def manifest_row(
    person: Person, picture: DrawnPhotograph, photograph: str, masks: dict[str, str]
) -> ManifestRow:
    """Return a photograph's row; the label `gradable` is what the camera and the media allow."""
    lesions = {
        column.removeprefix("lesion_"): path
        for column, path in masks.items()
        if column.startswith("lesion_")
    }
    plain = {column: path for column, path in masks.items() if not column.startswith("lesion_")}
    known: dict[str, Any] = {
        **plain,
        **_landmark("disc", picture.disc_px, picture),
        **_landmark("fovea", picture.fovea_px, picture),
        **person.labels_at(picture.eye, picture.years),
        **person.covariates_at(picture.years, picture.eye),
    }
    fold = _fold(person)
    row = ManifestRow(
        set=SET,
        person_id=person.person_id,
        eye=picture.eye,
        visit_time_years=picture.years,
        photograph=photograph,
        role=Role.TRAIN,
        fold=fold,
        evidence_kind=EvidenceKind.DRAWN,
        camera=f"drawn, {picture.camera.preset.value}: {picture.camera.kind}",
        terms=TERMS,
        lesions=lesions,
        fundus=True,
        gradable=picture.camera.gradable and picture.state.media_opacity < UNREADABLE_OPACITY,
        **known,
    )
    return row.model_copy(update={"role": role_of(row, FIRST_FOLD)})


def _fold(person: Person) -> int:
    """Return a person's fold, from the number in the population: the same in every cohort."""
    bodies = person.bodies
    return (bodies.block * BLOCK + int(bodies.indices[person.i])) % FOLDS


def _landmark(name: str, place: Place, picture: DrawnPhotograph) -> dict[str, float]:
    """Return a landmark's place where the field shows it."""
    column, row = round(place[0]), round(place[1])
    height, width = picture.field_HW.shape
    if not (0 <= column < width and 0 <= row < height and picture.field_HW[row, column]):
        return {}
    return {f"{name}_x_px": round(place[0], 2), f"{name}_y_px": round(place[1], 2)}
