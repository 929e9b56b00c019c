"""One simulation on its way through the service, in a thread of its own, as `ui/screening.py`.

The thread never calls Streamlit.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Protocol

from edge_runtime.wire.client import (
    Cancelled,
    ForeseyeError,
    Quality,
    QualityRead,
    SimulatedDifference,
    SimulatedPicture,
    SimulationRequest,
    SimulationStream,
)

DEADLINE_S = 300.0


class Simulator(Protocol):
    """The part of `ScreeningClient` that a run needs."""

    def simulate(
        self, request: SimulationRequest, *, timeout_s: float | None = DEADLINE_S
    ) -> SimulationStream:
        """Return the events as they come; iterating raises ForeseyeError."""
        ...


@dataclass(frozen=True)
class Simulated:
    """What has arrived so far."""

    quality: Quality | None = None
    pictures: tuple[SimulatedPicture, ...] = ()
    spreads: tuple[SimulatedDifference, ...] = ()
    finished: bool = False
    error: ForeseyeError | None = None

    def of_horizon(self, years: float) -> list[SimulatedPicture]:
        """Return the samples of one horizon."""
        return [each for each in self.pictures if each.horizon_years == years]

    def spread(self, years: float) -> SimulatedDifference | None:
        """Return how far the samples of a horizon differ; None before all of them are there."""
        return next((each for each in self.spreads if each.horizon_years == years), None)


class SimulationRun:
    """Simulates visits of one photograph, beginning at once."""

    def __init__(self, simulator: Simulator, request: SimulationRequest) -> None:
        self.request = request
        self._simulator = simulator
        self._simulated = Simulated()
        self._stopping = threading.Event()
        self._stream: SimulationStream | None = None
        self._thread = threading.Thread(target=self._work, name="simulation", daemon=True)
        self._thread.start()

    def simulated(self) -> Simulated:
        """Return what has arrived so far."""
        return self._simulated

    def stop(self) -> None:
        """Stop the work on the service too."""
        self._stopping.set()
        stream = self._stream
        if stream is not None:
            stream.close()

    def wait(self, timeout_s: float) -> bool:
        """Return True at the end of the run, False when it has not come in time."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        error: ForeseyeError | None = None
        try:
            with self._simulator.simulate(self.request, timeout_s=DEADLINE_S) as stream:
                self._stream = stream
                self._gather(stream)
        except ForeseyeError as refused:
            error = refused
        self._simulated = replace(self._simulated, finished=True, error=error)

    def _gather(self, stream: SimulationStream) -> None:
        for event in stream:
            if self._stopping.is_set():
                raise Cancelled("stopped at this screen")
            so_far = self._simulated
            if isinstance(event, QualityRead):
                self._simulated = replace(so_far, quality=event.quality)
            elif isinstance(event, SimulatedPicture):
                self._simulated = replace(so_far, pictures=(*so_far.pictures, event))
            else:
                self._simulated = replace(so_far, spreads=(*so_far.spreads, event))
