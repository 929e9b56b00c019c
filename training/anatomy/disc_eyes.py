"""Eyes with a labelled disc, each as a wide square around it from which training cuts its crops.

Experts' masks where there are some, else developers' marks of the disc, which know no cup.

Legend: H rows, W columns, C colours, K = disc and cup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.mask_reference import mask_reference
from edge_runtime.domain import BoolArray, FieldOfView, FloatArray, Photograph, UInt8Array
from edge_runtime.fundus.biomarkers.profiles import WANTED_SIDE_PX
from edge_runtime.fundus.disc_crop import DiscPlace, disc_crop
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.preprocess import NetworkFrame, NetworkImage
from edge_runtime.settings import Limits
from training.anatomy.structure_eyes import ellipse
from training.cohort.mask_file import read_index, read_mask
from training.errors import CohortError
from training.marks.reading import DiscMark, read_disc_marks

CHANNELS = ("disc", "cup")

HALF_THE_EXPERTS = 128
"""Labels are the share of experts x 255; the truth is where at least half agree."""


@dataclass(frozen=True)
class DiscEye:
    """One photograph around its disc, with what is labelled there.

    `label_KHW` is the share of experts x 255; `known_K` says of which channel there is a label.
    """

    name: str
    set_name: str
    image_HWC: UInt8Array
    label_KHW: UInt8Array
    known_K: BoolArray


def disc_eyes(
    rows: Iterable[ManifestRow], root: Path, size_px: int, margin: float
) -> Iterator[DiscEye]:
    """Yield each row with a disc that is not empty. Raises CohortError where no field is found."""
    marks = read_disc_marks()
    for row in rows:
        if row.disc is not None:
            shares = [_shares(root, path) for path in (row.disc, row.cup)]
            place = place_on_photograph(shares[0])
            if place is not None:
                seen = disc_crop(*photographed(row, root), place, size_px, margin)
                yield _eye(row, seen, [_on_crop(share_HW, seen.frame) for share_HW in shares])
        elif row.photograph in marks:
            mark = marks[row.photograph]
            place = DiscPlace(mark.x_px, mark.y_px, sqrt(mark.width_px * mark.height_px))
            seen = disc_crop(*photographed(row, root), place, size_px, margin)
            yield _eye(row, seen, [_marked(mark, seen.frame), None])


def photographed(row: ManifestRow, root: Path) -> tuple[Photograph, FieldOfView]:
    """Return a photograph, decoded as the pipeline does, and its field.

    Raises CohortError without a field.
    """
    limits = Limits()
    content = read_file(root / row.photograph, limits)
    photograph = read_photograph(content, row.photograph, limits, wanted_side_px=WANTED_SIDE_PX)
    field = find_field_of_view(photograph)
    if field is None:
        raise CohortError(f"{row.set}: no round field in {row.photograph}")
    return photograph, field


def place_on_photograph(share_HW: FloatArray | None) -> DiscPlace | None:
    """Return where the disc lies of which at least half of the experts are sure, None without."""
    if share_HW is None:
        return None
    rows, columns = np.nonzero(share_HW * 255.0 >= HALF_THE_EXPERTS - 0.5)
    if not rows.size:
        return None
    diameter_px = 2.0 * sqrt(rows.size / np.pi)
    return DiscPlace(float(columns.mean()), float(rows.mean()), diameter_px)


def _shares(root: Path, path: str | None) -> FloatArray | None:
    """Return the share of experts at each pixel, in [0, 1]; a mask without a cut is 0 or 1."""
    if path is None:
        return None
    if mask_reference(path).at_least is None:
        return read_mask(root / path).astype(np.float32)
    return np.asarray(read_index(root / path) / 255.0, dtype=np.float32)


def _on_crop(share_HW: FloatArray | None, frame: NetworkFrame) -> UInt8Array | None:
    if share_HW is None:
        return None
    return np.asarray(np.round(frame.from_photograph(share_HW) * 255.0), dtype=np.uint8)


def _marked(mark: DiscMark, frame: NetworkFrame) -> UInt8Array:
    return ellipse(frame, (mark.x_px, mark.y_px), (mark.width_px / 2.0, mark.height_px / 2.0))


def _eye(row: ManifestRow, seen: NetworkImage, labels: list[UInt8Array | None]) -> DiscEye:
    blank_HW = np.zeros(seen.image_HWC.shape[:2], np.uint8)
    return DiscEye(
        row.photograph,
        row.set,
        seen.image_HWC,
        np.stack([blank_HW if label is None else label for label in labels]),
        np.array([label is not None for label in labels], dtype=np.bool_),
    )
