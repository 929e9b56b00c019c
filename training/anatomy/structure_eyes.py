"""Eyes with labelled structures: experts' masks, and developers' marks of disc and fovea.

Legend: H rows, W columns, K the channels of the structure task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import UInt8Array
from edge_runtime.fundus.preprocess import NetworkFrame
from training.anatomy.eyes import LabelledEye, labelled_eye
from training.anatomy.structure_task import CHANNELS
from training.marks.reading import read_disc_marks, read_fovea_marks

FOVEA_RADIUS = 0.036
"""Of the network image's side: a quarter of a usual disc's diameter, as precise as the marks."""

SHARP_BITS = 4


def structure_eyes(
    rows: Iterable[ManifestRow], root: Path, image_size_px: int
) -> Iterator[LabelledEye]:
    """Yield each row with a mask or a mark. Raises CohortError where no field is found."""
    discs, foveas = read_disc_marks(), read_fovea_marks()
    for row in rows:
        path = row.photograph
        if not row.masks() and path not in discs and path not in foveas:
            continue
        eye = labelled_eye(row, root, image_size_px, CHANNELS)
        if path in discs and row.disc is None:
            mark = discs[path]
            axes = (mark.width_px / 2.0, mark.height_px / 2.0)
            _draw(eye, "disc", (mark.x_px, mark.y_px), axes)
        if path in foveas:
            radius = FOVEA_RADIUS * image_size_px / eye.frame.network_px_per_photograph_px
            _draw(eye, "fovea", foveas[path], (radius, radius))
        yield eye


def _draw(
    eye: LabelledEye, channel: str, centre_px: tuple[float, float], axes_px: tuple[float, float]
) -> None:
    """Fill an ellipse of the photograph's frame into the eye's own labels."""
    k = CHANNELS.index(channel)
    eye.label_KHW[k] = ellipse(eye.frame, centre_px, axes_px)
    eye.known_KHW[k] = 255


def ellipse(
    frame: NetworkFrame, centre_px: tuple[float, float], axes_px: tuple[float, float]
) -> UInt8Array:
    """Return a filled ellipse of the photograph on the network image, 0 or 255, shape (H, W)."""
    ratio = frame.network_px_per_photograph_px
    x_px = (centre_px[0] - frame.left_px + 0.5) * ratio - 0.5
    y_px = (centre_px[1] - frame.top_px + 0.5) * ratio - 0.5
    drawn_HW = np.zeros((frame.size_px, frame.size_px), np.uint8)
    fine = 1 << SHARP_BITS
    cv2.ellipse(
        drawn_HW,
        (round(x_px * fine), round(y_px * fine)),
        (round(axes_px[0] * ratio * fine), round(axes_px[1] * ratio * fine)),
        0.0,
        0.0,
        360.0,
        255,
        -1,
        cv2.LINE_AA,
        SHARP_BITS,
    )
    return drawn_HW
