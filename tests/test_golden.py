"""What the whole pipeline says of the two drawn sample eyes does not move unnoticed.

`make golden` rewrites the file; the change then belongs into the CHANGELOG under Numbers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import Exam, PhotographFile
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Settings
from edge_runtime.stages import PhotographDone

GOLDEN = Path(__file__).parent / "golden" / "sample_eyes.json"
TOLERANCE = 0.02
"""Relative: another processor adds in another order, which moves single pixels of a mask."""

CHANGES_WITH_THE_BUNDLE = ("bundle", "timings_ms")


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline.open(Settings(threads=1))


def seen(pipeline: Pipeline) -> dict[str, Any]:
    results = {}
    for sample in pipeline.bundle.manifest.golden:
        content = pipeline.bundle.read(sample.photograph)
        exam = Exam("golden", (PhotographFile(sample.photograph, content),))
        for event in pipeline.screen(exam):
            if isinstance(event, PhotographDone):
                shown = contract_dict(event.result)
                for key in CHANGES_WITH_THE_BUNDLE:
                    del shown[key]
                results[sample.photograph] = shown
    return results


def test_the_sample_eyes_give_the_golden_results(pipeline: Pipeline, accept_golden: bool):
    actual = seen(pipeline)
    if accept_golden:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps(actual, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))

    assert differences(golden, actual) == []


def test_the_sample_eyes_are_gradable_and_their_eyes_are_read(pipeline: Pipeline):
    results = seen(pipeline)

    for sample in pipeline.bundle.manifest.golden:
        result = results[sample.photograph]
        assert result["quality"]["gradable"]
        assert result["eye"] == {"laterality": sample.eye, "source": "picture", "conflict": False}
        assert "value" in result["biomarkers"]["cdr_vertical"]
        assert "value" in result["biomarkers"]["vessel_density"]


def differences(golden: Any, actual: Any, where: str = "") -> list[str]:
    """Return each place where two JSON values differ by more than the tolerance."""
    if isinstance(golden, dict) and isinstance(actual, dict):
        found = [f"{where}: keys differ"] if golden.keys() != actual.keys() else []
        for key in golden.keys() & actual.keys():
            found += differences(golden[key], actual[key], f"{where}/{key}")
        return found
    if isinstance(golden, list) and isinstance(actual, list) and len(golden) == len(actual):
        return [
            line
            for index, (a, b) in enumerate(zip(golden, actual, strict=True))
            for line in differences(a, b, f"{where}/{index}")
        ]
    if isinstance(golden, float) and isinstance(actual, float):
        near = abs(golden - actual) <= TOLERANCE * max(abs(golden), 1.0)
        return [] if near else [f"{where}: {golden} became {actual}"]
    return [] if golden == actual else [f"{where}: {golden!r} became {actual!r}"]
