"""Where in a photograph the evidence of a forecast lies: attention out of the graphs themselves.

Each sign has an attention over the picture, and each condition's forecast moves by so much when a
sign is forgotten; the map is the sum of the attentions by those weights. No gradients are needed.

Legend: S signs, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.contracts.exam import Forecast, ForecastCondition
from edge_runtime.domain import Evidence, FloatArray, UInt8Array
from edge_runtime.forecast.signs import SeenSigns


@dataclass(frozen=True)
class Shown:
    """What one photograph brought to the forecast of one condition, to be shown as a map."""

    index: int
    """Of the photograph, among those that were asked about."""
    condition: ForecastCondition
    evidence: Evidence
    """Of the forecast's step that knows the photographs."""
    seen: SeenSigns
    weight_S: FloatArray

    @property
    def kind(self) -> str:
        """What the map is called: evidence_<condition>."""
        return f"evidence_{self.condition.value}"

    def map(self, width_px: int, height_px: int, scale: float = 1.0) -> UInt8Array:
        """Return the map as `evidence_map` lays it on the photograph."""
        return evidence_map(self.seen, self.weight_S, width_px, height_px, scale)


def shown_of(
    seen: Sequence[SeenSigns | None],
    forecasts: Iterable[Forecast],
    weight_KS: FloatArray | None,
) -> Iterator[Shown]:
    """Yield all that has a map, photograph by photograph, conditions in their order.

    A map has each condition to which the photographs added a number, on each photograph whose
    signs were read and are not strange. `weight_KS` is that of the forecasts; None has no maps.
    """
    if weight_KS is None:
        return
    added: dict[ForecastCondition, Evidence] = {}
    for forecast in forecasts:
        step = forecast.steps.photographs if forecast.steps else None
        if step is not None and step.evidence is not None:
            added[forecast.condition] = step.evidence
    for index, signs in enumerate(seen):
        if signs is None or signs.strange:
            continue
        for condition, weight_S in zip(ForecastCondition, weight_KS, strict=True):
            if condition in added:
                yield Shown(index, condition, added[condition], signs, weight_S)


def evidence_map(
    seen: SeenSigns, weight_S: FloatArray, width_px: int, height_px: int, scale: float = 1.0
) -> UInt8Array:
    """Return a condition's evidence (H, W) on the photograph: 255 where it is densest, 0 none.

    It has `scale` pixels for each of the photograph.
    """
    map_HW = np.tensordot(weight_S, seen.attention_SHW, axes=1).astype(np.float32)
    highest = float(map_HW.max())
    shown_HW = map_HW * (255.0 / highest) if highest > 0.0 else map_HW
    side = (seen.frame.size_px, seen.frame.size_px)
    image_HW = np.asarray(cv2.resize(shown_HW, side, interpolation=cv2.INTER_LINEAR), np.float32)
    laid_HW = seen.frame.to_photograph(image_HW, width_px, height_px, scale)
    return np.asarray(cv2.convertScaleAbs(laid_HW), np.uint8)
