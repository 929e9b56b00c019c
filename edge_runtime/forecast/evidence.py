"""Where in a photograph the evidence of a forecast lies: attention out of the graphs themselves.

Each sign has an attention over the picture, and each condition's forecast moves by so much when a
sign is forgotten; the map is the sum of the attentions by those weights. No gradients are needed.

Legend: S signs, H rows, W columns.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge_runtime.domain import FloatArray, UInt8Array
from edge_runtime.forecast.signs import SeenSigns


def evidence_map(
    seen: SeenSigns, weight_S: FloatArray, width_px: int, height_px: int
) -> UInt8Array:
    """Return a condition's evidence (H, W) on the photograph: 255 where it is densest, 0 none."""
    map_HW = np.tensordot(weight_S, seen.attention_SHW, axes=1).astype(np.float32)
    highest = float(map_HW.max())
    shown_HW = map_HW * (255.0 / highest) if highest > 0.0 else map_HW
    side = (seen.frame.size_px, seen.frame.size_px)
    image_HW = np.asarray(cv2.resize(shown_HW, side, interpolation=cv2.INTER_LINEAR), np.float32)
    laid_HW = seen.frame.to_photograph(image_HW, width_px, height_px)
    return np.asarray(cv2.convertScaleAbs(laid_HW), np.uint8)
