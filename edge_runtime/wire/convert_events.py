"""The events of an exam as records, to ScreenEvent messages and back, each way by one table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.wire import records
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_bundle import bundle_from_wire, bundle_to_wire
from edge_runtime.wire.convert_forecast import forecast_from_wire, forecast_to_wire
from edge_runtime.wire.convert_pictures import (
    evidence_maps_from_wire,
    evidence_maps_to_wire,
    picture_from_wire,
    picture_to_wire,
)
from edge_runtime.wire.convert_result import (
    circle_from_wire,
    circle_to_wire,
    eye_reading_from_wire,
    findings_from_wire,
    findings_to_wire,
    measurement_from_wire,
    measurement_to_wire,
    quality_from_wire,
    quality_to_wire,
)
from edge_runtime.wire.enums import EVIDENCE, EVIDENCE_OF, EYE, SOURCE
from edge_runtime.wire.records import ClientEvent


def event_to_wire(exam_id: str, event: ClientEvent) -> pb.ScreenEvent:
    """Return the message of one event."""
    field, convert = _TO_WIRE[type(event)]
    message = convert(event)
    return pb.ScreenEvent(**{"exam_id": exam_id, field: message})


def event_from_wire(wire: pb.ScreenEvent) -> ClientEvent | None:
    """Return the record of one message, or None for an event that a newer server has.

    Raises pydantic.ValidationError or KeyError when the message breaks its contract.
    """
    field = wire.WhichOneof("event")
    if field not in _FROM_WIRE:
        return None
    event: ClientEvent = _FROM_WIRE[field](wire, getattr(wire, field))
    return event


def _accepted_to_wire(event: records.Accepted) -> pb.Accepted:
    return pb.Accepted(
        photographs=event.photographs,
        queued_before=event.queued_before,
        bundle=None if event.bundle is None else bundle_to_wire(event.bundle),
    )


def _accepted_from_wire(outer: pb.ScreenEvent, wire: pb.Accepted) -> records.Accepted:
    bundle = bundle_from_wire(wire.bundle) if wire.HasField("bundle") else None
    return records.Accepted(outer.exam_id, wire.photographs, wire.queued_before, bundle)


def _refused_to_wire(event: records.PhotographRefused) -> pb.PhotographRefused:
    return pb.PhotographRefused(
        photograph_index=event.index, error=event.error, reason=event.reason
    )


def _refused_from_wire(_: pb.ScreenEvent, wire: pb.PhotographRefused) -> records.PhotographRefused:
    return records.PhotographRefused(wire.photograph_index, wire.error, wire.reason)


def _quality_to_wire(event: records.QualityRead) -> pb.QualityEvent:
    return quality_to_wire(event.index, event.quality)


def _quality_from_wire(_: pb.ScreenEvent, wire: pb.QualityEvent) -> records.QualityRead:
    return records.QualityRead(wire.photograph_index, quality_from_wire(wire))


def _anatomy_to_wire(event: records.AnatomySeen) -> pb.AnatomyEvent:
    return pb.AnatomyEvent(
        photograph_index=event.index,
        fov_circle=circle_to_wire(event.fov_circle),
        laterality=EYE[event.eye.laterality] if event.eye.laterality else pb.EYE_UNSPECIFIED,
        source=SOURCE[event.eye.source],
        conflict=event.eye.conflict,
        pictures=map(picture_to_wire, event.pictures),
        evidence=EVIDENCE[event.evidence],
        photograph_width_px=event.photograph_width_px,
        photograph_height_px=event.photograph_height_px,
    )


def _anatomy_from_wire(_: pb.ScreenEvent, wire: pb.AnatomyEvent) -> records.AnatomySeen:
    return records.AnatomySeen(
        index=wire.photograph_index,
        fov_circle=circle_from_wire(wire.fov_circle),
        photograph_width_px=wire.photograph_width_px,
        photograph_height_px=wire.photograph_height_px,
        eye=eye_reading_from_wire(wire),
        evidence=EVIDENCE_OF[wire.evidence],
        pictures=tuple(map(picture_from_wire, wire.pictures)),
    )


def _biomarkers_to_wire(event: records.BiomarkersRead) -> pb.BiomarkersEvent:
    return pb.BiomarkersEvent(
        photograph_index=event.index,
        biomarkers=[
            pb.NamedMeasurement(name=name, measurement=measurement_to_wire(measurement))
            for name, measurement in event.biomarkers.items()
        ],
    )


def _biomarkers_from_wire(_: pb.ScreenEvent, wire: pb.BiomarkersEvent) -> records.BiomarkersRead:
    return records.BiomarkersRead(
        wire.photograph_index,
        {named.name: measurement_from_wire(named.measurement) for named in wire.biomarkers},
    )


def _findings_to_wire(event: records.FindingsRead) -> pb.FindingsEvent:
    return findings_to_wire(event.index, event.findings)


def _findings_from_wire(_: pb.ScreenEvent, wire: pb.FindingsEvent) -> records.FindingsRead:
    return records.FindingsRead(wire.photograph_index, findings_from_wire(wire))


def _photograph_done_to_wire(event: records.PhotographDone) -> pb.PhotographDone:
    return pb.PhotographDone(photograph_index=event.index, result_json=event.result_json)


def _photograph_done_from_wire(
    _: pb.ScreenEvent, wire: pb.PhotographDone
) -> records.PhotographDone:
    result = ScreeningResult.model_validate_json(wire.result_json)
    return records.PhotographDone(wire.photograph_index, result, wire.result_json)


def _forecast_to_wire(event: records.ForecastRead) -> pb.ForecastEvent:
    return pb.ForecastEvent(forecast=[forecast_to_wire(each) for each in event.forecast])


def _forecast_from_wire(_: pb.ScreenEvent, wire: pb.ForecastEvent) -> records.ForecastRead:
    return records.ForecastRead(tuple(forecast_from_wire(each) for each in wire.forecast))


def _evidence_maps_from_wire(
    _: pb.ScreenEvent, wire: pb.EvidenceMapsEvent
) -> records.EvidenceMapped:
    return evidence_maps_from_wire(wire)


def _exam_done_to_wire(event: records.ExamDone) -> pb.ExamDone:
    return pb.ExamDone(exam_json=event.exam_json)


def _exam_done_from_wire(_: pb.ScreenEvent, wire: pb.ExamDone) -> records.ExamDone:
    return records.ExamDone(ExamRecord.model_validate_json(wire.exam_json), wire.exam_json)


_TO_WIRE: dict[type[ClientEvent], tuple[str, Callable[[Any], Message]]] = {
    records.Accepted: ("accepted", _accepted_to_wire),
    records.PhotographRefused: ("photograph_refused", _refused_to_wire),
    records.QualityRead: ("quality", _quality_to_wire),
    records.AnatomySeen: ("anatomy", _anatomy_to_wire),
    records.BiomarkersRead: ("biomarkers", _biomarkers_to_wire),
    records.FindingsRead: ("findings", _findings_to_wire),
    records.PhotographDone: ("photograph_done", _photograph_done_to_wire),
    records.ForecastRead: ("forecast", _forecast_to_wire),
    records.EvidenceMapped: ("evidence_maps", evidence_maps_to_wire),
    records.ExamDone: ("done", _exam_done_to_wire),
}

_FROM_WIRE: dict[str | None, Callable[[pb.ScreenEvent, Any], ClientEvent]] = {
    "accepted": _accepted_from_wire,
    "photograph_refused": _refused_from_wire,
    "quality": _quality_from_wire,
    "anatomy": _anatomy_from_wire,
    "biomarkers": _biomarkers_from_wire,
    "findings": _findings_from_wire,
    "photograph_done": _photograph_done_from_wire,
    "forecast": _forecast_from_wire,
    "evidence_maps": _evidence_maps_from_wire,
    "done": _exam_done_from_wire,
}
"""Not here: simulated_visit, which no server of this version sends."""
