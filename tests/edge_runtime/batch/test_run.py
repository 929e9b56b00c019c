"""A batch gives one row a photograph, whatever it is."""

from __future__ import annotations

import csv
import json
import os
from contextlib import closing, nullcontext
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from edge_runtime.batch.engines.here import Here
from edge_runtime.batch.plan import BROKEN_AFTER, WorkPlan
from edge_runtime.batch.run import LOCK_FILE, BatchOptions, run_batch
from edge_runtime.batch.shards import PHOTOGRAPHS, shard_path
from edge_runtime.errors import InferenceFailed
from edge_runtime.pictures import PICTURES
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from
from tests.edge_runtime.batch.small_folder import (
    EVERYTHING,
    GOOD,
    NOT_AN_EYE,
    UNREADABLE,
    rows_of,
    small_folder,
)
from tests.edge_runtime.cli.command_line import Told, foreseye, opened_once

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_folder(tmp_path_factory.mktemp("small") / "photographs")


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    return folder.parent / "out"


@pytest.fixture(scope="module")
def told(folder: Path, out: Path) -> Told:
    """One batch over the small folder, that the tests of this module look at."""
    return foreseye("batch", folder, "--out", out, "--json")


@pytest.fixture
def rows(told: Told, out: Path) -> dict[str, dict[str, object]]:
    return {str(row["path"]): row for row in rows_of(out)}


def test_every_file_has_one_row_in_sorted_order(told: Told, out: Path) -> None:
    assert [row["path"] for row in rows_of(out)] == EVERYTHING
    assert [row["path"] for row in rows_of(out, "exams")] == EVERYTHING


def test_each_row_says_what_came_of_it(rows: dict[str, dict[str, object]]) -> None:
    assert {rows[name]["status"] for name in GOOD} == {"ok"}
    assert {rows[name]["status"] for name in NOT_AN_EYE} == {"refused"}
    assert {rows[name]["status"] for name in UNREADABLE} == {"failed"}
    assert all(bool(row["error"]) == (row["status"] != "ok") for row in rows.values())
    assert rows["d_notes.txt"]["error"] == (
        "NotAPicture: This file is not a photograph that can be read."
    )


def test_a_refused_photograph_has_a_result_and_a_failed_one_has_none(
    rows: dict[str, dict[str, object]],
) -> None:
    assert rows["c_card.png"]["quality.gradable"] is False
    assert rows["c_card.png"]["quality.reason"] == rows["c_card.png"]["error"]
    assert rows["e_cut.jpg"]["quality.gradable"] is None


def test_a_row_is_the_result_that_screen_gives(
    rows: dict[str, dict[str, object]], folder: Path, tmp_path: Path
) -> None:
    foreseye("screen", folder / GOOD[0], "--out", tmp_path)

    result = json.loads((tmp_path / "a_right" / "result.json").read_text())
    row = rows[GOOD[0]]
    assert row["photograph.sha256"] == result["photograph"]["sha256"]
    assert row["photograph.fov_circle_px.2"] == result["photograph"]["fov_circle_px"][2]
    assert row["quality.defects.blur"] == result["quality"]["defects"]["blur"]
    for name, measurement in result["biomarkers"].items():
        for part, value in measurement.items():
            assert row[f"biomarkers.{name}.{part}"] == value
    assert row["exam_id"] == json.loads((tmp_path / "exam.json").read_text())["exam_id"]


def test_something_failed_so_the_exit_code_says_so(told: Told) -> None:
    assert told.code == 1
    assert told.json["photographs"] == {"total": 8, "ok": 3, "refused": 1, "failed": 4}
    assert sum(told.json["failures"].values()) == 4
    assert sum(told.json["refusals"].values()) == 1
    assert told.json["gradable_by_set"]["(no set)"]["gradable"] == 3


def test_the_csv_has_the_rows_and_runs_nothing(told: Told, out: Path) -> None:
    with (out / "photographs.csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))

    assert [row["path"] for row in cells] == EVERYTHING
    assert [row["status"] for row in cells] == [row["status"] for row in rows_of(out)]
    texts = [text for row in cells for text in row.values()]
    assert not any(text[:1] in "=+@" for text in texts if text)


def test_what_no_model_makes_has_no_column(told: Told, out: Path) -> None:
    names = pq.read_schema(shard_path(out, PHOTOGRAPHS, 0)).names

    models = opened_once().bundle.manifest.models
    assert any(name.startswith("findings.") for name in names) == ("findings" in models)


def test_an_out_folder_with_a_batch_is_refused_without_resume(
    told: Told, folder: Path, out: Path
) -> None:
    again = foreseye("batch", folder, "--out", out)

    assert again.code == 2
    assert "add --resume" in again.err


def test_an_out_folder_with_something_else_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")

    told = foreseye("batch", folder, "--out", tmp_path, "--resume")

    assert told.code == 2
    assert "thesis.doc" in told.err


def test_two_batches_never_write_into_one_folder(told: Told, folder: Path, out: Path) -> None:
    import fcntl

    with (out / LOCK_FILE).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        second = foreseye("batch", folder, "--out", out, "--resume")

    assert second.code == 2
    assert "another foreseye batch is writing" in second.err


def test_pictures_are_written_only_when_asked_for(folder: Path, out: Path, tmp_path: Path) -> None:
    assert not (out / "pictures").exists()
    manifest = tmp_path / "two.csv"
    manifest.write_text(f"path,set,eye\n{folder / GOOD[0]},A,OD\n{folder / 'c_card.png'},B,\n")

    told = foreseye("batch", manifest, "--out", tmp_path / "out", "--pictures", "--formats", "csv")

    eye, card = rows_of(tmp_path / "out")
    assert told.code == 0
    assert (eye["set"], eye["eye_given"], eye["eye.source"]) == ("A", "OD", "given")
    assert sorted(p.name for p in (tmp_path / "out" / eye["pictures"]).iterdir()) == sorted(
        PICTURES
    )
    assert card["pictures"] is None


def test_a_contract_manifest_gives_one_exam_row_a_visit(folder: Path, tmp_path: Path) -> None:
    (folder / "manifest.csv").write_text(
        "set,person_id,eye,visit_time_years,photograph,role,fold,evidence_kind,terms,sbp_mmhg\n"
        "A,7,OD,0,a_right.jpg,test,0,drawn,ours,150\n"
        "A,7,OS,0,b_left.jpg,test,0,drawn,ours,150\n"
        "A,7,,0,e_cut.jpg,test,0,drawn,ours,150\n"
        "A,8,,0,nowhere.jpg,test,0,drawn,ours,\n"
    )

    foreseye("batch", folder / "manifest.csv", "--out", tmp_path / "out")
    (folder / "manifest.csv").unlink()

    exams = rows_of(tmp_path / "out", "exams")
    assert [(row["person_id"], row["status"]) for row in exams] == [("7", "ok"), ("8", "failed")]
    assert exams[0]["photographs"] == ["a_right.jpg", "b_left.jpg", "e_cut.jpg"]
    assert exams[0]["covariates.sbp_mmhg"] == 150.0
    assert exams[0]["error"].startswith("DamagedPicture: ")
    photographs = rows_of(tmp_path / "out")
    assert [row["status"] for row in photographs] == ["ok", "ok", "failed", "failed"]
    assert {row["exam_id"] for row in photographs[:3]} == {exams[0]["exam_id"]}


def test_a_broken_engine_stops_the_batch_and_a_sound_one_goes_on(
    folder: Path, tmp_path: Path
) -> None:
    eyes = tmp_path / "eyes"
    eyes.mkdir()
    for number in range(BROKEN_AFTER + 1):
        (eyes / f"{number}.jpg").write_bytes((folder / GOOD[0]).read_bytes())
    settings = settings_from(os.environ)
    broken = Pipeline.open(settings)
    broken.close()
    engine = Here(WorkPlan(settings, eyes, tmp_path / "out"), lambda: nullcontext(broken))

    with closing(engine), pytest.raises(InferenceFailed, match="3 exams in a row failed"):
        list(run_batch(engine, BatchOptions(eyes, tmp_path / "out")))

    assert not shard_path(tmp_path / "out", PHOTOGRAPHS, 0).exists()
    assert foreseye("batch", eyes, "--out", tmp_path / "out", "--resume").code == 0


@pytest.mark.parametrize(
    ("options", "told_of"),
    [
        (["--formats", "csv,word"], "word is not known here"),
        (["--formats", "pdf", "--language", "la"], "la is not known here"),
        (["--formats", ""], "none is not known here"),
        (["--engine", "spark"], "--engine"),
        (["--workers", "0"], "--workers"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_bad_usage(
    options: list[str], told_of: str, folder: Path, tmp_path: Path
) -> None:
    told = foreseye("batch", folder, "--out", tmp_path / "out", *options)

    assert told.code == 2
    assert told_of in told.err


def test_without_ray_its_engine_is_bad_usage(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edge_runtime.batch.engines import ray_data

    monkeypatch.setattr(ray_data, "find_spec", lambda _: None)

    told = foreseye("batch", folder, "--out", tmp_path / "out", "--engine", "ray")

    assert told.code == 2
    assert "ray needs the extra foreseye[ray]" in told.err


def test_an_empty_folder_gives_empty_tables(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    told = foreseye("batch", tmp_path / "empty", "--out", tmp_path / "out", "--json")

    assert told.code == 0
    assert told.json["photographs"]["total"] == 0
