"""One bundle in service: its pipeline, and its models in an engine room of their own."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace

import numpy as np

from edge_runtime.backends.base import Backend
from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import ModelEntry
from edge_runtime.domain import Tensors
from edge_runtime.fundus.intake import ReadPhotograph
from edge_runtime.models import LoadedModel
from edge_runtime.service.engines.batching import tried
from edge_runtime.service.engines.narrow import narrow_engine
from edge_runtime.service.engines.room import Bounds, EngineRoom
from edge_runtime.service.engines.statistics import ModelStatistics
from edge_runtime.service.screener import OpenScreener, Screener
from edge_runtime.settings import Settings

StatisticsOf = Callable[[str, str], ModelStatistics]
"""The counters of a model and version; the same ones when a version comes back."""


@dataclass
class InTheRoom:
    """A backend that is run by the engine room, in its order."""

    name: str
    model: str
    room: EngineRoom

    def run(self, inputs: Tensors) -> Tensors:
        """Return the outputs; waits for the room's turn. Raises what the engine raises."""
        return self.room.run(self.model, inputs)

    def close(self) -> None:
        """Leave the engine open: the pipeline that opened it closes it."""


class Generation:
    """A bundle from the moment that it is proved until its last user has left."""

    def __init__(
        self, settings: Settings, opened: ExitStack, screener: Screener, read: ReadPhotograph
    ) -> None:
        self.settings = settings
        self._read = read
        self.room = EngineRoom()
        self.models = dict(screener.loaded)
        self.screener = screener
        self._opened = opened
        self._narrow: list[Backend] = []
        self._lock = threading.Lock()
        self._num_users = 0
        self._retired = False
        self._closed = threading.Event()

    @classmethod
    def open(
        cls,
        settings: Settings,
        open_screener: OpenScreener,
        statistics: StatisticsOf,
        read: ReadPhotograph,
    ) -> Generation:
        """Return a bundle ready to serve: verified, loaded, warm, proved, and tried in batches.

        Raises a BundleError or an InferenceError; nothing is left open then.
        """
        with ExitStack() as opening:
            screener = opening.enter_context(open_screener(settings))
            generation = cls(settings, opening.pop_all(), screener, read)
        try:
            generation._move_in(statistics)
        except BaseException:
            generation.retire()
            raise
        return generation

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self.screener.bundle.identity.version

    @contextmanager
    def used(self) -> Iterator[Generation]:
        """Keep the bundle open during the block."""
        with self._lock:
            self._num_users += 1
        try:
            yield self
        finally:
            with self._lock:
                self._num_users -= 1
                closes = self._retired and self._num_users == 0
            if closes:
                self._close_soon()

    def retire(self) -> None:
        """Close the bundle once its last user has left."""
        with self._lock:
            closes = not self._retired and self._num_users == 0
            self._retired = True
        if closes:
            self._close_soon()

    def wait_closed(self, timeout_s: float) -> bool:
        """Return whether a retired bundle has given its memory back within the time."""
        return self._closed.wait(timeout_s)

    def _move_in(self, statistics: StatisticsOf) -> None:
        bundle, seated = self.screener.bundle, {}
        for name, model in self.models.items():
            samples = golden_inputs(bundle, name, model.entry)
            narrow = narrow_engine(bundle, model, samples, self.settings)
            if narrow is not None:
                self._narrow.append(narrow)
            bounds = _bounds(self.settings, model, samples)
            self.room.add(model, bounds, statistics(name, self.version), narrow)
            engine = InTheRoom(model.backend.name, name, self.room)
            seated[name] = replace(model, backend=engine, lock=nullcontext())
        self.screener = self.screener.on(seated, self._read)

    def _close_soon(self) -> None:
        # In a thread of its own: the run under way is waited for, and the last user may be the
        # event loop.
        threading.Thread(target=self._close, name="closing").start()

    def _close(self) -> None:
        self.room.close()
        for engine in self._narrow:
            engine.close()
        self._opened.close()
        self._closed.set()


def _bounds(settings: Settings, model: LoadedModel, samples: Sequence[Tensors]) -> Bounds:
    trial = tried(model.backend, samples, settings.max_batch_size)
    return Bounds(
        max_jobs=settings.max_queued_inferences,
        max_bytes=settings.max_queued_bytes,
        max_batch_size=trial.batch_size,
        max_delay_us=settings.max_batch_delay_us,
        quick=trial.quick,
    )


def golden_inputs(bundle: Bundle, name: str, entry: ModelEntry) -> list[Tensors]:
    """Return what the golden samples put into a model, one item each."""
    inputs = []
    for sample in bundle.manifest.golden:
        if name in sample.expected:
            content = io.BytesIO(bundle.read(sample.expected[name]))
            with np.load(content, allow_pickle=False) as kept:
                inputs.append({t.name: np.asarray(kept[f"input.{t.name}"]) for t in entry.inputs})
    return inputs
