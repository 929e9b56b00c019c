"""One RiskAssessment a condition and horizon: the chance, its interval, its steps, its basis.

FHIR gives a chance as a percentage (invariant ras-2); everywhere else foreseye's lie in [0, 1].
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from edge_runtime.contracts.exam import Forecast, ForecastStep, ForecastSteps
from edge_runtime.interop.fhir.elements import Json, coding, concept, reference
from edge_runtime.interop.fhir.observations import Context
from edge_runtime.interop.fhir.terminology import CONDITIONS, EVIDENCE_KINDS, STEPS, UCUM
from edge_runtime.interop.identifiers import uuid_of

DECIMALS: Final = 10
"""Of a percentage; enough to give back the share it came from."""


def risk_assessment(forecast: Forecast, context: Context, basis: Sequence[uuid.UUID]) -> Json:
    """Return the RiskAssessment of one forecast; a missing one says why in place of a chance."""
    condition = forecast.condition.value
    name = f"{condition}/{forecast.horizon_years:g}"
    years = {"unit": "a", "system": UCUM, "code": "a"}
    prediction: Json = {
        "outcome": concept(CONDITIONS[condition]),
        "whenRange": {
            "low": {"value": 0, **years},
            "high": {"value": forecast.horizon_years, **years},
        },
    }
    if forecast.cumulative_incidence is not None:
        prediction["probabilityDecimal"] = percent(forecast.cumulative_incidence)
    else:
        prediction["rationale"] = f"{forecast.missing_because}: {forecast.sentence}"
    assessed: Json = {
        "resourceType": "RiskAssessment",
        "id": str(uuid_of(context.exam_id, "forecast", name)),
        "status": "preliminary",
        "method": {"text": "Cumulative incidence, death competing"},
        "code": concept(CONDITIONS[condition]),
        "subject": reference(context.patient),
        "occurrenceDateTime": context.taken_at,
        "performer": reference(context.software),
        "prediction": [prediction],
        "note": _notes(forecast),
    }
    if basis:
        assessed["basis"] = [reference(observation) for observation in basis]
    return {key: value for key, value in assessed.items() if value != []}


def percent(share: float) -> float:
    """Return a share in [0, 1] as a percentage."""
    return round(share * 100.0, DECIMALS)


def _notes(forecast: Forecast) -> list[Json]:
    notes = []
    if forecast.interval_90 is not None:
        low, high = (f"{percent(bound):g}" for bound in forecast.interval_90)
        notes.append(f"90 % interval: {low} % to {high} %")
    if forecast.evidence is not None:
        notes.append(f"Judged on: {coding(EVIDENCE_KINDS[forecast.evidence.value])['display']}")
        if forecast.sentence:
            notes.append(forecast.sentence)
    if forecast.steps is not None:
        notes += _steps(forecast.steps)
    if forecast.step is not None:
        notes.append(f"Shown: {STEPS[forecast.step].display}")
    return [{"text": text} for text in notes]


def _steps(steps: ForecastSteps) -> list[str]:
    words = []
    for name, step in steps:
        if step is not None:
            words.append(f"{STEPS[name].display}: {_step(step)}")
    return words


def _step(step: ForecastStep) -> str:
    if step.value is None or step.evidence is None:
        return f"{step.missing_because.value if step.missing_because else ''}, {step.sentence}"
    between = ""
    if step.interval_90 is not None:
        low, high = (f"{percent(bound):g}" for bound in step.interval_90)
        between = f", 90 % interval {low} % to {high} %"
    return f"{percent(step.value):g} %{between} (judged on {step.evidence.value})"
