"""The masks of IDRiD's archive A: photographs without a table, masks found beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from edge_runtime.contracts.cohort import Role
from training.cohort.held_folder import HeldFolder
from training.cohort.held_set import Labelled, Place

MASKS = "2. All Segmentation Groundtruths"
PHOTOGRAPHS = "1. Original Images"
LESIONS = {
    "microaneurysm": "MA",
    "haemorrhage": "HE",
    "hard_exudate": "EX",
    "soft_exudate": "SE",
}
DISC = "OD"


def segmented(folder: HeldFolder, half: str, role: Role) -> Iterator[Labelled]:
    """Yield the photographs of one half of archive A with their masks; none where it is absent.

    Raises ManifestError for a file that is there twice.
    """
    masks = folder.folder(MASKS)
    if masks is None:
        return
    photographs = str(PurePosixPath(masks).parent / PHOTOGRAPHS)
    for file in folder.photographs(photographs, (half,)):
        name = PurePosixPath(file).stem
        within = f"{masks}/{half}"
        found = {what: folder.file(f"{name}_{end}.tif", within) for what, end in LESIONS.items()}
        known: dict[str, Any] = {
            "fundus": True,
            "disc": folder.file(f"{name}_{DISC}.tif", within),
            "lesions": {what: mask for what, mask in found.items() if mask is not None},
        }
        yield Labelled(
            Place(str(folder.path / file)),
            name,
            f"segmentation/{name}",
            role,
            parents=(half,),
            within=photographs,
            known=known,
        )
