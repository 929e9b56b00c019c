"""What is true of a photograph beyond its manifest row: field masks, experts, marks, observers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, FovCircle, Sex
from training.cohort import drishti_gs
from training.cohort.mask_file import read_mask
from training.errors import CohortError

HALF = 128


def official_field(row: ManifestRow, root: Path) -> BoolArray:
    """Return the set's own field mask of a photograph. Raises CohortError where there is none."""
    field_HW = field_mask_of_set(row, root)
    if field_HW is None:
        raise CohortError(f"{row.set}: no field mask for {row.photograph}")
    return field_HW


def field_mask_of_set(row: ManifestRow, root: Path) -> BoolArray | None:
    """Return the set's own field mask of a photograph, None where the set has none."""
    photograph = root / row.photograph
    folder, stem = photograph.parent.parent / "mask", photograph.stem
    for name in (f"{stem}_mask.gif", f"{stem}_mask.png", f"{stem}.png"):
        if (folder / name).is_file():
            return _marked(folder / name)
    return None


def judged_field(
    row: ManifestRow, root: Path, shape: tuple[int, int], circle: FovCircle | None
) -> BoolArray:
    """Return where vessels are judged: the set's own mask; without one, the field that was found.

    Without either it is the whole photograph.
    """
    of_set_HW = field_mask_of_set(row, root)
    if of_set_HW is not None:
        return of_set_HW
    if circle is None:
        return np.ones(shape, dtype=bool)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    away = np.hypot(columns - circle.x_px, rows - circle.y_px)
    return np.asarray(away <= circle.radius_px)


def second_observer(row: ManifestRow, root: Path) -> BoolArray | None:
    """Return the vessels of a set's second observer, None where there is none (CHASEDB1 has)."""
    photograph = root / row.photograph
    path = photograph.parent.parent / "2nd_manual" / f"{photograph.stem}_2ndHO.png"
    return _marked(path) if path.is_file() else None


@dataclass(frozen=True)
class CupToDisc:
    """The true vertical cup-to-disc ratio, and how far one expert is from the others' mean."""

    vertical: float
    one_expert_off_by: float | None


def cup_to_disc(row: ManifestRow, root: Path) -> CupToDisc | None:
    """Return the experts' mean where their values are, else the ratio of the masks' heights.

    None without both masks. Raises CohortError for values that are no ratios.
    """
    if row.disc is None or row.cup is None:
        return None
    if row.set == drishti_gs.SET:
        return _of_experts(row, root)
    heights = [_height(read_mask(root / path)) for path in (row.cup, row.disc)]
    return CupToDisc(heights[0] / heights[1], None) if heights[1] else None


def labels(row: ManifestRow) -> dict[str, float]:
    """Return the labels of a row as numbers, those that are known."""
    known = {
        "truth.gradable": row.gradable,
        "truth.fundus": row.fundus,
        "truth.dr_grade": row.dr_grade,
        "truth.maculopathy": row.maculopathy,
        "truth.age_years": row.age_years,
        "truth.male": None if row.sex is None else row.sex is Sex.M,
    }
    return {name: float(value) for name, value in known.items() if value is not None}


def _of_experts(row: ManifestRow, root: Path) -> CupToDisc:
    name = Path(row.photograph).stem
    path = root / "DRISHTI_GS" / "Training" / "GT" / name / f"{name}_cdrValues.txt"
    try:
        values = np.array([float(text) for text in path.read_text(encoding="utf-8").split()])
    except (OSError, ValueError) as error:
        raise CohortError(f"{row.set}: no cup-to-disc ratios for {name}: {error}") from None
    if len(values) < 2 or not ((values > 0.0) & (values < 1.0)).all():
        raise CohortError(f"{row.set}: {path.name} holds {values}, no ratios of experts")
    others = (values.sum() - values) / (len(values) - 1)
    return CupToDisc(float(values.mean()), float(np.abs(values - others).mean()))


def _marked(path: Path) -> BoolArray:
    with Image.open(path) as picture:  # one channel or three, as the set has it
        return np.asarray(picture.convert("L")) >= HALF


def _height(mask_HW: BoolArray) -> float:
    rows = np.flatnonzero(mask_HW.any(axis=1))
    return float(rows[-1] - rows[0] + 1) if rows.size else 0.0
