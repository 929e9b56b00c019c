"""Forecasts to messages of foreseye.v1 and back."""

from __future__ import annotations

from edge_runtime.contracts.exam import Forecast, ForecastStep, ForecastSteps
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_result import interval_from_wire
from edge_runtime.wire.enums import EVIDENCE_OF, evidence_to_wire


def forecast_to_wire(forecast: Forecast) -> pb.Forecast:
    """Return one condition at one horizon, with its steps, or the reason."""
    low, high = forecast.interval_90 or (None, None)
    wire = pb.Forecast(
        condition=forecast.condition.value,
        horizon_years=forecast.horizon_years,
        cumulative_incidence=forecast.cumulative_incidence,
        interval_90_low=low,
        interval_90_high=high,
        step=forecast.step or "",
        evidence=evidence_to_wire(forecast.evidence),
        missing_because=forecast.missing_because.value if forecast.missing_because else "",
        sentence=forecast.sentence or "",
    )
    for name in ForecastSteps.model_fields if forecast.steps else ():
        step = getattr(forecast.steps, name)
        if step is not None:
            getattr(wire, name).CopyFrom(_step_to_wire(step))
    return wire


def forecast_from_wire(wire: pb.Forecast) -> Forecast:
    """Return one condition at one horizon, with its steps, or the reason."""
    steps = None
    if wire.HasField("age_sex"):
        given = [name for name in ForecastSteps.model_fields if wire.HasField(name)]
        steps = {name: _step_from_wire(getattr(wire, name)) for name in given}
    return Forecast.model_validate(
        {
            "condition": wire.condition,
            "horizon_years": wire.horizon_years,
            "cumulative_incidence": (
                wire.cumulative_incidence if wire.HasField("cumulative_incidence") else None
            ),
            "interval_90": interval_from_wire(wire),
            "steps": steps,
            "step": wire.step or None,
            "evidence": EVIDENCE_OF.get(wire.evidence),
            "missing_because": wire.missing_because or None,
            "sentence": wire.sentence or None,
        }
    )


def _step_to_wire(step: ForecastStep) -> pb.ForecastStep:
    low, high = step.interval_90 or (None, None)
    return pb.ForecastStep(
        value=step.value,
        interval_90_low=low,
        interval_90_high=high,
        evidence=evidence_to_wire(step.evidence),
        missing_because=step.missing_because.value if step.missing_because else "",
        sentence=step.sentence or "",
    )


def _step_from_wire(wire: pb.ForecastStep) -> ForecastStep:
    return ForecastStep.model_validate(
        {
            "value": wire.value if wire.HasField("value") else None,
            "interval_90": interval_from_wire(wire),
            "evidence": EVIDENCE_OF.get(wire.evidence),
            "missing_because": wire.missing_because or None,
            "sentence": wire.sentence or None,
        }
    )
