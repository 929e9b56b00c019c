"""`foreseye screen`: photographs in, the folder of DESIGN section 5 out."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import USE, Eye
from edge_runtime.pictures import PICTURES
from tests.edge_runtime.cli.command_line import foreseye, foreseye_afresh, sample_eye
from tests.edge_runtime.service.tiny_bundle import tiny_bundle

pytestmark = pytest.mark.slow


@pytest.fixture
def eyes(tmp_path: Path) -> tuple[Path, Path]:
    """Both sample eyes, as files."""
    paths = tmp_path / "right.jpg", tmp_path / "left.jpg"
    for path, eye in zip(paths, (Eye.OD, Eye.OS), strict=True):
        path.write_bytes(sample_eye(eye))
    return paths


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def files_below(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def grey_card(path: Path) -> Path:
    cv2.imwrite(str(path), np.full((400, 500, 3), 127, np.uint8))
    return path


def test_both_eyes_of_a_person_are_one_exam(eyes: tuple[Path, Path], out: Path) -> None:
    told = foreseye("screen", *eyes, "--out", out, "--age", 61, "--sex", "F")

    assert (told.code, told.err) == (0, "")
    assert files_below(out) == sorted(
        ["exam.json"]
        + [f"{eye}/{name}" for eye in ("right", "left") for name in ("result.json", *PICTURES)]
    )
    exam = ExamRecord.model_validate_json((out / "exam.json").read_text())
    assert exam.photographs == ["right/result.json", "left/result.json"]
    assert (exam.age_years, exam.sex) == (61.0, "F")
    assert USE in told.out


def test_a_result_is_of_the_contract_and_tells_how_long_writing_took(
    eyes: tuple[Path, Path], out: Path
) -> None:
    foreseye("screen", eyes[0], "--out", out)

    text = (out / "right" / "result.json").read_text()
    result = ScreeningResult.model_validate_json(text)
    assert result.photograph.name == "right.jpg"
    assert set(result.timings_ms) >= {"decode", "anatomy", "write", "total"}
    stages = sum(ms for stage, ms in result.timings_ms.items() if stage != "total")
    assert result.timings_ms["total"] == pytest.approx(stages, rel=0.1)


def test_the_pictures_have_the_photographs_size(eyes: tuple[Path, Path], out: Path) -> None:
    foreseye("screen", eyes[0], "--out", out)

    photograph = cv2.imread(str(eyes[0]))
    for name in PICTURES:
        picture_HW = cv2.imread(str(out / "right" / name), cv2.IMREAD_UNCHANGED)
        assert picture_HW.shape == photograph.shape[:2]


def test_the_json_has_the_whole_result_and_nothing_else(eyes: tuple[Path, Path], out: Path) -> None:
    told = foreseye("screen", *eyes, "--out", out, "--json")

    assert told.json["exams"] == [json.loads((out / "exam.json").read_text())]
    assert told.json["results"] == [
        json.loads((out / name / "result.json").read_text()) for name in ("right", "left")
    ]


def test_the_eye_that_is_given_stands_in_the_result(eyes: tuple[Path, Path], out: Path) -> None:
    told = foreseye("screen", eyes[0], "--out", out, "--eye", "OD", "--json")

    assert told.json["results"][0]["eye"]["source"] == "given"
    assert told.json["results"][0]["eye"]["laterality"] == "OD"


def test_the_same_exam_has_the_same_id_again(eyes: tuple[Path, Path], out: Path) -> None:
    first = foreseye("screen", *eyes, "--out", out, "--json")
    again = foreseye("screen", *reversed(eyes), "--out", out, "--json")
    older = foreseye("screen", *eyes, "--out", out, "--age", 62, "--json")

    first_id, again_id, older_id = (t.json["exams"][0]["exam_id"] for t in (first, again, older))
    assert first_id == again_id != older_id


def test_what_is_not_an_eye_is_a_result_without_pictures(tmp_path: Path, out: Path) -> None:
    told = foreseye("screen", grey_card(tmp_path / "card.png"), "--out", out, "--json")

    assert told.code == 0
    assert files_below(out) == ["card/result.json", "exam.json"]
    result = told.json["results"][0]
    assert not result["quality"]["gradable"]
    assert result["quality"]["reason"]
    assert not {"biomarkers", "findings"} & set(result)


def test_pictures_of_an_earlier_photograph_do_not_stay(
    eyes: tuple[Path, Path], tmp_path: Path, out: Path
) -> None:
    foreseye("screen", eyes[0], "--out", out)
    (tmp_path / "later").mkdir()

    foreseye("screen", grey_card(tmp_path / "later" / "right.png"), "--out", out)

    assert files_below(out) == ["exam.json", "right/result.json"]


def test_one_bad_file_is_told_and_the_other_is_screened(
    eyes: tuple[Path, Path], tmp_path: Path, out: Path
) -> None:
    (tmp_path / "bad.jpg").write_text("not a picture")

    told = foreseye(
        "screen", tmp_path / "bad.jpg", tmp_path / "no.jpg", eyes[0], "--out", out, "--json"
    )

    assert told.code == 1
    assert "bad.jpg: This file is not a photograph that can be read" in told.err
    assert "no.jpg: This file cannot be opened" in told.err
    assert [refused["error"] for refused in told.json["exams"][0]["refused"]] == [
        "UnreadableFile",
        "NotAPicture",
    ]
    assert told.json["exams"][0]["photographs"] == ["right/result.json"]


def test_files_that_cannot_be_opened_make_no_exam(tmp_path: Path, out: Path) -> None:
    told = foreseye("screen", tmp_path / "no.jpg", "--out", out, "--json")

    assert told.code == 1
    assert told.json["exams"] == []
    assert [refused["error"] for refused in told.json["refused"]] == ["UnreadableFile"]
    assert files_below(out) == []


def test_a_manifest_makes_an_exam_of_each_person(eyes: tuple[Path, Path], out: Path) -> None:
    manifest = eyes[0].parent / "cohort.csv"
    manifest.write_text(
        "set,person_id,eye,visit_time_years,photograph,role,fold,evidence_kind,terms,age_years\n"
        "A,1,OD,0,right.jpg,test,0,drawn,ours,61\n"
        "A,2,OS,0,left.jpg,test,0,drawn,ours,44\n"
        "A,3,OS,0,not_asked_for.jpg,test,0,drawn,ours,44\n"
    )

    told = foreseye("screen", *eyes, "--out", out, "--manifest", manifest)

    assert told.code == 0
    exams = [json.loads((out / name).read_text()) for name in ("exam.json", "exam-2.json")]
    assert [exam["person_id"] for exam in exams] == ["1", "2"]
    assert [exam["age_years"] for exam in exams] == [61.0, 44.0]
    assert [exam["photographs"] for exam in exams] == [["right/result.json"], ["left/result.json"]]


def test_maps_of_evidence_lie_beside_the_result_at_the_photographs_size(
    eyes: tuple[Path, Path], out: Path
) -> None:
    told = foreseye("screen", *eyes, "--out", out, "--age", 61, "--sex", "F", "--maps")

    assert (told.code, told.err) == (0, "")
    result = json.loads((out / "right/result.json").read_text())["photograph"]
    maps = sorted(path.name for path in (out / "right").glob("evidence_*.png"))
    assert "evidence_late_amd.png" in maps
    assert "evidence_high_myopia.png" not in maps  # nobody of 61 is at risk of it
    picture = cv2.imread(str(out / "right/evidence_late_amd.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert picture.shape == (result["height_px"], result["width_px"])
    assert picture.max() > 240  # the densest place, but for how it is laid on the pixels


def test_maps_are_said_to_be_missing_when_no_model_makes_them(
    eyes: tuple[Path, Path], out: Path, tmp_path: Path
) -> None:
    tiny = tiny_bundle(tmp_path / "tiny").settings
    environment = {"FORESEYE_BUNDLE": tiny.bundle or "", "FORESEYE_TRUSTED_KEYS": tiny.trusted_keys}

    told = foreseye_afresh("screen", eyes[0], "--out", out, "--maps", environment=environment)

    assert told.code == 0
    assert "no model that makes evidence maps" in told.err


@pytest.mark.parametrize(
    ("options", "told_of"),
    [
        (["--age", "200"], "age_years"),
        (["--age", "nan"], "age_years"),
        (["--covariate", "shoe_size=43"], "shoe_size is not among"),
        (["--covariate", "sbp_mmhg"], "NAME=VALUE"),
        (["--covariate", "sbp_mmhg=high"], "must be a number"),
        (["--covariate", "hba1c_percent=53"], "hba1c_percent"),
        (["--covariate", "bmi_kg_m2=20", "--covariate", "bmi_kg_m2=30"], "given twice"),
        (["--eye", "left"], "--eye"),
        (["--manifest", "m.csv", "--age", "60"], "excludes"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_of_a_person_is_bad_usage(
    options: list[str], told_of: str, eyes: tuple[Path, Path], out: Path
) -> None:
    told = foreseye("screen", eyes[0], "--out", out, *options)

    assert told.code == 2
    assert told_of in told.err
    assert not out.exists()


def test_more_photographs_than_an_exam_may_have_is_bad_usage(
    eyes: tuple[Path, Path], out: Path
) -> None:
    told = foreseye("screen", *[eyes[0]] * 17, "--out", out)

    assert told.code == 2
    assert "17 in one exam, 16 at most" in told.err
