"""A simulation in its thread: what has come, what broke, and that stopping reaches the service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from edge_runtime.domain import Evidence, Eye, Person, PhotographFile
from edge_runtime.errors import NotInBundle
from edge_runtime.wire.records import QualityRead
from edge_runtime.wire.simulation import (
    SimulatedDifference,
    SimulatedPicture,
    SimulationEvent,
    SimulationRequest,
)
from tests.ui.fake_service import GOOD, photograph_jpeg
from ui.simulating import SimulationRun

PATIENCE_S = 30.0
REQUEST = SimulationRequest(
    PhotographFile("a.jpg", b"an eye", Eye.OD), Person(), (5.0,), samples=3, languages=("en",)
)


def events(samples: int = 3) -> Iterator[SimulationEvent]:
    yield QualityRead(0, GOOD)
    for sample in range(samples):
        yield SimulatedPicture(5.0, sample, 7, photograph_jpeg(), b"", 160, 160, Evidence.DRAWN)
    yield SimulatedDifference(5.0, b"", Evidence.DRAWN)


class Stream:
    def __init__(self, source: Iterator[SimulationEvent]) -> None:
        self._source = source
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[SimulationEvent]:
        return self._source

    def close(self) -> None:
        self.closed.set()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Simulator:
    def __init__(self, source: Iterator[SimulationEvent] | NotInBundle) -> None:
        self._source = source

    def simulate(self, request: SimulationRequest, **_: object) -> Any:
        del request
        if isinstance(self._source, NotInBundle):
            raise self._source
        self.stream = Stream(self._source)
        return self.stream


def test_all_samples_of_a_horizon_come_with_how_far_they_differ() -> None:
    run = SimulationRun(Simulator(events()), REQUEST)
    assert run.wait(PATIENCE_S)

    simulated = run.simulated()
    assert simulated.finished
    assert [each.sample for each in simulated.of_horizon(5.0)] == [0, 1, 2]
    assert simulated.spread(5.0) is not None
    assert simulated.of_horizon(1.0) == []


def test_a_bundle_that_cannot_simulate_says_so() -> None:
    run = SimulationRun(Simulator(NotInBundle("no progression")), REQUEST)
    assert run.wait(PATIENCE_S)

    assert isinstance(run.simulated().error, NotInBundle)


def test_to_stop_reaches_the_service() -> None:
    going_on = threading.Event()

    def endless() -> Iterator[SimulationEvent]:
        yield QualityRead(0, GOOD)
        going_on.wait(PATIENCE_S)
        yield from events()

    simulator = Simulator(endless())
    run = SimulationRun(simulator, REQUEST)
    while run.simulated().quality is None:
        assert not run.wait(0.01)
    run.stop()
    going_on.set()

    assert run.wait(PATIENCE_S)
    assert simulator.stream.closed.is_set()
    assert run.simulated().of_horizon(5.0) == []
