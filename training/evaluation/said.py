"""What a result.json says, as the numbers of a prediction."""

from __future__ import annotations

from edge_runtime.contracts.result import Findings, Quality, ScreeningResult
from edge_runtime.fundus.quality import ADVICE


def said(result: ScreeningResult | None) -> dict[str, float]:
    """Return the numbers of a result by name; of a photograph that was refused unread, one zero."""
    if result is None:
        return {"gradable.probability": 0.0}
    values = said_of_quality(result.quality)
    values["total_ms"] = result.timings_ms["total"]
    if result.findings is not None:
        values |= _of_findings(result.findings)
    ratio = (result.biomarkers or {}).get("cdr_vertical")
    if ratio is not None and ratio.value is not None:
        values["cdr_vertical"] = ratio.value
    return values


def said_of_quality(quality: Quality) -> dict[str, float]:
    """Return the numbers of the gate's verdict."""
    defects = {f"defect.{name}": value for name, value in quality.defects.items()}
    return {"gradable.probability": quality.probability, **defects}


def named_defect(quality: Quality) -> str | None:
    """Return the defect of the first advice, which is what the technician reads; None without."""
    if not quality.advice:
        return None
    return next(name for name, advice in ADVICE.items() if advice == quality.advice[0])


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
