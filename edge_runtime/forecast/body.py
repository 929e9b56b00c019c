"""What one eye tells of the body: values with an interval, or the reason why there are none.

Legend: B values of the body.
"""

from __future__ import annotations

from edge_runtime.contracts.result import Findings, Measurement
from edge_runtime.domain import Evidence, FloatArray
from edge_runtime.forecast.signs import BODY

NORMAL_90 = 1.6449
"""Half the width of a normal distribution's middle 90 %, in deviations."""
STRANGE = "The photograph is unlike all those that this was learned from."


def body_told(
    value_B: FloatArray, deviation_B: FloatArray, strange: bool, evidence: Evidence
) -> dict[str, Measurement]:
    """Return what an eye tells of the body, by the name of the finding."""
    if strange:
        return {told.name: Measurement(missing_because=STRANGE) for told in BODY}
    return {
        told.name: Measurement(
            value=float(value),
            unit=told.unit,
            interval_90=(
                float(value - NORMAL_90 * deviation),
                float(value + NORMAL_90 * deviation),
            ),
            evidence=evidence,
        )
        for told, value, deviation in zip(BODY, value_B, deviation_B, strict=True)
    }


def with_body(findings: Findings | None, body: dict[str, Measurement]) -> Findings:
    """Return the findings with what the eye tells of the body among them."""
    return (findings or Findings()).model_copy(update=body)
