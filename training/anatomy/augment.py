"""Batches of labelled patches, each shown as another camera might have taken it.

A disc-centred 30 degree field is also shown smaller, as the 45 degree cameras show a disc.

Legend: H rows, W columns, C colours, K channels.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import UInt8Array
from training.anatomy.eyes import LabelledEye
from training.augmentation import other_camera, placed, placement

Batch = tuple[UInt8Array, UInt8Array, UInt8Array]
"""image_NHWC, label_NKHW, known_NKHW."""

ZOOM = {"DRISHTI_GS": (0.65, 1.25)}
USUAL_ZOOM = (0.85, 1.35)
TURN_DEGREES = 25.0


def augmented_batch(
    eyes: list[LabelledEye],
    shares: dict[str, float],
    rng: np.random.Generator,
    size: int,
    px: int,
    scale: float = 1.0,
    zoom: tuple[float, float] | None = None,
) -> Batch:
    """Return `size` patches of side `px` of randomly chosen eyes; `shares`: how often each set.

    `scale` is how long a pixel of the eye's image is in the patch, before any zoom; `zoom` is one
    range for every set in place of each set's own.
    """
    patches = []
    for _ in range(size):
        chosen = rng.choice(list(shares), p=list(shares.values()))
        of_set = [eye for eye in eyes if eye.set_name == chosen]
        eye = of_set[rng.integers(len(of_set))]
        range_of_set = zoom or ZOOM.get(eye.set_name, USUAL_ZOOM)
        patches.append(_patch(eye, rng, px, (range_of_set[0] * scale, range_of_set[1] * scale)))
    images, labels, knowns = zip(*patches, strict=True)
    return np.stack(images), np.stack(labels), np.stack(knowns)


def _patch(
    eye: LabelledEye, rng: np.random.Generator, patch_px: int, zoom: tuple[float, float]
) -> Batch:
    side = eye.image_HWC.shape[0]
    # The patch's centre stays inside the field at any zoom.
    reach = max(0.0, 0.5 * side * float(np.mean(zoom)) - 0.35 * patch_px)
    where = placement(side, patch_px, rng, zoom=zoom, turn_degrees=TURN_DEGREES, reach_px=reach)
    label_KHW = np.zeros((len(eye.label_KHW), patch_px, patch_px), np.uint8)
    known_KHW = np.zeros_like(label_KHW)
    for k in np.flatnonzero(eye.known_KHW.any(axis=(1, 2))):
        label_KHW[k] = placed(eye.label_KHW[k], where, patch_px)
        # Outside the photograph everything that is labelled at all is known to be absent.
        known_KHW[k] = placed(eye.known_KHW[k], where, patch_px, border=255)
    return other_camera(placed(eye.image_HWC, where, patch_px), rng), label_KHW, known_KHW
