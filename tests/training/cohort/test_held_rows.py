"""What holds for every held set: where paths begin, who is dealt where, what is left out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.cohort_check import validate_manifest
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.errors import ManifestError
from tests.training.cohort.held_layouts import LAYOUTS
from training.cli import app
from training.cohort.dealing import deal, fold_of
from training.cohort.held_folder import HeldFolder
from training.cohort.held_sets import HELD_SETS

pytestmark = pytest.mark.slow

PERSONS = st.lists(st.integers(0, 99).map(str), min_size=1, unique=True)


@pytest.fixture
def eyepacs(tmp_path: Path) -> Path:
    folder = tmp_path / "sets" / "EyePACS"
    LAYOUTS["eyepacs"](folder)
    return folder


def called(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, ManifestError):
        raise result.exception
    return result.exit_code, result.stdout


def test_the_example_of_the_docs_is_a_manifest(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "cohorts.md"
    (tmp_path / "m.csv").write_text(page.read_text("utf-8").split("```")[1].strip(), "utf-8")

    rows = list(read_manifest(tmp_path / "m.csv"))

    assert [row.person_id for row in rows] == ["0001", "0001", "0002"]


def test_the_docs_name_every_set_that_is_offered() -> None:
    page = (Path(__file__).parents[3] / "docs" / "cohorts.md").read_text("utf-8")

    assert [name for name in HELD_SETS if f"| `{name}` |" not in page] == []


@given(PERSONS, st.data())
def test_a_person_keeps_role_and_fold_whoever_else_is_there(
    persons: list[str], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(persons), min_size=1, unique=True))

    everybody = deal("set", [(person, None) for person in persons])
    few = deal("set", [(person, None) for person in some])

    assert all(everybody[person] == few[person] for person in some)
    expected = (Role.TEST, Role.TUNE, Role.TRAIN, Role.TRAIN, Role.TRAIN)
    assert all(one.role is expected[one.fold] for one in everybody.values())


@given(PERSONS, st.data())
def test_persons_who_share_a_file_become_one_with_the_strictest_role(
    persons: list[str], data: st.DataObject
) -> None:
    halves = [(person, data.draw(st.sampled_from([None, *Role]))) for person in persons]
    pair = st.tuples(st.sampled_from(persons), st.sampled_from(persons))
    pairs = data.draw(st.lists(pair, max_size=5))

    found = deal("set", halves, pairs)

    for one, other in pairs:
        assert found[one] == found[other]
    for person, half in halves:
        assert half is not Role.TEST or found[person].role is Role.TEST
        assert half is not Role.TUNE or found[person].role is not Role.TRAIN


def test_about_a_fifth_of_the_persons_fall_into_each_fold() -> None:
    folds = [fold_of("EyePACS", str(person)) for person in range(5000)]

    assert all(900 < folds.count(fold) < 1100 for fold in range(5))


def test_a_photograph_that_is_there_under_two_names_shows_one_person(tmp_path: Path) -> None:
    LAYOUTS["aptos2019"](tmp_path)
    images = tmp_path / "train_images"
    hidden = tmp_path / "test_images" / "ffffffffffff.png"
    shutil.copy(images / "000000000001.png", images / "000000000002.png")
    shutil.copy(hidden, images / "000000000003.png")

    code, said = called("cohort", "aptos2019", tmp_path, "--out", tmp_path / "m.csv", "--json")

    rows = {Path(row.photograph).stem: row for row in read_manifest(tmp_path / "m.csv")}
    assert (code, json.loads(said)["shared_files"]) == (0, 2)
    assert rows["000000000001"].person_id == rows["000000000002"].person_id
    assert rows["000000000003"].person_id == rows["ffffffffffff"].person_id
    assert rows["000000000003"].role is Role.TEST


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_paths_are_relative_to_the_manifest_that_lies_above_the_set(
    eyepacs: Path, suffix: str
) -> None:
    out = eyepacs.parent / f"m.{suffix}"

    code, said = called("cohort", "eyepacs", eyepacs, "--out", out, "--json")

    assert (code, json.loads(said)["root"]) == (0, None)
    assert next(read_manifest(out)).photograph == "EyePACS/train/10_left.jpeg"
    assert validate_manifest(out).photographs == 44


def test_a_manifest_elsewhere_says_what_its_paths_are_relative_to(
    eyepacs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "elsewhere" / "m.csv"
    out.parent.mkdir()

    code, said = called("cohort", "EyePACS", eyepacs, "--out", out)

    assert (code, f"relative to {eyepacs}" in said) == (0, True)
    assert validate_manifest(out, root=eyepacs).photographs == 44


def test_everybody_can_be_held_back(eyepacs: Path) -> None:
    out = eyepacs / "m.csv"

    called("cohort", "eyepacs", eyepacs, "--out", out, "--role", "test")

    assert {row.role for row in read_manifest(out)} == {Role.TEST}


def test_what_is_missing_can_be_left_out_and_is_told_by_the_exit_code(eyepacs: Path) -> None:
    (eyepacs / "train" / "12_left.jpeg").unlink()
    arguments = ("cohort", "eyepacs", eyepacs, "--out", eyepacs / "m.csv")

    with pytest.raises(ManifestError, match=r"trainLabels\.csv, row 6, column image"):
        called(*arguments)
    code, said = called(*arguments, "--skip-missing", "--json")

    facts = json.loads(said)
    assert (code, facts["photographs"], len(facts["missing"])) == (1, 43, 1)
    assert "row 6, column image: EyePACS: no photograph 12_left" in facts["missing"][0]


@pytest.mark.parametrize(
    "arguments",
    [("kaggle", ".", "--out", "m.csv"), ("idrid", ".", "--out", "m.txt"), ("idrid", ".")],
)
def test_bad_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert called("cohort", *arguments)[0] == 2


def test_a_manifest_of_ones_own_can_be_checked(eyepacs: Path) -> None:
    out = eyepacs / "m.csv"
    called("cohort", "eyepacs", eyepacs, "--out", out)

    code, said = called("check-cohort", out, "--json")

    assert (code, sum(t["photographs"] for t in json.loads(said)["tallies"])) == (0, 44)
    assert "sound" in called("check-cohort", out)[1]
    (eyepacs / "train" / "12_left.jpeg").unlink()
    with pytest.raises(ManifestError, match="row 6, column photograph: no such file"):
        called("check-cohort", out)


def test_a_name_that_fits_two_photographs_is_refused(eyepacs: Path) -> None:
    (eyepacs / "resized").mkdir()
    shutil.copy(eyepacs / "train" / "10_left.jpeg", eyepacs / "resized" / "10_left.PNG")

    with pytest.raises(ManifestError, match="10_left is there twice, as resized"):
        called("cohort", "eyepacs", eyepacs, "--out", eyepacs / "m.csv")


def test_what_a_mac_adds_to_an_archive_is_left_aside(eyepacs: Path) -> None:
    (eyepacs / "__MACOSX" / "train").mkdir(parents=True)
    shutil.copy(eyepacs / "train" / "10_left.jpeg", eyepacs / "__MACOSX" / "train")
    shutil.copy(eyepacs / "train" / "10_left.jpeg", eyepacs / "train" / "._10_left.jpeg")

    assert HeldFolder(eyepacs).photograph("10_left.jpeg") == "train/10_left.jpeg"


def test_an_excel_table_that_is_none_is_refused(tmp_path: Path) -> None:
    LAYOUTS["odir5k"](tmp_path)
    (tmp_path / "ODIR-5K" / "data.xlsx").write_text("no table", encoding="utf-8")

    with pytest.raises(ManifestError, match=r"data\.xlsx: is no Excel table"):
        called("cohort", "odir5k", tmp_path, "--out", tmp_path / "m.csv")
