"""Shifts each channel's logit so that 0.5 is its best cut on tuning people.

Judged as the model will be: on the 8-bit pictures laid on the photograph at its own size, inside
the set's own field mask, as the mean over photographs. The shift goes into the graph, so that every
reader of the probabilities uses the same cut.

Legend: H rows, W columns, V the 256 values of an 8-bit picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import BoolArray, Evidence, FloatArray, UInt8Array
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.preprocess import network_image
from edge_runtime.settings import Limits
from training.anatomy.evaluate import official_field
from training.anatomy.network import DeployedAnatomy
from training.cohort.mask_file import read_mask
from training.errors import CohortError

CALIBRATED = ("vessel", "disc", "cup")
"""Arteriole and venule are compared with each other and keep their logits."""

LOWEST, HIGHEST = 13, 242
"""Cuts outside 5 to 95 % would rest on the tails of a few tuning photographs."""


def logit_shifts(
    network: nn.Module, tune: Iterable[ManifestRow], root: Path, image_size_px: int
) -> list[float]:
    """Return what to add to each channel's logit, in the order of ANATOMY_CHANNELS."""
    unshifted = DeployedAnatomy(network, [0.0] * len(ANATOMY_CHANNELS)).eval()
    curves: dict[str, list[FloatArray]] = {name: [] for name in CALIBRATED}
    for row in tune:
        if not row.masks():
            continue
        anatomy, size = _anatomy(unshifted, row, root, image_size_px)
        for name in CALIBRATED:
            path = getattr(row, name)
            if path is not None:
                laid = anatomy.frame.to_photograph(anatomy.channel(name), *size)
                truth_HW = read_mask(root / path)
                judged_HW = _judged(row, root, name, truth_HW)
                curves[name].append(dice_by_cut(_picture(laid), truth_HW, judged_HW))
    return [_shift(curves[name]) if name in curves else 0.0 for name in ANATOMY_CHANNELS]


def dice_by_cut(picture_HW: UInt8Array, truth_HW: BoolArray, judged_HW: BoolArray) -> FloatArray:
    """Return Dice of `picture >= v` for each v, shape (V,), over the judged pixels."""
    inside = np.bincount(picture_HW[truth_HW & judged_HW], minlength=256)
    outside = np.bincount(picture_HW[~truth_HW & judged_HW], minlength=256)
    hit_V = inside[::-1].cumsum()[::-1]
    false_alarm_V = outside[::-1].cumsum()[::-1]
    both_V = hit_V + false_alarm_V + inside.sum()
    return np.asarray(2.0 * hit_V / np.maximum(both_V, 1), dtype=np.float32)


def _shift(curves: list[FloatArray]) -> float:
    mean_V = np.mean(curves, axis=0)
    best = LOWEST + int(np.argmax(mean_V[LOWEST : HIGHEST + 1]))
    # picture >= best means probability >= (best - 0.5) / 255, which the shift moves to 0.5.
    cut = (best - 0.5) / 255.0
    return -float(np.log(cut / (1.0 - cut)))


def _anatomy(
    deployed: nn.Module, row: ManifestRow, root: Path, image_size_px: int
) -> tuple[Anatomy, tuple[int, int]]:
    limits = Limits()
    content = read_file(root / row.photograph, limits)
    photograph = read_photograph(content, row.photograph, limits, wanted_side_px=image_size_px)
    field = find_field_of_view(photograph)
    if field is None:
        raise CohortError(f"{row.set}: no round field in {row.photograph}")
    seen = network_image(photograph, field, image_size_px)
    with torch.no_grad():
        probability_KHW = deployed(torch.from_numpy(seen.image_HWC[None]))[0].numpy()
    anatomy = Anatomy(seen.frame, seen.field_HW, probability_KHW * seen.field_HW, Evidence.INTERNAL)
    return anatomy, (photograph.width_px, photograph.height_px)


def _judged(row: ManifestRow, root: Path, channel: str, truth_HW: BoolArray) -> BoolArray:
    return official_field(row, root) if channel == "vessel" else np.ones_like(truth_HW)


def _picture(laid_HW: FloatArray) -> UInt8Array:
    return np.asarray(np.round(laid_HW * 255.0), dtype=np.uint8)
