"""The fovea: where the anatomy model's heat map says that it lies, or why it is not known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import FloatArray

FOVEA_PRESENT = 0.5
"""The fovea is said to be in the picture where the heat map's peak reaches this."""

PEAK_SHARE = 0.5
"""The peak's own blob goes down to this share of its height."""


@dataclass(frozen=True)
class Fovea:
    """The fovea's place on the network image, in pixels and fractions of them."""

    x_px: float
    y_px: float


@dataclass(frozen=True)
class NoFovea:
    """The fovea's place is not known, and why."""

    reason: str


NOT_LOOKED_FOR = NoFovea("this bundle's model does not find the fovea")
NOT_FOUND = NoFovea("no fovea found")


def find_fovea(heat_HW: FloatArray) -> Fovea | NoFovea:
    """Return the centroid of the highest peak of a heat map in [0, 1], to a fraction of a pixel.

    The centroid is that of the blob about the peak (8-connected, at least PEAK_SHARE of its
    height), weighted by the heat. Other blobs, lower or apart, do not count.
    """
    _, peak, _, place = cv2.minMaxLoc(heat_HW)
    if not peak >= FOVEA_PRESENT:
        return NOT_FOUND
    blob_HW = (heat_HW >= PEAK_SHARE * peak).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(blob_HW)
    _, labels_hw = cv2.connectedComponents(blob_HW[y : y + height, x : x + width])
    rows, columns = np.nonzero(labels_hw == labels_hw[place[1] - y, place[0] - x])
    rows, columns = rows + y, columns + x
    weights = heat_HW[rows, columns].astype(np.float64)
    return Fovea(
        float(np.average(columns, weights=weights)), float(np.average(rows, weights=weights))
    )
