"""A kept exam as a doctor reads it: each eye's photographs, what the model said, what people said.

Pure: works on what the records hand out. What a person says stands beside the model's value and
never in its place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.wire.client import (
    ExamRecord,
    Eye,
    Forecast,
    Measurement,
    ScreeningResult,
    records_client,
)
from ui import parts
from ui.findings import CONDITIONS, as_condition, of_100
from ui.tables import finding_rows, measurement_rows
from ui.wording import number, say, say_or

Exam = records_client.KeptExam
Photograph = records_client.KeptPhotograph
Kind = records_client.DecisionKind

BODY = ("retinal_age_years", "hba1c_percent", "egfr_ml_min_1_73m2", "sbp_mmhg")
YES_OR_NO = ("quality", *(f"findings.{name}" for name in CONDITIONS))


@dataclass(frozen=True)
class ReadPhotograph:
    """One kept photograph with its result, where it has one."""

    kept: Photograph
    result: ScreeningResult | None

    @property
    def eye(self) -> Eye | None:
        """Which eye it is: as given, else as the picture tells."""
        if self.kept.eye is not None or self.result is None:
            return self.kept.eye
        return self.result.eye.laterality

    def picture_id(self, kind: str) -> str:
        """Return the id of the model's picture of a kind; empty where there is none."""
        found = [p for p in self.kept.pictures if p.kind == kind and not p.by_person]
        return found[-1].picture_id if found else ""


def read_photographs(exam: Exam) -> list[ReadPhotograph]:
    """Return the exam's photographs, the best of each eye first."""
    read = [ReadPhotograph(each, result_of(each)) for each in exam.photographs]
    return sorted(read, key=lambda each: not each.kept.best)


def result_of(photograph: Photograph) -> ScreeningResult | None:
    """Return the photograph's result; None before it was screened and where it was refused."""
    if not photograph.result_json:
        return None
    return ScreeningResult.model_validate_json(photograph.result_json)


def forecast_of(exam: Exam) -> list[Forecast]:
    """Return the exam's forecasts; none before it was screened as a whole."""
    if not exam.exam_json:
        return []
    return ExamRecord.model_validate_json(exam.exam_json).forecast or []


def findings_of(result: ScreeningResult) -> list[str]:
    """Return what can be decided on one photograph but its measurements, the eye last."""
    found = ["quality"]
    if result.findings is not None:
        for name in ("dr_grade", *CONDITIONS, *BODY):
            value = getattr(result.findings, name)
            if value is not None and not _is_missing(value):
                found.append(f"findings.{name}")
    return [*found, "eye"]


def measured(result: ScreeningResult) -> list[str]:
    """Return the measurements that have a value."""
    values = (result.biomarkers or {}).items()
    return [f"biomarkers.{name}" for name, each in values if each.value is not None]


def title_of(finding: str) -> str:
    """Return what a finding is called."""
    part, _, name = finding.partition(".")
    if part == "biomarkers":
        return say_or(f"measure.{name}", name.replace("_", " "))
    return say(f"finding.{name}") if part == "findings" else say(f"decide.{finding}")


def model_words(result: ScreeningResult, finding: str) -> tuple[str, str]:
    """Return what the model says of a finding in one word, and its badge as HTML."""
    part, _, name = finding.partition(".")
    if finding == "quality":
        count, _ = of_100(result.quality.probability)
        words = say(
            "decide.with_chance", words=yes_or_no(finding, result.quality.gradable), count=count
        )
        return words, parts.badge(result.quality.evidence)
    if finding == "eye":
        source = say(f"decide.eye.{result.eye.source}")
        return f"{parts.eye_name(result.eye.laterality)}{source}", ""
    if part == "biomarkers":
        row = measurement_rows({name: (result.biomarkers or {})[name]})[0]
        badge = parts.badge(row.evidence) if row.evidence else ""
        return f"{row.value} {row.unit} {row.interval}".strip(), badge
    return _finding_words(result, name)


def _finding_words(result: ScreeningResult, name: str) -> tuple[str, str]:
    found = result.findings
    assert found is not None
    if name in BODY:
        one = found.model_copy(update={other: None for other in BODY if other != name})
        row = finding_rows(one)[0]
        badge = parts.badge(row.evidence) if row.evidence else ""
        return f"{row.value} {row.unit} {row.interval}".strip(), badge
    if name == "dr_grade":
        assert found.dr_grade is not None
        chances = found.dr_grade.probabilities
        words, condition = say(f"grade.{chances.index(max(chances))}"), as_condition(found.dr_grade)
        count, _ = of_100(condition.probability, condition.threshold)
        return say("decide.grade", grade=words, count=count), parts.badge(condition.evidence)
    condition = getattr(found, name)
    cut = 0.5 if condition.threshold is None else condition.threshold
    count, _ = of_100(condition.probability, condition.threshold)
    words = yes_or_no(name, condition.probability >= cut)
    words = say("decide.with_chance", words=words, count=count)
    return words, parts.badge(condition.evidence)


def value_words(finding: str, value_json: str) -> str:
    """Return a person's value in words."""
    value = json.loads(value_json)
    if finding == "findings.dr_grade":
        return say(f"grade.{value}")
    if finding == "eye":
        return parts.eye_name(Eye(value))
    return yes_or_no(finding, value) if isinstance(value, bool) else number(value, None)


def said_of(exam: Exam, photograph_id: str, finding: str) -> Sequence[records_client.Decision]:
    """Return what people said of a finding, oldest first; the last word counts."""
    wanted = (photograph_id, finding)
    return [each for each in exam.decisions if (each.photograph_id, each.finding) == wanted]


def is_disputed(exam: Exam, photograph_id: str, finding: str) -> bool:
    """Return whether two readers differ on it and nobody has arbitrated."""
    return f"{photograph_id}/{finding}" in exam.disputed


def yes_or_no(finding: str, value: bool) -> str:
    """Return whether a photograph can be read, or whether a condition is there, in one word."""
    if finding == "quality":
        return say("decide.quality.yes" if value else "decide.quality.no")
    return say("answer.yes" if value else "answer.no")


def _is_missing(value: object) -> bool:
    return isinstance(value, Measurement) and value.value is None
