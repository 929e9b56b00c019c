"""A contract manifest groups by visit; any other list of photographs does not group."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edge_runtime.batch.manifests import exams_of_manifest
from edge_runtime.domain import Eye, Sex
from edge_runtime.errors import ManifestError

HEADER = (
    "set,person_id,eye,visit_time_years,photograph,role,fold,evidence_kind,terms,"
    "age_years,sex,sbp_mmhg,iop_mmhg\n"
)
KIND = "test,0,drawn,ours"


def manifest(tmp_path: Path, rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "manifest.csv"
    path.write_text(header + rows)
    return path


def test_a_contract_manifest_groups_by_set_person_and_visit(tmp_path: Path) -> None:
    path = manifest(
        tmp_path,
        f"A,7,OD,0,7_od.jpg,{KIND},61,F,150,14\n"
        f"B,7,OD,0,other.jpg,{KIND},,,,\n"
        f"A,7,OS,0,7_os.jpg,{KIND},61,F,,18\n"
        f"A,7,OD,1.5,7_later.jpg,{KIND},62.5,F,,\n",
    )

    exams = list(exams_of_manifest(path))

    assert [[p.path for p in exam.photographs] for exam in exams] == [
        ["7_od.jpg", "7_os.jpg"],
        ["other.jpg"],
        ["7_later.jpg"],
    ]
    assert [exam.set for exam in exams] == ["A", "B", "A"]
    assert [photograph.eye for photograph in exams[0].photographs] == [Eye.OD, Eye.OS]
    person = exams[0].person
    assert (person.person_id, person.age_years, person.sex) == ("7", 61.0, Sex.F)
    assert person.covariates == {"sbp_mmhg": 150.0, "iop_mmhg": 16.0}


def test_photographs_without_a_visit_time_stand_alone(tmp_path: Path) -> None:
    path = manifest(tmp_path, f"A,7,OD,,a.jpg,{KIND},,,,\nA,7,OS,,b.jpg,{KIND},,,,\n")

    assert len(list(exams_of_manifest(path))) == 2


def test_two_ages_at_one_visit_are_refused_with_row_and_column(tmp_path: Path) -> None:
    path = manifest(tmp_path, f"A,7,OD,0,a.jpg,{KIND},61,,,\nA,7,OS,0,b.jpg,{KIND},16,,,\n")

    with pytest.raises(ManifestError, match=r"row 3, column age_years: is 16.0, but 61.0 in row 2"):
        list(exams_of_manifest(path))


def test_any_list_with_a_path_column_gives_one_exam_a_row(tmp_path: Path) -> None:
    path = manifest(tmp_path, "a.jpg,DRIVE,01,\nb.jpg,GRAPE,1,OS\n", "path,set,person,eye\n")

    exams = list(exams_of_manifest(path))

    assert [exam.photographs[0].path for exam in exams] == ["a.jpg", "b.jpg"]
    assert [exam.photographs[0].eye for exam in exams] == [None, Eye.OS]
    assert [exam.set for exam in exams] == ["DRIVE", "GRAPE"]


def test_a_parquet_list_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    pq.write_table(pa.table({"photograph": ["a.jpg", "b.jpg"], "set": ["x", None]}), path)

    assert [exam.set for exam in exams_of_manifest(path)] == ["x", None]


@pytest.mark.parametrize(
    ("rows", "header", "told"),
    [
        ("a.jpg\n", "name\n", "row 1: the table has neither a column path nor"),
        (",x\n", "path,set\n", "row 2, column path: is empty"),
        ("a.jpg,left\n", "path,eye\n", "row 2, column eye: must be OD, OS or empty, got 'left'"),
        ("a.jpg,OD,3\n", "path,eye\n", "row 2: the row has 3 cells, the header has 2"),
    ],
)
def test_a_wrong_list_is_refused_with_row_and_column(
    rows: str, header: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ManifestError, match=told):
        list(exams_of_manifest(manifest(tmp_path, rows, header)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("path\n眼底.jpg\n".encode("gbk"), "row 1: the text is not UTF-8"),
        ("path\na.jpg\n".encode("utf-16"), "the text is not UTF-8"),
        (b'path\n"a.jpg\n' + b"b.jpg\n" * 100_000, "row 2: is no CSV"),
        (b'path\na"b"c.jpg,"x"y\n', "row 2: is no CSV"),
        (b"path,set,path\na.jpg,x,b.jpg\n", "row 1, column path: stands there twice"),
        (b"path," + b"c," * 70_000 + b"d\na.jpg\n", "row 2: the row has 1 cells"),
        (b"\n\n\n", "the table is empty"),
        (b"path\n   \n", "row 2, column path: is empty"),
    ],
    ids=["gbk", "utf-16", "open quote", "stray quote", "twice", "wide", "blank", "spaces"],
)
def test_a_hostile_list_is_refused_by_row(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(content)

    with pytest.raises(ManifestError, match=told):
        list(exams_of_manifest(tmp_path / "list.csv"))


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffpath,set\r\n眼底.jpg,x\r\n".encode(),
        "path,set\n眼底.jpg,x".encode(),
        'set,path\n"x","眼底.jpg"\n\n'.encode(),
    ],
    ids=["byte order mark", "no last line feed", "quotes and a blank line"],
)
def test_what_spreadsheets_write_is_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(content)

    (exam,) = exams_of_manifest(tmp_path / "list.csv")

    assert (exam.photographs[0].path, exam.set) == ("眼底.jpg", "x")


@pytest.mark.parametrize("path", ["=cmd|' /C calc'!A0", "a\0b.jpg", "../../etc/passwd", "a" * 5000])
def test_a_strange_path_is_a_row_like_any_other(path: str, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"path\n{path}\nb.jpg\n")

    exams = list(exams_of_manifest(tmp_path / "list.csv"))

    assert [exam.photographs[0].path for exam in exams] == [path, "b.jpg"]


def test_a_long_list_is_read_in_flat_memory(tmp_path: Path) -> None:
    with (tmp_path / "list.csv").open("w") as file:
        file.write("path,set\n")
        file.writelines(f"{number:07d}.jpg,x\n" for number in range(8_000))

    tracemalloc.start()
    try:
        num = sum(1 for _ in exams_of_manifest(tmp_path / "list.csv"))
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert num == 8_000
    assert peak_bytes < 1_000_000
