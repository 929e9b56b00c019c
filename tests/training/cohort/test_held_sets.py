"""Each held set's adapter on a small drawn copy of its layout: what its tables become."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import Eye, Sex
from tests.training.cohort.held_layouts import LAYOUTS
from training.cohort.held_rows import Written, write_held
from training.cohort.held_sets import HELD_SETS
from training.cohort.mask_file import read_mask

Rows = dict[str, ManifestRow]


def quiet(label: str, total: int) -> nullcontext[Callable[[int], None]]:
    return nullcontext(lambda done: None)


def written(folder: Path, name: str) -> Written:
    return write_held(HELD_SETS[name], folder, folder / "m.csv", quiet)


def rows_of(folder: Path, name: str) -> Rows:
    """Return a drawn copy's rows by the photograph's file name; IDRiD's by its path."""
    LAYOUTS[name](folder)
    rows = read_manifest(written(folder, name).manifest)
    return {row.photograph if name == "idrid" else Path(row.photograph).name: row for row in rows}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_set_becomes_a_sound_manifest_whose_persons_have_one_role(
    tmp_path: Path, name: str
) -> None:
    rows = rows_of(tmp_path, name)

    assert rows
    assert {row.set for row in rows.values()} == {HELD_SETS[name].name}
    roles = {(row.person_id, row.role, row.fold) for row in rows.values()}
    assert len(roles) == len({row.person_id for row in rows.values()})


def test_every_set_that_is_offered_has_a_layout_here() -> None:
    assert set(LAYOUTS) == set(HELD_SETS)


def test_eyepacs_names_person_and_side_and_takes_the_quality_of_eyeq(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "eyepacs")

    left, right = rows["10_left.jpeg"], rows["10_right.jpeg"]
    assert (left.person_id, left.eye, right.eye) == ("10", Eye.OS, Eye.OD)
    assert (left.dr_grade, rows["14_left.jpeg"].dr_grade) == (0, 4)
    assert [rows[f"{name}.jpeg"].gradable for name in ("10_left", "10_right", "11_left")] == [
        True, True, False
    ]  # fmt: skip
    assert rows["12_left.jpeg"].gradable is None
    assert {rows[f"{name}.jpeg"].role for name in ("1_left", "2_right")} == {Role.TEST}
    train = {row.role for row in rows.values() if int(row.person_id) >= 10}
    assert train == {Role.TRAIN, Role.TUNE}


def test_eyeq_is_its_part_of_eyepacs_with_the_same_persons_in_the_same_roles(
    tmp_path: Path,
) -> None:
    whole = rows_of(tmp_path / "a", "eyepacs")
    part = rows_of(tmp_path / "b", "eyeq")

    assert set(part) == {"10_left.jpeg", "10_right.jpeg", "11_left.jpeg", "1_right.jpeg"}
    for name, row in part.items():
        known = (row.set, row.person_id, row.role, row.fold, row.gradable, row.dr_grade)
        twin = whole[name]
        assert known == (
            twin.set, twin.person_id, twin.role, twin.fold, twin.gradable, twin.dr_grade
        )  # fmt: skip


def test_aptos_deals_its_graded_half_and_keeps_the_ungraded_for_test(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "aptos2019")

    assert rows["000000000004.png"].dr_grade == 4
    hidden = rows["ffffffffffff.png"]
    assert (hidden.role, hidden.dr_grade, hidden.eye) == (Role.TEST, None, None)
    assert {row.role for row in rows.values() if row.dr_grade is not None} == set(Role)


def test_messidor2_pairs_the_eyes_and_leaves_the_ungradable_without_a_grade(
    tmp_path: Path,
) -> None:
    rows = rows_of(tmp_path, "messidor2")

    left, right = rows["IM0001.JPG"], rows["IM0002.JPG"]
    assert (left.person_id, right.person_id) == ("IM0001", "IM0001")
    assert (left.eye, right.eye, left.role) == (Eye.OS, Eye.OD, right.role)
    assert (right.gradable, right.dr_grade, right.maculopathy) == (False, None, None)
    severe = rows["20051020_43832_0100_PP.png"]
    assert (severe.dr_grade, severe.maculopathy, severe.gradable) == (3, True, True)


def test_idrid_joins_grades_and_places_of_one_photograph(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "idrid")

    graded = [row for name, row in rows.items() if name.startswith("B.")]
    assert (len(graded), len(rows)) == (5, 7)
    third = rows[
        "B. Disease Grading/B. Disease Grading/1. Original Images/a. Training Set/IDRiD_003.jpg"
    ]
    assert (third.dr_grade, third.maculopathy) == (2, True)
    assert (third.disc_x_px, third.disc_y_px) == (5, 7.5)
    assert (third.fovea_x_px, third.fovea_y_px) == (2, 4.5)
    assert third.person_id == "training/IDRiD_003"
    assert {row.role for row in graded if row.person_id.startswith("testing/")} == {Role.TEST}


def test_idrid_has_masks_of_the_lesions_that_are_there(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "idrid")

    row = rows["A. Segmentation/1. Original Images/a. Training Set/IDRiD_01.jpg"]
    assert list(row.lesions) == ["microaneurysm"]
    assert row.disc is not None
    for reference in (row.disc, row.lesions["microaneurysm"]):
        assert read_mask(tmp_path / reference).sum() == 4


def test_idrids_places_alone_are_rows_of_their_own(tmp_path: Path) -> None:
    LAYOUTS["idrid"](tmp_path)
    alone = tmp_path / "C. Localization"

    rows = list(read_manifest(written(alone, "idrid").manifest))

    assert len(rows) == 5
    assert {row.dr_grade for row in rows} == {None}
    assert all(row.fovea_x_px is not None and row.disc_x_px is not None for row in rows)


def test_odir_takes_each_eyes_own_keywords(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "odir5k")

    def found(name: str) -> tuple[object, ...]:
        row = rows[f"{name}.jpg"]
        return row.dr_grade, row.dr_present, row.glaucoma, row.fundus, row.gradable

    assert found("0_left") == (None, False, False, True, None)
    assert found("0_right") == (0, None, False, True, None)
    assert found("1_left") == (2, None, False, True, None)
    assert found("2_left") == (None, False, True, True, None)
    assert found("2_right") == (None, False, None, True, None)
    assert found("3_left") == (None, None, None, True, False)
    assert found("3_right") == (None, None, None, False, False)
    assert found("4_left") == (None, True, False, True, None)
    assert found("4_right") == (None, None, False, True, None)
    first = rows["0_left.jpg"]
    assert (first.age_years, first.sex, first.eye) == (50, Sex.F, Eye.OS)
    assert first.photograph == "ODIR-5K/Training Images/0_left.jpg"


def test_brset_and_mbrset_read_their_codes(tmp_path: Path) -> None:
    clinic = rows_of(tmp_path / "brset", "brset")
    mobile = rows_of(tmp_path / "mbrset", "mbrset")

    second = clinic["img00002.jpg"]
    assert (second.person_id, second.eye, second.sex) == ("1", Eye.OS, Sex.M)
    assert (second.dr_grade, second.maculopathy, second.gradable) == (3, True, None)
    assert (second.camera, second.age_years) == ("Canon CR", 48)
    assert clinic["img00003.jpg"].age_years is None
    poor, last = mobile["1.3.jpg"], mobile["2.1.jpg"]
    assert (poor.gradable, poor.dr_grade, poor.maculopathy, poor.sex) == (False, None, None, Sex.F)
    assert (last.dr_grade, last.maculopathy, last.sex, last.eye) == (4, True, Sex.M, Eye.OS)


def test_rfmid_keeps_its_three_parts_and_calls_no_grade_where_there_is_none(
    tmp_path: Path,
) -> None:
    LAYOUTS["rfmid"](tmp_path)

    rows = list(read_manifest(written(tmp_path, "rfmid").manifest))

    assert [(row.person_id, row.role) for row in rows] == [
        ("training/1", Role.TRAIN), ("training/2", Role.TRAIN),
        ("validation/1", Role.TUNE), ("validation/2", Role.TUNE),
        ("test/1", Role.TEST), ("test/2", Role.TEST),
    ]  # fmt: skip
    assert {(row.dr_present, row.dr_grade) for row in rows} == {(True, None), (False, None)}


def test_refuge_has_disc_with_cup_fovea_and_the_diagnosis_of_each_part(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "refuge")

    assert {name: (row.role, row.glaucoma) for name, row in rows.items()} == {
        "g0001.jpg": (Role.TRAIN, True),
        "n0001.jpg": (Role.TRAIN, False),
        "V0001.jpg": (Role.TUNE, True),
        "T0001.jpg": (Role.TEST, False),
    }
    test = rows["T0001.jpg"]
    assert (test.fovea_x_px, test.fovea_y_px, test.camera) == (1263.5, 1079.25, "Canon CR-2")
    assert read_mask(tmp_path / str(test.disc)).sum() == 16
    assert read_mask(tmp_path / str(test.cup)).sum() == 4
