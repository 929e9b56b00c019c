"""The small parts that FHIR resources are built from, as plain JSON objects."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from edge_runtime.domain import Evidence, Eye
from edge_runtime.interop.fhir.terminology import (
    EVIDENCE,
    EVIDENCE_KINDS,
    LATERALITY,
    LEFT,
    NOT_PERFORMED,
    RETINA,
    RIGHT,
    UCUM,
    Term,
)

Json = dict[str, Any]

SIDE_OF = {Eye.OD: RIGHT, Eye.OS: LEFT}
EYE_WORDS = {Eye.OD: "right eye", Eye.OS: "left eye", None: "an eye not known"}


def coding(term: Term) -> Json:
    """Return a Coding."""
    return {"system": term.system, "code": term.code, "display": term.display}


def concept(term: Term, text: str = "") -> Json:
    """Return a CodeableConcept."""
    return {"coding": [coding(term)], "text": text or term.display}


def reference(resource_id: uuid.UUID) -> Json:
    """Return a Reference to a resource of the same bundle."""
    return {"reference": f"urn:uuid:{resource_id}"}


def quantity(value: float, unit: str) -> Json:
    """Return a Quantity in a UCUM unit."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def absent(reason: str) -> Json:
    """Return a dataAbsentReason with its sentence."""
    return concept(NOT_PERFORMED, reason)


def instant(at: datetime) -> str:
    """Return an instant; `at` has its time zone."""
    return at.isoformat(timespec="seconds")


def retina_of(eye: Eye | None) -> Json:
    """Return the bodySite of one eye; the side is also a component, as R4 has no field for it."""
    return concept(RETINA, f"Retina of the {EYE_WORDS[eye]}" if eye else "Retina")


def side_component(eye: Eye | None) -> list[Json]:
    """Return the component that says which eye, none where nobody knows."""
    if eye is None:
        return []
    return [{"code": concept(LATERALITY), "valueCodeableConcept": concept(SIDE_OF[eye])}]


def evidence_component(evidence: Evidence) -> Json:
    """Return the component that says what a number was judged on."""
    kind = EVIDENCE_KINDS[evidence.value]
    return {"code": concept(EVIDENCE), "valueCodeableConcept": concept(kind)}
