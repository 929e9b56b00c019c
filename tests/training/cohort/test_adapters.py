"""Each public set's adapter on a tiny copy of its layout: paths, labels, and what is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from edge_runtime.contracts.cohort_check import validate_manifest
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import Eye
from edge_runtime.errors import ManifestError
from training.cohort.assemble import ADAPTERS, assemble
from training.cohort.mask_file import read_mask
from training.cohort.splits import read_splits


def rows_of(data: Path, name: str) -> list[ManifestRow]:
    return list(ADAPTERS[name](data, read_splits(data)))


def num_inside(data: Path, reference: str | None) -> int:
    assert reference is not None
    return int(np.count_nonzero(read_mask(data / reference)))


def test_drive_takes_vessels_by_hand_and_their_kind_from_the_index(tiny_data: Path) -> None:
    test, train = rows_of(tiny_data, "DRIVE")

    assert (test.person_id, test.eye, test.role, test.fold) == ("01", None, Role.TEST, 2)
    assert train.vessel == "DRIVE/training/1st_manual/21_manual1.gif"
    assert train.arteriole == "DRIVE_AV/training/1st_manual/21_training.png#1"
    assert num_inside(tiny_data, train.vessel) == 5
    assert num_inside(tiny_data, train.arteriole) == 2
    assert num_inside(tiny_data, train.venule) == 2


def test_chasedb1_has_both_eyes_with_the_first_observers_vessels(tiny_data: Path) -> None:
    left, right = rows_of(tiny_data, "CHASEDB1")

    assert (left.eye, right.eye) == (Eye.OS, Eye.OD)
    assert left.person_id == right.person_id
    assert num_inside(tiny_data, left.vessel) == 5
    assert (left.arteriole, left.disc) == (None, None)


def test_hrf_counts_crossings_as_vessels_but_of_neither_kind(tiny_data: Path) -> None:
    diabetic, glaucomatous, healthy = rows_of(tiny_data, "HRF_AV")

    assert num_inside(tiny_data, healthy.vessel) == 5
    assert num_inside(tiny_data, healthy.arteriole) == num_inside(tiny_data, healthy.venule) == 2
    assert (diabetic.dr_grade, diabetic.glaucoma) == (None, None)
    assert (glaucomatous.dr_grade, glaucomatous.glaucoma) == (None, True)
    assert (healthy.dr_grade, healthy.maculopathy, healthy.glaucoma) == (0, False, False)


def test_drishti_takes_what_at_least_half_the_experts_agree_on(tiny_data: Path) -> None:
    (row,) = rows_of(tiny_data, "DRISHTI_GS")

    assert num_inside(tiny_data, row.disc) == 3
    assert num_inside(tiny_data, row.cup) == 0


def test_srahim_takes_its_grades_and_leaves_the_ungraded_unknown(tiny_data: Path) -> None:
    graded, ungraded = rows_of(tiny_data, "SRAHIM_DR")
    (full_size,) = rows_of(tiny_data, "SRAHIM_DR_full_size")

    assert (graded.dr_grade, graded.maculopathy) == (3, True)
    assert (ungraded.dr_grade, ungraded.maculopathy) == (None, None)
    assert (full_size.dr_grade, full_size.photograph) == (3, "full_size/Patient001_L.jpg")


def test_grape_counts_time_from_the_persons_first_visit(tiny_data: Path) -> None:
    right, left = rows_of(tiny_data, "GRAPE")

    assert (right.visit_time_years, right.age_years) == (0.75, 51.75)
    assert (left.visit_time_years, left.age_years) == (1.0, 52.0)
    assert (right.camera, right.iop_mmhg) == ("CR-2 AF (CANON, Japan)", 14.7)
    assert right.glaucoma


def test_drimdb_labels_by_folder(tiny_data: Path) -> None:
    labels = [(row.fundus, row.gradable) for row in rows_of(tiny_data, "DRIMDB")]

    assert labels == [(True, True), (True, False), (False, False)]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_all_sets_become_one_manifest_beside_which_no_photograph_lies(
    tiny_data: Path, tmp_path: Path, suffix: str
) -> None:
    out = assemble(tiny_data, tmp_path / f"all.{suffix}", list(ADAPTERS))

    rows = list(read_manifest(out))
    assert [row.photograph for row in rows] == [
        split.path for name in ADAPTERS for split in read_splits(tiny_data).of(name)
    ]
    assert {row.evidence_kind for row in rows} == {EvidenceKind.REAL}
    assert validate_manifest(out, root=tiny_data).photographs == 16


def test_an_unknown_set_is_named_with_those_that_are_known(tiny_data: Path, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"unknown sets DRIVEL; known: DRIVE, CHASEDB1"):
        assemble(tiny_data, tmp_path / "m.csv", ["DRIVEL"])


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("DRIVE", "DRIVE/training/images/21_training.tif"),
        ("DRIVE", "DRIVE/training/1st_manual/21_manual1.gif"),
        ("DRIVE", "DRIVE_AV/training/1st_manual/21_training.png"),
        ("CHASEDB1", "CHASEDB1/test/1st_manual/Image_08R_1stHO.png"),
        ("HRF_AV", "HRF_AV/training/1st_manual/01_h_AVmanual.png"),
        (
            "DRISHTI_GS",
            "DRISHTI_GS/Training/GT/drishtiGS_002/SoftMap/drishtiGS_002_cupsegSoftmap.png",
        ),
        ("SRAHIM_DR_full_size", "full_size/Patient001_L.jpg"),
        ("GRAPE", "GRAPE/CFP/106_OS_1.jpg"),
        ("DRIMDB", "DRIMDB/Bad/drimdb_bad (1).jpg"),
    ],
)
def test_a_file_that_is_missing_is_named_with_its_set_and_line(
    tiny_data: Path, name: str, missing: str
) -> None:
    (tiny_data / missing).unlink()

    with pytest.raises(ManifestError) as refused:
        rows_of(tiny_data, name)

    assert refused.value.file == str(tiny_data / "photographs.csv")
    assert refused.value.row is not None
    assert f"{name}: no such file {tiny_data / missing}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "told"),
    [
        ("GRAPE", "GRAPE/visits.csv", "14.7", "147", "column iop_mmhg"),
        ("GRAPE", "GRAPE/visits.csv", "0.75", "soon", "visits.csv, row 3, column t_years"),
        ("GRAPE", "GRAPE/visits.csv", ",52,", ",,", "visits.csv, row 4, column baseline_age"),
        ("GRAPE", "GRAPE/visits.csv", "106_OS_1.jpg", "/", "no visit with GRAPE/CFP/106_OS_1.jpg"),
        ("GRAPE", "GRAPE/visits.csv", "gender", "sex", "column gender: the column is missing"),
        ("SRAHIM_DR", "SRAHIM_DR/labels.csv", "OS,3,1", "OS,7,1", "column dr_grade"),
        ("SRAHIM_DR", "SRAHIM_DR/labels.csv", "Patient031_R", "P", "no label for"),
        ("DRIVE", "photographs.csv", "01,,test,2", "01,,exam,2", "row 2, column role"),
        ("DRIVE", "photographs.csv", "01,,test,2", "01,left,test,2", "row 2, column eye"),
        ("DRIVE", "photographs.csv", "01,,test,2", "01,,test,two", "row 2, column fold"),
        ("DRIVE", "photographs.csv", "set,person", "set,who", "the columns must be"),
        ("DRIVE", "photographs.csv", ",DRIVE,", ",DRIVE2,", "no photographs of DRIVE"),
        ("HRF_AV", "photographs.csv", "01_h.jpg", "01_x.jpg", "no group 'x'"),
        ("DRIMDB", "photographs.csv", "DRIMDB/Bad", "DRIMDB/Fair", "no folder 'Fair'"),
    ],
)
def test_a_table_that_is_not_as_expected_is_named(
    tiny_data: Path, name: str, file: str, old: str, new: str, told: str
) -> None:
    table = tiny_data / file
    text = table.read_text(encoding="utf-8")
    assert old in text
    table.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(ManifestError) as refused:
        rows_of(tiny_data, name)

    assert told in str(refused.value)
