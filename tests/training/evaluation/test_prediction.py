"""Rows of an evaluation survive the disk, a kill, and another protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.errors import UnreadableFile
from tests.training.evaluation.predictions import a_prediction
from training.evaluation import prediction as predictions
from training.evaluation.prediction import (
    LINES_FILE,
    append_line,
    kept_predictions,
    read_predictions,
    write_predictions,
)

READ = replace(
    a_prediction("1", vessel_f1=0.8, truth__dr_grade=2), histograms={"vessel_true": [1, 0, 3]}
)
REFUSED = a_prediction("2", "ungradable")


def test_predictions_come_back_as_they_were(tmp_path: Path):
    write_predictions([READ, REFUSED], tmp_path)

    assert read_predictions(tmp_path) == [READ, REFUSED]


def test_a_killed_run_keeps_its_whole_lines(tmp_path: Path):
    append_line(READ, tmp_path)
    append_line(REFUSED, tmp_path)
    lines = tmp_path / LINES_FILE
    lines.write_text(lines.read_text(encoding="utf-8")[:-20], encoding="utf-8")

    assert kept_predictions(tmp_path) == {READ.key: READ}


def test_the_table_replaces_the_lines(tmp_path: Path):
    append_line(READ, tmp_path)
    write_predictions([READ], tmp_path)

    assert not (tmp_path / LINES_FILE).exists()
    assert kept_predictions(tmp_path) == {READ.key: READ}


def test_rows_of_another_protocol_are_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_predictions([READ], tmp_path)
    append_line(REFUSED, tmp_path)
    monkeypatch.setattr(predictions, "PROTOCOL", "foreseye.predictions/2")

    assert kept_predictions(tmp_path) == {}


def test_a_folder_without_predictions_is_refused(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="no predictions"):
        read_predictions(tmp_path)
