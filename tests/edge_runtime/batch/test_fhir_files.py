"""A batch as FHIR: a bundle an exam, made from the tables, the same after a kill as without one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.batch.columns import exam_columns, photograph_columns
from edge_runtime.batch.rows import exam_record_cells
from edge_runtime.batch.screened_exams import exam_record, screened_exams, screening_result
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import Eye
from tests.edge_runtime.batch.small_folder import rows_of, small_folder
from tests.edge_runtime.cli.command_line import Told, foreseye, opened_once
from tests.edge_runtime.interop.dicom.objects import jpeg_file
from tests.edge_runtime.interop.exams import example_record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_folder(tmp_path_factory.mktemp("fhir") / "photographs")
    (folder / "y.dcm").write_bytes(jpeg_file(Eye.OS))
    out = folder.parent / "out"
    foreseye("batch", folder, "--out", out, "--formats", "fhir")
    return out


def resumed(out: Path) -> Told:
    source = out.parent / "photographs"
    return foreseye("batch", source, "--out", out, "--resume", "--formats", "fhir")


def bundles(out: Path) -> list[dict[str, Any]]:
    files = sorted((out / "fhir").glob("*.ndjson"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_results_come_back_from_the_tables_whole(out: Path) -> None:
    columns = photograph_columns(opened_once().bundle.manifest)
    for row in rows_of(out):
        if row["status"] == "failed":
            continue
        result = screening_result({**row, "timings_ms.total": 1.0})
        again = contract_dict(result)
        assert again["photograph"]["sha256"] == row["photograph.sha256"]  # type: ignore[index]
        assert {key.partition(".")[0] for key in columns} >= set(again)
        if row["status"] == "ok":
            findings = result.findings
            assert findings is not None
            assert findings.dr_grade is not None
            assert findings.dr_grade.probabilities[0] == row["findings.dr_grade.probabilities.0"]
            assert set(result.biomarkers or {}) == {
                key.split(".")[1] for key in row if key.startswith("biomarkers.")
            }


def test_forecasts_come_back_from_the_tables_whole() -> None:
    manifest = opened_once().bundle.manifest
    models = {**manifest.models, "forecast": manifest.models["anatomy"]}
    with_forecast = manifest.model_copy(update={"models": models, "horizons_years": [5.0]})
    record = example_record(refused=[], person_id="p")
    columns = exam_columns(with_forecast)

    row = {**dict.fromkeys(columns), **exam_record_cells(record, columns)}

    assert exam_record(row, []) == record


def test_there_is_a_bundle_an_exam_and_none_of_a_file_that_is_no_photograph(out: Path) -> None:
    made = bundles(out)

    readable = [row for row in rows_of(out) if row["status"] != "failed"]
    assert len(made) == len(readable) == 5
    text = json.dumps(made)
    for row in readable:
        assert row["photograph.sha256"] in text


def test_every_bundle_is_valid_r4b(out: Path) -> None:
    from fhir.resources.R4B.bundle import Bundle

    for bundle in bundles(out):
        Bundle.model_validate(bundle)


def test_a_dicom_files_side_and_time_reach_the_bundle(out: Path) -> None:
    (row,) = (row for row in rows_of(out) if row["path"] == "y.dcm")
    exams = {
        exam.record.exam_id: exam for exam in screened_exams(out, 0, opened_once().bundle.manifest)
    }

    (photograph,) = exams[row["exam_id"]].photographs
    assert photograph.eye is Eye.OS
    assert photograph.origin is not None
    assert photograph.origin.acquired_at == "2026-03-04T05:06:07"


def test_a_lost_file_is_written_again_byte_for_byte(out: Path) -> None:
    (file,) = (out / "fhir").glob("*.ndjson")
    whole = file.read_bytes()
    file.unlink()

    told = resumed(out)

    assert told.code == 1  # of the files that are no photographs
    assert file.read_bytes() == whole


def test_a_file_older_than_its_shard_is_written_again(out: Path) -> None:
    (file,) = (out / "fhir").glob("*.ndjson")
    file.write_text("")
    os.utime(file, (0, 0))

    resumed(out)

    assert len(bundles(out)) == 5
