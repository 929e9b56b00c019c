"""The cohort's tables: what is read back, what is refused, and how the error names the place."""

from __future__ import annotations

import csv
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_runtime.contracts.cohort import (
    MANIFEST_COLUMNS,
    Event,
    EvidenceKind,
    ManifestRow,
    OutcomeRow,
    Role,
    Smoking,
)
from edge_runtime.contracts.cohort_tables import (
    mask_path,
    photograph_path,
    read_manifest,
    read_outcomes,
    write_manifest,
    write_outcomes,
)
from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.domain import Eye, Sex
from edge_runtime.errors import ManifestError, OutputError

SUFFIXES = ["csv", "parquet"]
NEEDED: dict[str, Any] = {
    "set": "CLINIC",
    "person_id": "007",
    "photograph": "a/b.jpg",
    "role": "train",
    "fold": 1,
    "evidence_kind": "real",
    "terms": 'their "own", here',
}
EVERYTHING: dict[str, Any] = {
    **NEEDED,
    "eye": "OS",
    "visit_time_years": 1.25,
    "camera": "CR-2 AF (CANON, Japan)",
    "vessel": "b.gif",
    "arteriole": "av.png#1",
    "venule": "av.png#2",
    "disc": "soft.png#>=128",
    "cup": "cup.png",
    "lesions": {"haemorrhage": "h.png", "drusen": "d.png#1,2"},
    "disc_x_px": 812.5,
    "disc_y_px": 640.0,
    "fovea_x_px": 0.0,
    "fovea_y_px": 1423.75,
    "fundus": True,
    "gradable": False,
    "dr_grade": 4,
    "dr_present": True,
    "maculopathy": True,
    "glaucoma": False,
    "age_years": 61.5,
    "sex": "F",
    "sbp_mmhg": 150.0,
    "hba1c_percent": 7.2,
    "egfr_ml_min_1_73m2": 60.0,
    "bmi_kg_m2": 31.0,
    "smoking": 2,
    "iop_mmhg": 14.7,
    "axial_length_mm": 24.1,
    "has_ischaemic_cvd": False,
    "has_stroke": False,
    "has_chronic_kidney_disease": True,
    "has_type_2_diabetes": True,
    "has_glaucoma": False,
    "has_late_amd": False,
    "has_high_myopia": False,
    "has_parkinson": False,
    "has_dementia": False,
}
AN_OUTCOME: dict[str, Any] = {
    "set": "CLINIC",
    "person_id": "007",
    "condition": "stroke",
    "entry_years": 0.5,
    "exit_years": 3.25,
    "event": 2,
    "prevalent": False,
}


def a_row(**changed: Any) -> ManifestRow:
    return ManifestRow.model_validate({**NEEDED, **changed})


def write_csv(path: Path, *rows: dict[str, Any]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_parquet(path: Path, *rows: dict[str, Any]) -> Path:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


WRITERS = {"csv": write_csv, "parquet": write_parquet}


def refusal(path: Path, read: Any = read_manifest) -> ManifestError:
    with pytest.raises(ManifestError) as refused:
        list(read(path))
    return refused.value


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_and_a_bare_row_come_back_as_written(tmp_path: Path, suffix: str) -> None:
    rows = [ManifestRow.model_validate(EVERYTHING), a_row()]
    path = tmp_path / f"manifest.{suffix}"

    written = write_manifest(rows, path, ["drusen", "haemorrhage"])

    assert written == 2
    assert list(read_manifest(path)) == rows
    assert list(tmp_path.iterdir()) == [path]


def test_the_full_row_of_these_tests_leaves_no_column_out() -> None:
    assert set(EVERYTHING) == {*MANIFEST_COLUMNS, "lesions"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_outcomes_come_back_as_written(tmp_path: Path, suffix: str) -> None:
    rows = [
        OutcomeRow.model_validate({**AN_OUTCOME, "condition": condition, "event": event})
        for condition in ForecastCondition
        for event in Event
    ]
    path = tmp_path / f"outcomes.{suffix}"

    assert write_outcomes(rows, path) == len(rows)
    assert list(read_outcomes(path)) == rows


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_without_rows_is_a_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"empty.{suffix}"

    assert write_manifest([], path) == 0
    assert list(read_manifest(path)) == []


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: text.strip() != ""
)
paths = st.text(string.ascii_letters + " #,\"'.-_", min_size=1, max_size=12).filter(
    lambda text: text.strip() not in ("", "..")
)


@st.composite
def manifest_rows(draw: st.DrawFn) -> ManifestRow:
    known: dict[str, Any] = {
        "set": draw(texts),
        "person_id": draw(texts),
        "photograph": draw(paths),
        "role": draw(st.sampled_from(Role)),
        "fold": draw(st.integers(0, 999)),
        "evidence_kind": draw(st.sampled_from(EvidenceKind)),
        "terms": draw(texts),
        "eye": draw(st.none() | st.sampled_from(Eye)),
        "sex": draw(st.none() | st.sampled_from(Sex)),
        "smoking": draw(st.none() | st.sampled_from(Smoking)),
        "camera": draw(st.none() | texts),
        "vessel": draw(st.none() | paths),
        "gradable": draw(st.none() | st.booleans()),
        "dr_grade": draw(st.none() | st.integers(0, 4)),
        "age_years": draw(st.none() | st.floats(0, 120)),
        "iop_mmhg": draw(st.none() | st.floats(1, 80)),
        "lesions": {"drusen": draw(paths)} if draw(st.booleans()) else {},
    }
    return ManifestRow.model_validate(known)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(manifest_rows(), max_size=4))
def test_any_rows_come_back_as_written(
    tmp_path: Path, suffix: str, rows: list[ManifestRow]
) -> None:
    path = tmp_path / f"manifest.{suffix}"

    write_manifest(rows, path, ["drusen"])

    assert list(read_manifest(path)) == rows


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_cell_is_not_known_and_never_zero(tmp_path: Path, suffix: str) -> None:
    path = WRITERS[suffix](tmp_path / f"m.{suffix}", {**NEEDED, "camera": "", "iop_mmhg": None})

    row = next(read_manifest(path))

    assert (row.camera, row.iop_mmhg, row.dr_grade) == (None, None, None)
    assert row.covariates() == {}
    assert row.masks() == {}


def test_masks_and_covariates_are_named_by_their_columns() -> None:
    row = ManifestRow.model_validate(EVERYTHING)

    assert row.masks()["lesion_drusen"] == "d.png#1,2"
    assert row.masks()["disc"] == "soft.png#>=128"
    assert row.covariates()["smoking"] == 2.0
    assert row.covariates()["sbp_mmhg"] == 150.0


OUT_OF_RANGE = [
    ("eye", "left"),
    ("visit_time_years", -1),
    ("photograph", "/root/a.jpg"),
    ("photograph", "a/../../b.jpg"),
    ("photograph", "C:/eyes/a.jpg"),
    ("photograph", "a\\b.jpg"),
    ("photograph", "a\x01b.jpg"),
    ("role", "validation"),
    ("fold", -1),
    ("fold", 1.5),
    ("evidence_kind", "fake"),
    ("vessel", "/root/v.png"),
    ("cup", "../c.png#>=128"),
    ("lesion_drusen", "../d.png"),
    ("gradable", "maybe"),
    ("dr_grade", 5),
    ("age_years", 121),
    ("age_years", "61,5"),
    ("sex", "X"),
    ("sbp_mmhg", 16),
    ("hba1c_percent", 55),
    ("egfr_ml_min_1_73m2", 0),
    ("bmi_kg_m2", 3),
    ("smoking", 3),
    ("iop_mmhg", float("nan")),
    ("iop_mmhg", 81),
    ("axial_length_mm", 241),
]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("column", "value"), OUT_OF_RANGE)
def test_a_cell_out_of_range_is_named(
    tmp_path: Path, suffix: str, column: str, value: object
) -> None:
    path = WRITERS[suffix](tmp_path / f"m.{suffix}", {**NEEDED, column: value})

    error = refusal(path)

    assert (error.file, error.row, error.column) == (str(path), 2, column)
    assert str(error).startswith(f"{path}, row 2, column {column}: ")


@pytest.mark.parametrize("column", list(NEEDED))
def test_a_needed_cell_that_is_empty_is_named(tmp_path: Path, column: str) -> None:
    path = write_csv(tmp_path / "m.csv", NEEDED, {**NEEDED, column: ""})

    error = refusal(path)

    assert (error.row, error.column) == (3, column)
    assert "is empty" in str(error)


@pytest.mark.parametrize(
    ("column", "changed"),
    [
        ("exit_years", {"exit_years": 0.25}),
        ("event", {"event": 3}),
        ("condition", {"condition": "gout"}),
        ("prevalent", {"event": 1, "prevalent": True}),
        ("prevalent", {"prevalent": "perhaps"}),
        ("entry_years", {"entry_years": -1}),
        ("person_id", {"person_id": ""}),
    ],
)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_outcome_that_cannot_be_is_named(
    tmp_path: Path, suffix: str, column: str, changed: dict[str, Any]
) -> None:
    if suffix == "parquet" and changed == {"prevalent": "perhaps"}:
        changed = {"prevalent": 7}
    path = WRITERS[suffix](tmp_path / f"o.{suffix}", {**AN_OUTCOME, **changed})

    error = refusal(path, read_outcomes)

    assert (error.row, error.column) == (2, column)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_header_is_judged_before_any_row(tmp_path: Path, suffix: str) -> None:
    unknown = WRITERS[suffix](tmp_path / f"u.{suffix}", {**NEEDED, "hba1c": 7})
    lesion = WRITERS[suffix](tmp_path / f"l.{suffix}", {**NEEDED, "lesion_": "a.png"})
    lacking = dict(NEEDED)
    del lacking["terms"]
    missing = WRITERS[suffix](tmp_path / f"m.{suffix}", lacking)

    assert (refusal(unknown).row, refusal(unknown).column) == (1, "hba1c")
    assert (refusal(lesion).row, refusal(lesion).column) == (1, "lesion_")
    assert (refusal(missing).row, refusal(missing).column) == (1, "terms")


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(",".join([*NEEDED, "set"]) + "\n", encoding="utf-8")

    assert refusal(path).column == "set"


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    header = ",".join(NEEDED)
    good = "CLINIC,007,a.jpg,train,1,real,theirs"
    path = tmp_path / "m.csv"
    path.write_text(f"{header}\n{good}\n\n{good},y\n", encoding="utf-8")

    error = refusal(path)

    assert error.row == 4
    assert "8 cells, the header has 7" in str(error)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "m.csv", NEEDED)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert list(read_manifest(path)) == [a_row()]


def test_files_that_are_no_tables_are_refused_by_name(tmp_path: Path) -> None:
    latin = tmp_path / "latin.csv"
    latin.write_bytes(",".join(NEEDED).encode() + b"\nS\xe9t,1,a.jpg,train,1,real,t\n")
    quoted = tmp_path / "quoted.csv"
    quoted.write_text(",".join(NEEDED) + '\n"S,1,a.jpg,train,1,real,t\n', encoding="utf-8")
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(write_parquet(tmp_path / "good.parquet", NEEDED).read_bytes()[:-9])
    no_header = tmp_path / "nothing.csv"
    no_header.touch()
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    refused = [latin, quoted, damaged, no_header, folder]
    refused += [tmp_path / "absent.csv", tmp_path / "absent.parquet", tmp_path / "table.xlsx"]

    for path in refused:
        assert str(refusal(path)).startswith(str(path)), path


def test_a_semicolon_table_is_told_about_commas(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(";".join(NEEDED) + "\n", encoding="utf-8")

    assert "commas" in str(refusal(path))


def test_a_lesion_that_was_not_announced_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"

    with pytest.raises(ManifestError, match="row 3, column lesion_drusen"):
        write_manifest([a_row(), a_row(lesions={"drusen": "d.png"})], path)

    assert list(tmp_path.iterdir()) == []


def test_a_table_in_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="absent"):
        write_manifest([], tmp_path / "absent" / "m.csv")


@pytest.mark.slow
def test_reading_holds_one_row_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    write_manifest((a_row(photograph=f"{n}.jpg") for n in range(5000)), path)
    with path.open("a", encoding="utf-8") as file:
        file.write("broken\n")

    rows: Iterator[ManifestRow] = read_manifest(path)

    assert [next(rows).photograph for _ in range(5000)][-1] == "4999.jpg"
    with pytest.raises(ManifestError, match="row 5002"):
        next(rows)


def test_paths_start_at_the_manifest_or_at_the_root_given(tmp_path: Path) -> None:
    manifest = tmp_path / "tables" / "m.csv"
    row = a_row(vessel="v.png#1")

    assert photograph_path(row, manifest) == tmp_path / "tables/a/b.jpg"
    assert photograph_path(row, manifest, root=tmp_path) == tmp_path / "a/b.jpg"
    assert mask_path("v.png#1", manifest, root=tmp_path) == tmp_path / "v.png#1"
