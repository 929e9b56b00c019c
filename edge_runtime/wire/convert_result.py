"""What result.json holds, to messages of foreseye.v1 and back: `x_to_wire`, `x_from_wire`.

What is None here is an absent field there; an empty text there is None here.
"""

from __future__ import annotations

from typing import Literal

from google.protobuf.message import Message

from edge_runtime.contracts.result import (
    Condition,
    DrGrade,
    EyeReading,
    Findings,
    Measurement,
    Quality,
)
from edge_runtime.domain import FovCircle
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.enums import EVIDENCE, EVIDENCE_OF, EYE_OF, SOURCE_OF, evidence_to_wire

CAUSE_OF: dict[str, Literal["operator", "eye"] | None] = {
    "": None,
    "operator": "operator",
    "eye": "eye",
}


def circle_to_wire(circle: FovCircle) -> pb.Circle:
    """Return the circle, in photograph pixels."""
    return pb.Circle(x_px=circle.x_px, y_px=circle.y_px, radius_px=circle.radius_px)


def circle_from_wire(wire: pb.Circle) -> FovCircle:
    """Return the circle, in photograph pixels."""
    return FovCircle(wire.x_px, wire.y_px, wire.radius_px)


def eye_reading_from_wire(wire: pb.AnatomyEvent) -> EyeReading:
    """Return which eye it is; the fields lie in the anatomy event itself."""
    return EyeReading(
        laterality=EYE_OF.get(wire.laterality),
        source=SOURCE_OF.get(wire.source, "unknown"),
        conflict=wire.conflict,
    )


def quality_to_wire(index: int, quality: Quality) -> pb.QualityEvent:
    """Return one photograph's verdict."""
    return pb.QualityEvent(
        photograph_index=index,
        gradable=quality.gradable,
        probability=quality.probability,
        defects=quality.defects,
        advice=quality.advice,
        reason=quality.reason,
        cause=quality.cause or "",
        evidence=EVIDENCE[quality.evidence],
    )


def quality_from_wire(wire: pb.QualityEvent) -> Quality:
    """Return the verdict; the defects are sorted by name, for a map has no order on the wire."""
    return Quality(
        gradable=wire.gradable,
        probability=wire.probability,
        defects=dict(sorted(wire.defects.items())),
        advice=list(wire.advice),
        reason=wire.reason,
        cause=CAUSE_OF[wire.cause],
        evidence=EVIDENCE_OF[wire.evidence],
    )


def measurement_to_wire(measurement: Measurement) -> pb.Measurement:
    """Return a value or its reason."""
    low, high = measurement.interval_90 or (None, None)
    return pb.Measurement(
        value=measurement.value,
        unit=measurement.unit or "",
        interval_90_low=low,
        interval_90_high=high,
        evidence=evidence_to_wire(measurement.evidence),
        missing_because=measurement.missing_because or "",
    )


def measurement_from_wire(wire: pb.Measurement) -> Measurement:
    """Return a value or its reason."""
    return Measurement(
        value=wire.value if wire.HasField("value") else None,
        unit=wire.unit or None,
        interval_90=interval_from_wire(wire),
        evidence=EVIDENCE_OF.get(wire.evidence),
        missing_because=wire.missing_because or None,
    )


def findings_to_wire(index: int, findings: Findings) -> pb.FindingsEvent:
    """Return what one eye shows; a finding that is None is absent."""
    wire = pb.FindingsEvent(photograph_index=index)
    for name in Findings.model_fields:
        finding = getattr(findings, name)
        if finding is not None:
            getattr(wire, name).CopyFrom(_finding_to_wire(finding))
    return wire


def _finding_to_wire(finding: DrGrade | Condition | Measurement) -> Message:
    if isinstance(finding, Measurement):
        return measurement_to_wire(finding)
    evidence = EVIDENCE[finding.evidence]
    if isinstance(finding, Condition):
        return pb.Condition(
            probability=finding.probability, threshold=finding.threshold, evidence=evidence
        )
    return pb.DrGrade(
        probabilities=finding.probabilities,
        referable=finding.referable,
        referable_threshold=finding.referable_threshold,
        evidence=evidence,
    )


def findings_from_wire(wire: pb.FindingsEvent) -> Findings:
    """Return what one eye shows."""
    return Findings.model_validate(
        {
            name: _finding_from_wire(getattr(wire, name))
            for name in Findings.model_fields
            if wire.HasField(name)
        }
    )


def _finding_from_wire(wire: Message) -> DrGrade | Condition | Measurement:
    if isinstance(wire, pb.Measurement):
        return measurement_from_wire(wire)
    if isinstance(wire, pb.Condition):
        return Condition(
            probability=wire.probability,
            threshold=wire.threshold if wire.HasField("threshold") else None,
            evidence=EVIDENCE_OF[wire.evidence],
        )
    assert isinstance(wire, pb.DrGrade)
    return DrGrade.model_validate(
        {
            "probabilities": tuple(wire.probabilities),
            "referable": wire.referable,
            "referable_threshold": (
                wire.referable_threshold if wire.HasField("referable_threshold") else None
            ),
            "evidence": EVIDENCE_OF[wire.evidence],
        }
    )


def interval_from_wire(
    wire: pb.Measurement | pb.Forecast | pb.ForecastStep,
) -> tuple[float, float] | None:
    """Return the 90 % interval, or None where the message has none."""
    if not wire.HasField("interval_90_low"):
        return None
    return wire.interval_90_low, wire.interval_90_high
