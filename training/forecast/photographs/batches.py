"""Photographs of a batch of people as the network sees them, left eyes mirrored into right ones.

Legend: N photographs, P people, H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import Eye, FloatArray, UInt8Array
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.fundus.preprocess import NetworkImage, network_image
from edge_runtime.settings import Limits
from training.augmentation import other_camera, placed, placement
from training.errors import CohortError
from training.forecast.photographs.seen import SeenEye

ONE_EYE_ALONE = 0.3
"""Share of people of whom one eye alone is shown in training, as clinics often have one."""


@dataclass(frozen=True)
class Pictures:
    """A batch: images (N, H, W, C), each person's shares of them (P, N), labels (N, L)."""

    image_NHWC: UInt8Array
    share_PN: FloatArray
    label_NL: FloatArray
    person_N: np.ndarray


def pictures_of(
    people: list[tuple[SeenEye, ...]], side_px: int, rng: np.random.Generator | None
) -> Pictures:
    """Return the photographs of these people; `rng` None shows all of them as they are.

    Two eyes count alike, however many photographs each has. Raises CohortError without a field.
    """
    images, labels, owners, weights = [], [], [], []
    for number, eyes in enumerate(people):
        shown = eyes if rng is None or rng.random() > ONE_EYE_ALONE else _one_eye(eyes, rng)
        for seen in shown:
            images.append(_image(seen, side_px, rng))
            labels.append(seen.label_L)
            owners.append(number)
            weights.append(1.0 / sum(other.eye == seen.eye for other in shown))
    share_PN = np.zeros((len(people), len(images)), np.float32)
    share_PN[owners, np.arange(len(images))] = weights
    share_PN /= share_PN.sum(axis=1, keepdims=True)
    return Pictures(np.stack(images), share_PN, np.stack(labels), np.asarray(owners))


def _one_eye(eyes: tuple[SeenEye, ...], rng: np.random.Generator) -> tuple[SeenEye, ...]:
    chosen = eyes[rng.integers(len(eyes))].eye
    return tuple(seen for seen in eyes if seen.eye == chosen)


def _image(seen: SeenEye, side_px: int, rng: np.random.Generator | None) -> UInt8Array:
    image_HWC = network_view(seen, side_px)
    if rng is None:
        return image_HWC
    where = placement(
        side_px, side_px, rng, zoom=(0.93, 1.07), turn_degrees=12.0, reach_px=8.0, mirrored=False
    )
    return other_camera(placed(image_HWC, where, side_px), rng)


def network_view(seen: SeenEye, side_px: int) -> UInt8Array:
    """Return one photograph through the one preprocessing; an OS is mirrored into an OD."""
    image_HWC = framed_view(seen, side_px).image_HWC
    return np.asarray(cv2.flip(image_HWC, 1), np.uint8) if seen.eye is Eye.OS else image_HWC


def framed_view(seen: SeenEye, side_px: int) -> NetworkImage:
    """Return one photograph through the one preprocessing, as it is. Raises CohortError."""
    limits = Limits()
    content = read_file(seen.path, limits)
    photograph = read_photograph(content, seen.path.name, limits, wanted_side_px=side_px)
    field = find_field_of_view(photograph)
    if field is None:
        raise CohortError(f"{seen.path}: no round field is found")
    return network_image(photograph, field, side_px)
