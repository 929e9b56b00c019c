"""One Observation a finding: of an eye's photograph its quality, what was found and measured."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from edge_runtime.contracts.repeatability import SmallestDetectableChange
from edge_runtime.contracts.result import Condition, DrGrade, Measurement, ModelIdentity, Quality
from edge_runtime.interop.fhir.elements import (
    Json,
    absent,
    concept,
    evidence_component,
    quantity,
    reference,
    retina_of,
    side_component,
)
from edge_runtime.interop.fhir.terminology import (
    CUT,
    DEFECTS,
    EXAM,
    FINDINGS,
    GIVEN,
    GRADABLE,
    GRADES,
    IMAGING,
    INTERVAL_90,
    MEASURED,
    REFERABLE,
    SMALLEST_CHANGE,
    Term,
)
from edge_runtime.interop.identifiers import uuid_of
from edge_runtime.interop.screened import ScreenedPhotograph

UNIT_OF_GIVEN = {
    "age_years": "a",
    "sbp_mmhg": "mm[Hg]",
    "hba1c_percent": "%",
    "egfr_ml_min_1_73m2": "mL/min/{1.73_m2}",
    "bmi_kg_m2": "kg/m2",
    "smoking": "1",
    "iop_mmhg": "mm[Hg]",
    "axial_length_mm": "mm",
}
"""UCUM units of the numbers that may be said of a person; smoking is 0 never to 2 current."""


@dataclass(frozen=True)
class Context:
    """What every Observation of an exam refers to."""

    exam_id: str
    patient: uuid.UUID
    software: uuid.UUID
    imaging: uuid.UUID
    taken_at: str
    """When the photographs were taken, or screened where nobody says when they were taken."""
    at: str
    """When they were screened, an instant."""
    changes: dict[str, SmallestDetectableChange]


def observations_of(photograph: ScreenedPhotograph, number: int, context: Context) -> list[Json]:
    """Return the Observations of one photograph, its quality first.

    An ungradable photograph has all findings that its bundle makes with the reason why they are
    missing, so that a reader who looks for one finds why and not nothing.
    """
    made = _Made(photograph, number, context)
    return [made.quality(), *made.findings(), *made.measurements()]


def given_observations(given: dict[str, float], context: Context) -> list[Json]:
    """Return what somebody said of the person, one Observation a number."""
    return [
        {
            "resourceType": "Observation",
            "id": str(uuid_of(context.exam_id, "given", name)),
            "status": "preliminary",
            "category": [concept(EXAM)],
            "code": concept(GIVEN[name]),
            "subject": reference(context.patient),
            "effectiveDateTime": context.taken_at,
            "issued": context.at,
            **_given_value(name, value),
            "note": [{"text": "As given to the software; not measured by it."}],
        }
        for name, value in given.items()
    ]


def _given_value(name: str, value: float) -> Json:
    if name in UNIT_OF_GIVEN:
        return {"valueQuantity": quantity(value, UNIT_OF_GIVEN[name])}
    # has_stroke and its like: yes or no.
    return {"valueBoolean": bool(value)}


class _Made:
    """The Observations of one photograph."""

    def __init__(self, photograph: ScreenedPhotograph, number: int, context: Context) -> None:
        self._photograph, self._number, self._context = photograph, number, context
        self._result = photograph.result

    def quality(self) -> Json:
        quality: Quality = self._result.quality
        parts = [
            {"code": concept(DEFECTS[name]), "valueQuantity": quantity(share, "1")}
            for name, share in quality.defects.items()
        ]
        observed = self._observation(GRADABLE, "quality", None)
        observed["valueBoolean"] = quality.gradable
        observed["component"] += [evidence_component(quality.evidence), *parts]
        chance = {"code": concept(GRADABLE), "valueQuantity": quantity(quality.probability, "1")}
        observed["component"].append(chance)
        words = [quality.reason, *quality.advice]
        observed["note"] = [{"text": text} for text in words if text]
        return _without_empty(observed)

    def findings(self) -> Iterator[Json]:
        found = self._result.findings
        if found is None:
            if "findings" in self._result.models:
                for name in ("dr_grade", "maculopathy"):
                    yield self._missing(FINDINGS[name], "findings", self._why())
            return
        for name, finding in found:
            if isinstance(finding, DrGrade):
                yield self._dr_grade(finding)
            elif isinstance(finding, Condition):
                yield self._condition(name, finding)
            elif isinstance(finding, Measurement):
                yield self._measurement(FINDINGS[name], name, finding, "signs")

    def measurements(self) -> Iterator[Json]:
        for name, measurement in (self._result.biomarkers or {}).items():
            yield self._measurement(MEASURED[name], name, measurement, "anatomy")

    def _why(self) -> str:
        return self._result.quality.reason or "No model of the bundle makes it."

    def _dr_grade(self, finding: DrGrade) -> Json:
        observed = self._observation(FINDINGS["dr_grade"], "dr_grade", "findings")
        observed["component"] += [
            {"code": concept(GRADES[grade]), "valueQuantity": quantity(share, "1")}
            for grade, share in enumerate(finding.probabilities)
        ]
        referable = {"code": concept(REFERABLE), "valueQuantity": quantity(finding.referable, "1")}
        observed["component"].append(referable)
        observed["component"] += _cut(finding.referable_threshold)
        observed["component"].append(evidence_component(finding.evidence))
        # The value is in the components: no grade is asserted, only how likely each is.
        return observed

    def _condition(self, name: str, finding: Condition) -> Json:
        observed = self._observation(FINDINGS[name], name, "findings")
        observed["valueQuantity"] = quantity(finding.probability, "1")
        observed["component"] += _cut(finding.threshold)
        observed["component"].append(evidence_component(finding.evidence))
        return observed

    def _measurement(self, term: Term, name: str, measured: Measurement, model: str) -> Json:
        if measured.value is None or measured.evidence is None or measured.unit is None:
            return self._missing(term, model, measured.missing_because or "")
        observed = self._observation(term, name, model)
        observed["valueQuantity"] = quantity(measured.value, measured.unit)
        observed["component"].append(evidence_component(measured.evidence))
        if measured.interval_90 is not None:
            low, high = (quantity(value, measured.unit) for value in measured.interval_90)
            between = {"code": concept(INTERVAL_90), "valueRange": {"low": low, "high": high}}
            observed["component"].append(between)
        change = self._context.changes.get(name)
        if change is not None:
            smallest = quantity(change.value, change.unit)
            observed["component"].append(
                {"code": concept(SMALLEST_CHANGE), "valueQuantity": smallest}
            )
        return observed

    def _missing(self, term: Term, model: str, reason: str) -> Json:
        observed = self._observation(term, term.code, model)
        observed["dataAbsentReason"] = absent(reason)
        return _without_empty(observed)

    def _observation(self, term: Term, name: str, model: str | None) -> Json:
        context, eye = self._context, self._photograph.eye
        return {
            "resourceType": "Observation",
            "id": str(uuid_of(context.exam_id, "observation", str(self._number), name)),
            "status": "preliminary",
            "category": [concept(IMAGING)],
            "code": concept(term),
            "subject": reference(context.patient),
            "effectiveDateTime": context.taken_at,
            "issued": context.at,
            "bodySite": retina_of(eye),
            "method": {"text": self._method(model)},
            "device": reference(context.software),
            "derivedFrom": [{**reference(context.imaging), "display": self._photograph_named()}],
            "component": side_component(eye),
        }

    def _photograph_named(self) -> str:
        photograph = self._result.photograph
        return f"{photograph.name} (SHA-256 {photograph.sha256})"

    def _method(self, model: str | None) -> str:
        identity: ModelIdentity | None = self._result.models.get(model or "")
        if model is None or identity is None:
            return "Plain measurements of the picture"
        return f"Model {model} of the bundle, {identity.backend}, {identity.precision}"


def _cut(threshold: float | None) -> list[Json]:
    if threshold is None:
        return []
    return [{"code": concept(CUT), "valueQuantity": quantity(threshold, "1")}]


def _without_empty(resource: Json) -> Json:
    """FHIR knows no empty lists."""
    return {key: value for key, value in resource.items() if value != []}
