"""Augmentation of labelled eyes: here and nowhere else.

A disc-centred 30 degree field is also shown smaller and off-centre, so that the disc is found in
the 45 degree, macula-centred photographs that most cameras make.

Legend: H rows, W columns, C colours, K channels.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import UInt8Array
from training.anatomy.eyes import LabelledEye

Batch = tuple[UInt8Array, UInt8Array, UInt8Array]
"""image_NHWC, label_NKHW, known_NKHW."""

ZOOM = {"DRISHTI_GS": (0.45, 1.25)}
USUAL_ZOOM = (0.85, 1.35)


def augmented_batch(
    eyes: list[LabelledEye], shares: dict[str, float], rng: np.random.Generator, size: int, px: int
) -> Batch:
    """Return `size` patches of side `px` of randomly chosen eyes; `shares`: how often each set."""
    patches = []
    for _ in range(size):
        chosen = rng.choice(list(shares), p=list(shares.values()))
        of_set = [eye for eye in eyes if eye.set_name == chosen]
        patches.append(_patch(of_set[rng.integers(len(of_set))], rng, px))
    images, labels, knowns = zip(*patches, strict=True)
    return np.stack(images), np.stack(labels), np.stack(knowns)


def _patch(eye: LabelledEye, rng: np.random.Generator, patch_px: int) -> Batch:
    placement = _placement(eye, rng, patch_px)
    image_HWC = _warped(eye.image_HWC, placement, patch_px)
    label_KHW = np.zeros((len(eye.label_KHW), patch_px, patch_px), np.uint8)
    known_KHW = np.zeros_like(label_KHW)
    for k in np.flatnonzero(eye.known_KHW.any(axis=(1, 2))):
        label_KHW[k] = _warped(eye.label_KHW[k], placement, patch_px)
        # Outside the photograph everything that is labelled at all is known to be absent.
        known_KHW[k] = _warped(eye.known_KHW[k], placement, patch_px, border=255)
    return _photometric(image_HWC, rng), label_KHW, known_KHW


def _placement(eye: LabelledEye, rng: np.random.Generator, patch_px: int) -> np.ndarray:
    """Return the 2x3 affine map from the network image to the patch."""
    side = eye.image_HWC.shape[0]
    low, high = ZOOM.get(eye.set_name, USUAL_ZOOM)
    zoom = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-25, 25), zoom)
    if rng.random() < 0.5:
        matrix = matrix @ np.array([[-1.0, 0.0, side - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    # Slide the patch over the zoomed image, keeping the patch's centre inside its field.
    reach = max(0.0, 0.5 * side * zoom - 0.35 * patch_px)
    angle, distance = rng.uniform(0, 2 * np.pi), reach * np.sqrt(rng.random())
    matrix[0, 2] += patch_px / 2 - side / 2 + distance * np.cos(angle)
    matrix[1, 2] += patch_px / 2 - side / 2 + distance * np.sin(angle)
    return matrix


def _warped(
    picture: UInt8Array, placement: np.ndarray, patch_px: int, border: int = 0
) -> UInt8Array:
    warped = cv2.warpAffine(
        picture,
        placement,
        (patch_px, patch_px),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(border,) * 3,
    )
    return np.asarray(warped, dtype=np.uint8)


def _photometric(image_HWC: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Return the image under another camera: colour, exposure, shading, focus, noise."""
    inside = image_HWC.max(axis=2, keepdims=True) > 0
    gamma = float(np.exp(rng.normal(0.0, 0.2)))
    gain = np.exp(rng.normal(0.0, 0.12, size=3) + rng.normal(0.0, 0.15))
    light = np.power(image_HWC / np.float32(255.0), np.float32(gamma))
    light = light * gain.astype(np.float32) * _shading(len(light), rng)[..., None]
    if rng.random() < 0.2:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), rng.uniform(0.4, 1.2)))
    noise = rng.standard_normal(light.shape, dtype=np.float32)
    light = light + noise * np.float32(rng.uniform(0.0, 0.015))
    light = light + np.float32(rng.uniform(-0.04, 0.08))
    return np.asarray(np.clip(light * inside, 0.0, 1.0) * 255.0, dtype=np.uint8)


def _shading(side: int, rng: np.random.Generator) -> np.ndarray:
    """Return a slow light field, shape (side, side), around 1."""
    coarse = rng.normal(1.0, 0.12, size=(3, 3)).astype(np.float32)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
