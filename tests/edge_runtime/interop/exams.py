"""Screened exams for the tests of every export, from the contracts' own examples and real runs."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.contracts.origin import Origin
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.interop.screened import ScreenedExam, ScreenedPhotograph

EXAMPLES = Path(__file__).parents[1] / "contracts" / "examples"
AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
ORIGIN = Origin(
    kind="ophthalmic_8_bit",
    manufacturer="Maker",
    model="Model 5",
    acquired_at="2026-03-03T09:10:11+08:00",
)


def example_result(name: str = "screening") -> ScreeningResult:
    return ScreeningResult.model_validate_json((EXAMPLES / f"{name}.json").read_text())


def example_record(**changed: object) -> ExamRecord:
    record = json.loads((EXAMPLES / "exam.json").read_text())
    return ExamRecord.model_validate({**record, **changed})


def example_bundle() -> BundleManifest:
    return BundleManifest.model_validate_json((EXAMPLES / "bundle.json").read_text())


def example_exam(**changed: object) -> ScreenedExam:
    """A right eye with every kind of finding and one that was not gradable."""
    photographs = (
        ScreenedPhotograph(example_result(), ORIGIN),
        ScreenedPhotograph(example_result("screening-ungradable")),
    )
    return ScreenedExam(example_record(**changed), photographs, example_bundle(), AT)
