"""The disc from near: a square of the photograph around its disc, and what was seen there.

The anatomy model sees the whole field, where a cup is some 50 pixels high. The disc network sees
the disc alone at the photograph's own scale; training cuts its crops by the same function.

Legend: K channels, H rows, W columns, C colours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge_runtime.domain import BoolArray, Evidence, FieldOfView, FloatArray, Photograph
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.biomarkers.masks import pixels_of
from edge_runtime.fundus.preprocess import NetworkFrame, NetworkImage, square_image

DISC_MARGIN = 1.2
"""What a crop shows around the disc, as a share of the disc's radius: 2.2 diameters in all."""


@dataclass(frozen=True)
class DiscPlace:
    """Where a disc lies in a photograph and how wide it is, in photograph pixels."""

    x_px: float
    y_px: float
    diameter_px: float
    """Of the circle of the same area."""


def place_of(disc_HW: BoolArray, frame: NetworkFrame) -> DiscPlace | None:
    """Return the place of a disc's mask on a network image, None for an empty mask."""
    rows, columns = pixels_of(disc_HW)
    if not rows.size:
        return None
    x_px, y_px = frame.point_to_photograph(float(columns.mean()), float(rows.mean()))
    diameter = 2.0 * float(np.sqrt(rows.size / np.pi))
    return DiscPlace(x_px, y_px, diameter / frame.network_px_per_photograph_px)


def disc_crop(
    photograph: Photograph,
    field: FieldOfView,
    place: DiscPlace,
    size_px: int,
    margin: float = DISC_MARGIN,
) -> NetworkImage:
    """Return the square around a disc, of side `size_px`; outside the field it is black."""
    side_px = place.diameter_px * (1.0 + margin)
    left_px, top_px = place.x_px + 0.5 - side_px / 2.0, place.y_px + 0.5 - side_px / 2.0
    return square_image(photograph, field, left_px, top_px, side_px, size_px)


def with_disc(
    anatomy: Anatomy,
    crop: NetworkImage,
    probability_KHW: FloatArray,
    labels: tuple[str, ...],
    evidence: Evidence,
) -> Anatomy:
    """Return the anatomy with these structures as they were seen in the crop, and nowhere else.

    Its evidence is the weaker of the two, as its masks are measured together.
    """
    maps_HW = list(anatomy.probability_KHW)
    for label, map_HW in zip(labels, probability_KHW, strict=True):
        laid_HW = _laid(map_HW * crop.field_HW, crop.frame, anatomy.frame)
        maps_HW[anatomy.labels.index(label)] = laid_HW * anatomy.field_HW
    weaker = min(anatomy.evidence, evidence, key=list(Evidence).index)
    return replace(anatomy, probability_KHW=maps_HW, evidence=weaker)


def _laid(map_HW: FloatArray, crop: NetworkFrame, whole: NetworkFrame) -> FloatArray:
    """Return a crop's map on another network image of the same photograph, zero beyond it."""
    ratio = crop.network_px_per_photograph_px / whole.network_px_per_photograph_px
    # Pixel centres: crop (u + 0.5) / its ratio + its left = photograph = the same of the whole.
    shift = crop.network_px_per_photograph_px
    inverse = np.array(
        [
            [ratio, 0.0, 0.5 * ratio - 0.5 + (whole.left_px - crop.left_px) * shift],
            [0.0, ratio, 0.5 * ratio - 0.5 + (whole.top_px - crop.top_px) * shift],
        ]
    )
    size = (whole.size_px, whole.size_px)
    laid = cv2.warpAffine(map_HW, inverse, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(laid, dtype=np.float32)
