"""Batches of disc crops: off centre, at a wrong scale and turned, as another camera saw them.

The crop of the runtime lies around the disc that the structure network found, so its place and
scale are drawn wider than that network errs.

Legend: N crops, H rows, W columns, C colours, K = disc and cup.
"""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import UInt8Array
from training.anatomy.disc_eyes import DiscEye
from training.augmentation import other_camera, placed, placement

Batch = tuple[UInt8Array, UInt8Array, UInt8Array]
"""image_NHWC, label_NKHW, known_NK (0 or 1)."""

ZOOM = (0.72, 1.35)
TURN_DEGREES = 40.0
REACH = 0.13
"""Farthest that a disc lies from the crop's centre, of the crop's side: 0.28 diameters."""


def disc_batch(
    eyes: list[DiscEye], shares: dict[str, float], rng: np.random.Generator, size: int, px: int
) -> Batch:
    """Return `size` crops of side `px` of randomly chosen eyes; `shares`: how often each set."""
    crops = []
    for _ in range(size):
        chosen = rng.choice(list(shares), p=list(shares.values()))
        of_set = [eye for eye in eyes if eye.set_name == chosen]
        crops.append(_crop(of_set[rng.integers(len(of_set))], rng, px))
    images, labels, knowns = zip(*crops, strict=True)
    return np.stack(images), np.stack(labels), np.stack(knowns)


def middle(picture: UInt8Array, px: int) -> UInt8Array:
    """Return the middle square of a wide picture: the crop when the disc was found exactly."""
    start = (picture.shape[0] - px) // 2
    return picture[start : start + px, start : start + px]


def _crop(eye: DiscEye, rng: np.random.Generator, px: int) -> Batch:
    side = eye.image_HWC.shape[0]
    where = placement(side, px, rng, zoom=ZOOM, turn_degrees=TURN_DEGREES, reach_px=REACH * px)
    if rng.random() < 0.5:
        # Upside down: seldom seen, but a disc's own shape has no up.
        where = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, px - 1.0]]) @ np.vstack([where, [0, 0, 1]])
    labels = [placed(label_HW, where, px) for label_HW in eye.label_KHW]
    image_HWC = other_camera(placed(eye.image_HWC, where, px), rng)
    return image_HWC, np.stack(labels), eye.known_K.astype(np.uint8)
