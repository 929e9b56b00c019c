"""The evidence maps of an exam's photographs, as the events that follow its forecast."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from edge_runtime.contracts.result import PhotographIdentity
from edge_runtime.forecast.evidence import Shown, shown_of
from edge_runtime.forecast.signs import SeenSigns
from edge_runtime.service.pictures import png, preview_scale
from edge_runtime.stages import ForecastRead, PhotographDone, StageEvent
from edge_runtime.wire.records import EvidenceMap, EvidenceMapped


class EvidenceMaps:
    """Remembers what the photographs showed until the forecast says how far it moved it."""

    def __init__(self, side_px: int) -> None:
        """Make maps of the size of each photograph's preview, whose longer side is `side_px`."""
        self._side_px = side_px
        self._done: list[tuple[int, PhotographIdentity, SeenSigns | None]] = []

    def after(self, stage: StageEvent) -> Iterator[EvidenceMapped]:
        """Yield the maps of each photograph that has any, once the forecast is read."""
        if isinstance(stage, PhotographDone):
            self._done.append((stage.index, stage.result.photograph, stage.signs))
        elif isinstance(stage, ForecastRead):
            signs = [signs for _, _, signs in self._done]
            shown = list(shown_of(signs, stage.forecast, stage.weight_KS))
            # Laying and encoding let go of the interpreter: two at a time.
            with ThreadPoolExecutor(2, "maps") as beside:
                made = list(beside.map(self._map, shown))
            for place, of_one in groupby(zip(shown, made, strict=True), lambda e: e[0].index):
                yield EvidenceMapped(self._done[place][0], tuple(made for _, made in of_one))

    def _map(self, shown: Shown) -> EvidenceMap:
        photograph = self._done[shown.index][1]
        width_px, height_px = photograph.width_px, photograph.height_px
        map_HW = shown.map(width_px, height_px, preview_scale(width_px, height_px, self._side_px))
        return EvidenceMap(shown.condition, png(shown.kind, map_HW), shown.evidence)
