"""A SimulateRequest, every field checked, to the pipeline's simulation and its encoded pictures."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.domain import Person, PhotographFile
from edge_runtime.errors import InvalidField
from edge_runtime.interop.report.wording import Language
from edge_runtime.interop.simulated_files import (
    difference_png,
    labelled_jpeg,
    mark_of,
    spread_png,
)
from edge_runtime.service.screener import Screener
from edge_runtime.settings import Limits
from edge_runtime.simulation.records import (
    QualityJudged,
    SimulatedVisit,
    SimulationWish,
    wish_of,
)
from edge_runtime.simulation.records import SimulationEvent as Simulated
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_request import (
    Uploaded,
    person_from_wire,
    photograph_from_wire,
    side_from_wire,
)
from edge_runtime.wire.records import QualityRead
from edge_runtime.wire.simulation import (
    SimulatedDifference,
    SimulatedPicture,
    SimulationEvent,
)

SHORTEST_YEARS = 0.5


@dataclass(frozen=True)
class Simulation:
    """What one request asks for."""

    file: PhotographFile
    person: Person
    wish: SimulationWish
    languages: tuple[Language, ...]


def simulation_from_wire(
    request: pb.SimulateRequest, limits: Limits, uploaded: Uploaded | None = None
) -> Simulation:
    """Return what a request asks for. Raises InvalidField or PhotographTooLarge."""
    if not all(years >= SHORTEST_YEARS for years in request.horizon_years):
        raise InvalidField("horizon_years", f"must be {SHORTEST_YEARS:g} or more")
    side_px = side_from_wire(request.picture_side_px)
    known = [language.value for language in Language]
    if not set(request.languages) <= set(known):
        raise InvalidField("languages", f"only {', '.join(known)} are known")
    return Simulation(
        file=photograph_from_wire("photograph", request.photograph, limits, uploaded),
        person=person_from_wire(request.person),
        wish=wish_of(request.horizon_years, request.samples, request.seed, side_px),
        languages=tuple(Language(name) for name in dict.fromkeys(request.languages or known)),
    )


def simulation_events(
    screener: Screener, simulation: Simulation
) -> Generator[SimulationEvent, None, None]:
    """Yield the events of a simulation; closing it stops the work between pictures.

    Raises what the pipeline raises.
    """
    work = screener.simulate(simulation.file, simulation.person, simulation.wish)
    try:
        for event in work:
            yield _told(event, screener.bundle.identity, simulation.languages)
    finally:
        if isinstance(work, Generator):
            work.close()


def _told(
    event: Simulated, bundle: BundleIdentity, languages: tuple[Language, ...]
) -> SimulationEvent:
    if isinstance(event, QualityJudged):
        return QualityRead(0, event.quality)
    if isinstance(event, SimulatedVisit):
        rows, columns = event.picture_HWC.shape[:2]
        return SimulatedPicture(
            horizon_years=event.horizon_years,
            sample=event.sample,
            seed=event.seed,
            picture=labelled_jpeg(event, mark_of(event, bundle), languages),
            difference_map=difference_png(event.difference_HW, event.frame, (rows, columns)),
            width_px=columns,
            height_px=rows,
            evidence=event.evidence,
        )
    return SimulatedDifference(
        event.horizon_years,
        spread_png(event.spread_HW, event.frame, event.picture_shape),
        event.evidence,
    )
