"""What the service needs of the pipeline: the seam on which the server's tests stand too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.domain import Exam, Person, PhotographFile
from edge_runtime.fundus.intake import ReadPhotograph
from edge_runtime.models import LoadedModel
from edge_runtime.settings import Settings
from edge_runtime.simulation.records import SimulationEvent, SimulationWish
from edge_runtime.stages import StageEvent


class Screener(Protocol):
    """A ready pipeline. `edge_runtime.pipeline.Pipeline` is the one that ships."""

    @property
    def bundle(self) -> Bundle:
        """The verified bundle."""
        ...

    @property
    def models(self) -> dict[str, ModelIdentity]:
        """Which engine and precision runs each model."""
        ...

    @property
    def loaded(self) -> Mapping[str, LoadedModel]:
        """The models with their engines, by name."""
        ...

    @property
    def read(self) -> ReadPhotograph:
        """Reads the bytes of a photograph."""
        ...

    def on(self, models: Mapping[str, LoadedModel], read: ReadPhotograph) -> Screener:
        """Return the same pipeline with its models run, and its photographs read, by others."""
        ...

    def screen(self, exam: Exam) -> Iterator[StageEvent]:
        """Yield each stage as it is ready; a generator, whose `close` stops between stages."""
        ...

    def simulate(
        self, file: PhotographFile, person: Person, wish: SimulationWish
    ) -> Iterator[SimulationEvent]:
        """Yield each event of a simulation; a generator, whose `close` stops between pictures."""
        ...


OpenScreener = Callable[[Settings], AbstractContextManager[Screener]]
"""Opens a pipeline from settings and closes it at the end; raises BundleError or InferenceError."""
