"""Small folders in the layout of the public sets, and a small drawn cohort, all of round fields
drawn for the tests: enough to be learned from for a few steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from edge_runtime.contracts.cohort_tables import write_manifest
from edge_runtime.domain import BoolArray, FovCircle, UInt8Array
from tests.edge_runtime.fundus.drawn_fields import draw_field

SIDE_PX = 160
CIRCLE = FovCircle(80.0, 79.0, 74.0)
LINES = """\
DRIVE/training/images/21_training.png,DRIVE,21,,train,0
DRIVE/training/images/22_training.png,DRIVE,22,,tune,1
DRIVE/test/images/01_test.png,DRIVE,01,,test,2
DRIVE/test/images/02_test.png,DRIVE,02,,test,2
CHASEDB1/test/images/Image_08L.png,CHASEDB1,08,OS,train,4
CHASEDB1/test/images/Image_08R.png,CHASEDB1,08,OD,train,4
DRISHTI_GS/Training/Images/ALL/a.png,DRISHTI_GS,a,,train,4
DRISHTI_GS/Training/Images/ALL/b.png,DRISHTI_GS,b,,tune,4
DRISHTI_GS/Training/Images/ALL/c.png,DRISHTI_GS,c,,test,4
"""


def write_data(folder: Path) -> Path:
    """A data folder of the three sets that the table needs."""
    lay(folder / "photographs.csv").write_text("path,set,person,eye,role,fold\n" + LINES)
    for number, line in enumerate(LINES.splitlines()):
        name, set_name, person = line.split(",")[:3]
        picture_HWC = draw_field(CIRCLE, SIDE_PX, SIDE_PX, seed=number)
        Image.fromarray(picture_HWC).save(lay(folder / name))
        stem, vessel_HW, disc_HW = Path(name).stem, vessels(picture_HWC), disc()
        if set_name == "DRIVE":
            half = folder / "DRIVE" / name.split("/")[1]
            save(vessel_HW, half / "1st_manual" / f"{person}_manual1.gif")
            save(field(), half / "mask" / f"{stem}_mask.gif")
            index = folder / "DRIVE_AV" / name.split("/")[1] / "1st_manual" / f"{stem}.png"
            save(vessel_HW, index)
        elif set_name == "CHASEDB1":
            half = folder / "CHASEDB1" / "test"
            save(vessel_HW, half / "1st_manual" / f"{stem}_1stHO.png")
            save(field(), half / "mask" / f"{stem}.png")
        else:
            maps = folder / "DRISHTI_GS" / "Training" / "GT" / stem / "SoftMap"
            save(disc_HW, maps / f"{stem}_ODsegSoftmap.png")
            save(disc(0.5), maps / f"{stem}_cupsegSoftmap.png")
    return folder


def write_drawn(folder: Path, seed: int = 50) -> Path:
    """A drawn cohort of two photographs a role."""
    rows = []
    for number, role in enumerate([*Role, *Role]):
        picture_HWC = draw_field(CIRCLE, SIDE_PX, SIDE_PX, seed=seed + number)
        Image.fromarray(picture_HWC).save(lay(folder / f"{number}.png"))
        masks = {"vessel": vessels(picture_HWC), "disc": disc(), "cup": disc(0.5)}
        for name, mask_HW in masks.items():
            save(mask_HW, folder / f"{number}_{name}.png")
        rows.append(
            ManifestRow(
                set="a cohort",
                person_id=str(number),
                photograph=f"{number}.png",
                role=role,
                fold=number % 3,
                evidence_kind=EvidenceKind.DRAWN,
                terms="test",
                **{name: f"{number}_{name}.png" for name in masks},
            )
        )
    write_manifest(rows, folder / "cohort.parquet")
    return folder


def lay(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def save(mask_HW: BoolArray, path: Path) -> None:
    Image.fromarray(mask_HW.astype(np.uint8) * np.uint8(255)).save(lay(path))


def vessels(picture_HWC: UInt8Array) -> BoolArray:
    return field(0.95) & (picture_HWC[..., 1] < 62)


def field(share: float = 1.0) -> BoolArray:
    return away_from(CIRCLE.x_px, CIRCLE.y_px) <= share * CIRCLE.radius_px


def disc(share: float = 1.0) -> BoolArray:
    return away_from(CIRCLE.x_px + 37.0, CIRCLE.y_px) <= share * 9.6


def away_from(x_px: float, y_px: float) -> np.ndarray:
    rows, columns = np.ogrid[:SIDE_PX, :SIDE_PX]
    return np.hypot(columns - x_px, rows - y_px)
