"""`foreseye bench`: what is measured, never how fast."""

from __future__ import annotations

import pytest

from tests.edge_runtime.cli.command_line import foreseye

pytestmark = pytest.mark.slow


def test_each_stage_stands_beside_its_floor() -> None:
    told = foreseye("bench", "--repeat", "2", "--json")

    assert told.code == 0
    report = told.json
    stages = {"decode", "field_of_view", "quality", "anatomy", "biomarkers"}
    for model, stage in (("findings", "findings"), ("signs", "forecast")):
        stages |= {stage} if model in report["models"] else set()
    assert set(report["stages_ms"]) == stages
    assert set(report["floors_ms"]) == {"decode_full_size", "session_run"}
    assert set(report["floors_ms"]["session_run"]) == set(report["models"])
    spreads = [
        *report["stages_ms"].values(),
        report["end_to_end_ms"],
        report["floors_ms"]["decode_full_size"],
        *report["floors_ms"]["session_run"].values(),
    ]
    assert all(0 < spread["p50"] <= spread["p95"] <= spread["p99"] for spread in spreads)
    assert set(report["start_up"]["ms"]) == {"import", "open", "first_result"}
    assert report["photograph"]["gradable"]
    assert report["peak_memory_mb"] > 0


def test_a_photograph_that_cannot_be_read_is_not_measured() -> None:
    told = foreseye("bench", "nowhere.jpg")

    assert told.code == 1
    assert "This file cannot be opened" in told.err
