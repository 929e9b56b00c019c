"""The gate: no bundle is written unless the exported graph does what the network does.

Checked on real inputs: names, shapes, values, and what they mean (vessel, disc and cup masks).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from edge_runtime.backends.base import Backend
from edge_runtime.contracts.bundle import ParityReport
from edge_runtime.contracts.tensors import LAYOUTS
from edge_runtime.domain import FloatArray, UInt8Array
from edge_runtime.fundus.anatomy import PRESENT
from export.errors import ShapeError, ToleranceError

TOLERANCE = {"fp32": 1e-3}
"""Largest difference of a probability that each precision may show against torch."""

LARGEST_MASK_CHANGE = 0.001
"""Share of pixels that may change side of the 0.5 cut: a thousandth of a mask."""


def map_parity(
    deployed: nn.Module,
    backend: Backend,
    images_NHWC: UInt8Array,
    precision: str,
    labels: Sequence[str],
) -> ParityReport:
    """Return how far the graph is from the network on these pictures; `labels` names its maps.

    Raises ShapeError or ToleranceError when it is too far.
    """
    layout = LAYOUTS["anatomy"]  # that of disc is the same
    with torch.no_grad():
        ours = np.asarray(deployed.eval()(torch.from_numpy(images_NHWC)).numpy(), np.float32)
    theirs = np.concatenate(
        [
            backend.run({layout.inputs[0].name: image[None]})[layout.outputs[0].name]
            for image in images_NHWC
        ]
    )
    if ours.shape != theirs.shape:
        raise ShapeError(f"torch gives {ours.shape}, {backend.name} {theirs.shape}")
    difference = float(np.abs(ours - theirs).max())
    changed = _changed_share(ours, theirs, labels)
    tolerance = TOLERANCE[precision]
    if not difference <= tolerance or max(changed.values()) > LARGEST_MASK_CHANGE:
        raise ToleranceError(
            f"{precision}: largest difference {difference:.2e} (allowed {tolerance:.0e}), "
            f"share of mask pixels that change {changed}"
        )
    worst = max(changed, key=lambda channel: changed[channel])
    return ParityReport(
        reference="torch, fp32, same machine",
        samples=len(images_NHWC),
        largest_difference=difference,
        tolerance=tolerance,
        in_words=(
            f"On {len(images_NHWC)} pictures no probability differs by more than "
            f"{difference:.1e}; at most {changed[worst]:.1e} of a mask's pixels ({worst}) change."
        ),
    )


def _changed_share(ours: FloatArray, theirs: FloatArray, labels: Sequence[str]) -> dict[str, float]:
    """Return for each structure the pixels that change side, as a share of its mask."""
    shares = {}
    for k, channel in enumerate(labels):
        said, meant = theirs[:, k] >= PRESENT, ours[:, k] >= PRESENT
        shares[channel] = float((said != meant).sum() / max(1, int(meant.sum())))
    return shares
