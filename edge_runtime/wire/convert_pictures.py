"""Encoded pictures, and maps of a forecast's evidence, to messages of foreseye.v1 and back."""

from __future__ import annotations

from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.wire import records
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.enums import EVIDENCE, EVIDENCE_OF

_CONDITION_OF = {condition.value: condition for condition in ForecastCondition}


def picture_to_wire(picture: records.Picture) -> pb.Picture:
    """Return the message of an encoded picture."""
    return pb.Picture(
        kind=picture.kind,
        media_type=picture.media_type,
        content=picture.content,
        width_px=picture.width_px,
        height_px=picture.height_px,
    )


def picture_from_wire(wire: pb.Picture) -> records.Picture:
    """Return an encoded picture."""
    return records.Picture(wire.kind, wire.media_type, wire.content, wire.width_px, wire.height_px)


def evidence_maps_to_wire(event: records.EvidenceMapped) -> pb.EvidenceMapsEvent:
    """Return the message of one photograph's evidence maps."""
    return pb.EvidenceMapsEvent(
        photograph_index=event.index,
        maps=[
            pb.EvidenceMap(
                condition=each.condition.value,
                picture=picture_to_wire(each.picture),
                evidence=EVIDENCE[each.evidence],
            )
            for each in event.maps
        ],
    )


def evidence_maps_from_wire(wire: pb.EvidenceMapsEvent) -> records.EvidenceMapped:
    """Return one photograph's evidence maps. Raises KeyError for an unknown word."""
    maps = (
        records.EvidenceMap(
            _CONDITION_OF[each.condition],
            picture_from_wire(each.picture),
            EVIDENCE_OF[each.evidence],
        )
        for each in wire.maps
    )
    return records.EvidenceMapped(wire.photograph_index, tuple(maps))
