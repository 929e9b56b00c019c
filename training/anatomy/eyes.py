"""Labelled eyes on the network image: photograph and masks through the one preprocessing.

Legend: H rows, W columns, C colours, K the channels asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import BoolArray, FloatArray, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.preprocess import NetworkFrame, NetworkImage, network_image
from edge_runtime.settings import Limits
from training.cohort.mask_file import CROSSING_OR_UNCERTAIN, read_index, read_mask
from training.errors import CohortError

VESSEL_KINDS = ("arteriole", "venule")


@dataclass(frozen=True)
class LabelledEye:
    """One photograph as the network sees it, with what is labelled on it.

    `label_KHW` holds 0 to 255 (a soft edge where the resize averaged); `known_KHW` is 255 where
    the label may be learned from and 0 where nobody labelled or the expert was not sure.
    """

    name: str
    set_name: str
    person_id: str
    frame: NetworkFrame
    image_HWC: UInt8Array
    label_KHW: UInt8Array
    known_KHW: UInt8Array


def labelled_eyes(
    rows: Iterable[ManifestRow], root: Path, image_size_px: int, channels: tuple[str, ...]
) -> Iterator[LabelledEye]:
    """Yield each row with a mask of one of the channels.

    Raises CohortError where no field is found.
    """
    for row in rows:
        if any(_mask_path(row, channel) for channel in channels):
            yield labelled_eye(row, root, image_size_px, channels)


def seen_eye(row: ManifestRow, root: Path, image_size_px: int) -> NetworkImage:
    """Return a photograph through the one preprocessing. Raises CohortError without a field."""
    limits = Limits()
    content = read_file(root / row.photograph, limits)
    photograph = read_photograph(content, row.photograph, limits, wanted_side_px=image_size_px)
    field = find_field_of_view(photograph)
    if field is None:
        raise CohortError(f"{row.set}: no round field in {row.photograph}")
    return network_image(photograph, field, image_size_px)


def labelled_eye(
    row: ManifestRow, root: Path, image_size_px: int, channels: tuple[str, ...]
) -> LabelledEye:
    """Return one photograph with what is labelled of the channels, perhaps nothing.

    Raises CohortError where no field is found.
    """
    seen = seen_eye(row, root, image_size_px)
    shape = (len(channels), image_size_px, image_size_px)
    label_KHW, known_KHW = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for k, channel in enumerate(channels):
        path = _mask_path(row, channel)
        if path is None:
            continue
        label_KHW[k] = _on_network(read_mask(root / path), seen.frame)
        if channel in VESSEL_KINDS and row.vessel is not None:
            unsure_HW = _unsure(root / path, read_mask(root / row.vessel))
            known_KHW[k] = 255 - _on_network(unsure_HW, seen.frame)
        else:
            known_KHW[k] = 255
    return LabelledEye(
        row.photograph, row.set, row.person_id, seen.frame, seen.image_HWC, label_KHW, known_KHW
    )


def _mask_path(row: ManifestRow, channel: str) -> str | None:
    path = getattr(row, channel, None)
    assert path is None or isinstance(path, str)
    return path


def _unsure(index: Path, vessel_HW: BoolArray) -> BoolArray:
    """Return where a vessel is neither arteriole nor venule for sure.

    Code 3 is a crossing or uncertain. DRIVE_AV also leaves vessels of DRIVE's own tracing without
    a code (a median of 11 % of their pixels): they are vessels of an unknown kind, not "none".
    """
    code_HW = read_index(index)
    return np.asarray((code_HW == CROSSING_OR_UNCERTAIN) | (vessel_HW & (code_HW == 0)))


def _on_network(mask_HW: BoolArray, frame: NetworkFrame) -> UInt8Array:
    laid: FloatArray = frame.from_photograph(mask_HW.astype(np.float32))
    return np.asarray(np.round(laid * 255.0), dtype=np.uint8)
