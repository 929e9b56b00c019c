"""What was read of photographs ahead of their exam, so that the exam need not read them again.

A kiosk has each photograph judged while the person still sits at the camera. What the models saw
then is kept for a few minutes and goes into the exam, which takes it away: nothing is read twice.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from edge_runtime.domain import Eye, PhotographFile
from edge_runtime.stages import AnatomyRead, ExamDone, ForecastRead, PhotographDone, StageEvent

KEPT_S = 300.0
"""From a person's first photograph to the exam; then it is read again."""

MAX_BYTES = 64_000_000
"""Of pixels and maps: both eyes of a few kiosks. The oldest go first."""

Key = tuple[str, str, Eye | None]
Reads = Callable[[int, PhotographFile], Iterator[StageEvent]]


@dataclass(frozen=True)
class _Read:
    stages: tuple[StageEvent, ...]
    num_bytes: int
    read_s: float


class ReadAhead:
    """Stages of photographs by content, name and eye. Safe to call from several threads."""

    def __init__(
        self, max_bytes: int = MAX_BYTES, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_bytes, self._clock_s = max_bytes, clock_s
        self._lock = threading.Lock()
        self._kept: dict[Key, _Read] = {}

    def keeping(self, reads: Reads, index: int, file: PhotographFile) -> Iterator[StageEvent]:
        """Yield the stages of a photograph and keep them once it is finished."""
        stages = []
        for stage in reads(index, file):
            stages.append(stage)
            yield stage
        read = _Read(tuple(stages), sum(map(_num_bytes, stages)), self._clock_s())
        with self._lock:
            self._kept.pop(_key(file), None)  # the newest stands last
            self._kept[_key(file)] = read
            self._forget()

    def used(self, reads: Reads, index: int, file: PhotographFile) -> Iterator[StageEvent]:
        """Yield the stages that were kept, under this index, or read the photograph now."""
        with self._lock:
            self._forget()
            read = self._kept.pop(_key(file), None) if self._kept else None
        if read is None:
            yield from reads(index, file)
            return
        for stage in read.stages:
            yield _under(index, stage)

    def _forget(self) -> None:
        oldest_s = self._clock_s() - KEPT_S
        for key, read in list(self._kept.items()):
            held = sum(each.num_bytes for each in self._kept.values())
            if read.read_s < oldest_s or held > self._max_bytes:
                del self._kept[key]


def _key(file: PhotographFile) -> Key:
    return hashlib.sha256(file.content).hexdigest(), file.name, file.eye


def _under(index: int, stage: StageEvent) -> StageEvent:
    # The exam's own two stages belong to no photograph.
    if isinstance(stage, (ForecastRead, ExamDone)):
        return stage
    return replace(stage, index=index)


def _num_bytes(stage: StageEvent) -> int:
    if isinstance(stage, AnatomyRead):
        maps = sum(map_HW.nbytes for map_HW in stage.anatomy.probability_KHW)
        return stage.photograph.pixels_HWC.nbytes + stage.anatomy.field_HW.nbytes + maps
    if isinstance(stage, PhotographDone) and stage.signs is not None:
        return stage.signs.attention_SHW.nbytes
    return 0
