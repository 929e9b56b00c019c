"""Simulated visits on the wire: the request, the events and the client's stream of them.

This module loads no model, no engine and no picture library: pictures cross as encoded files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from edge_runtime.domain import Evidence, Person, PhotographFile
from edge_runtime.errors import ServerFailed
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_request import person_to_wire, photograph_to_wire
from edge_runtime.wire.convert_result import quality_from_wire, quality_to_wire
from edge_runtime.wire.enums import EVIDENCE, EVIDENCE_OF
from edge_runtime.wire.exam_stream import raised_here
from edge_runtime.wire.records import QualityRead


@dataclass(frozen=True)
class SimulatedPicture:
    """One possible appearance of the eye at a horizon: not a photograph, not a prediction."""

    horizon_years: float
    sample: int
    """From 0; the same sample at several horizons is one course of this eye."""
    seed: int
    picture: bytes
    """JPEG; its label is burnt in and may not be taken away."""
    difference_map: bytes
    """PNG, 8-bit grey, of the picture's size: 128 no change, 8 steps a grey level."""
    width_px: int
    height_px: int
    evidence: Evidence


@dataclass(frozen=True)
class SimulatedDifference:
    """How far the samples of one horizon differ; comes after the last of them."""

    horizon_years: float
    spread_map: bytes
    """PNG, 8-bit grey: standard deviation over samples, 16 steps a grey level."""
    evidence: Evidence


SimulationEvent = QualityRead | SimulatedPicture | SimulatedDifference


@dataclass(frozen=True)
class SimulationRequest:
    """What to simulate of one photograph."""

    photograph: PhotographFile
    person: Person
    horizons_years: tuple[float, ...]
    """Each 0.5 to 10."""
    samples: int = 4
    """3 to 16 a horizon."""
    seed: int = 0
    picture_side_px: int = 0
    """256 to 4096; 0 means 1024."""
    languages: tuple[str, ...] = ()
    """Of the label: en, zh; none means both."""
    upload_key: str = ""
    """Of a photograph that was uploaded before; its content is then not sent."""


def request_to_wire(request: SimulationRequest) -> pb.SimulateRequest:
    """Return the message. Raises InvalidField for text that is not Unicode."""
    return pb.SimulateRequest(
        photograph=photograph_to_wire("photograph", request.photograph, request.upload_key),
        person=person_to_wire(request.person),
        horizon_years=request.horizons_years,
        samples=request.samples,
        seed=request.seed,
        picture_side_px=request.picture_side_px,
        languages=request.languages,
    )


def simulation_event_to_wire(event: SimulationEvent) -> pb.SimulateEvent:
    """Return the message of one event."""
    if isinstance(event, QualityRead):
        return pb.SimulateEvent(quality=quality_to_wire(event.index, event.quality))
    if isinstance(event, SimulatedPicture):
        return pb.SimulateEvent(
            simulated_visit=pb.SimulatedVisit(
                horizon_years=event.horizon_years,
                sample=event.sample,
                seed=event.seed,
                picture=event.picture,
                difference_map=event.difference_map,
                evidence=EVIDENCE[event.evidence],
                width_px=event.width_px,
                height_px=event.height_px,
            )
        )
    return pb.SimulateEvent(
        simulated_spread=pb.SimulatedSpread(
            horizon_years=event.horizon_years,
            spread_map=event.spread_map,
            evidence=EVIDENCE[event.evidence],
        )
    )


def simulation_event_from_wire(wire: pb.SimulateEvent) -> SimulationEvent | None:
    """Return the record of one message, None for an event that a newer server has.

    Raises pydantic.ValidationError or KeyError when the message breaks its contract.
    """
    field = wire.WhichOneof("event")
    if field == "quality":
        return QualityRead(wire.quality.photograph_index, quality_from_wire(wire.quality))
    if field == "simulated_visit":
        visit = wire.simulated_visit
        return SimulatedPicture(
            horizon_years=visit.horizon_years,
            sample=visit.sample,
            seed=visit.seed,
            picture=visit.picture,
            difference_map=visit.difference_map,
            width_px=visit.width_px,
            height_px=visit.height_px,
            evidence=EVIDENCE_OF[visit.evidence],
        )
    if field == "simulated_spread":
        spread = wire.simulated_spread
        return SimulatedDifference(
            spread.horizon_years, spread.spread_map, EVIDENCE_OF[spread.evidence]
        )
    return None


class SimulationStream(Iterator[SimulationEvent]):
    """The events of one simulation. One thread iterates; any thread may close.

    The first is the verdict on the photograph; where that is not gradable nothing follows.
    """

    def __init__(self, call: Any) -> None:
        self._call = call
        self._begun = False

    def __next__(self) -> SimulationEvent:
        """Return the next event; StopIteration at the end. Raises the tree's errors."""
        with raised_here():
            for message in self._call:
                event = simulation_event_from_wire(message)
                if event is not None:
                    self._begun = True
                    return event
        if self._begun:
            raise StopIteration
        raise ServerFailed("the server ended the stream before it judged the photograph")

    def close(self) -> None:
        """Stop the work; the iterating thread gets Cancelled, unless all had come."""
        self._call.cancel()

    def __enter__(self) -> SimulationStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
