"""What a result.json says, as the numbers of a prediction."""

from __future__ import annotations

from edge_runtime.contracts.result import Findings, ScreeningResult

NAMED = 0.5
"""A defect is named where it is the largest and at least this; the runtime gives advice from it."""


def said(result: ScreeningResult | None) -> dict[str, float]:
    """Return the numbers of a result by name; of a photograph that was refused unread, one zero."""
    if result is None:
        return {"gradable.probability": 0.0}
    values = {"gradable.probability": result.quality.probability}
    values["total_ms"] = result.timings_ms["total"]
    values |= {f"defect.{name}": value for name, value in result.quality.defects.items()}
    if result.findings is not None:
        values |= _of_findings(result.findings)
    ratio = (result.biomarkers or {}).get("cdr_vertical")
    if ratio is not None and ratio.value is not None:
        values["cdr_vertical"] = ratio.value
    return values


def named_defect(result: ScreeningResult | None) -> str | None:
    """Return the defect that a result names first, None where it names none."""
    if result is None or not result.quality.defects:
        return None
    name, value = max(result.quality.defects.items(), key=lambda defect: defect[1])
    return name if value >= NAMED else None


def _of_findings(findings: Findings) -> dict[str, float]:
    values: dict[str, float] = {}
    if findings.dr_grade is not None:
        grade = findings.dr_grade
        values |= {f"dr.p{k}": p for k, p in enumerate(grade.probabilities)}
        values["referable.probability"] = grade.referable
        if grade.referable_threshold is not None:
            values["referable.threshold"] = grade.referable_threshold
    if findings.maculopathy is not None:
        values["maculopathy.probability"] = findings.maculopathy.probability
        if findings.maculopathy.threshold is not None:
            values["maculopathy.threshold"] = findings.maculopathy.threshold
    return values
