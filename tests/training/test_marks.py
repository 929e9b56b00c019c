"""The shipped marks of fovea and disc, and what is refused of a table of marks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from training.cohort.splits import read_splits
from training.errors import CohortError
from training.marks.reading import disc_marks, fovea_marks, read_disc_marks, read_fovea_marks

HEADER = "path,x_px,y_px\n"
DISC_HEADER = "path,x_px,y_px,width_px,height_px\n"
SETS = ("DRIVE", "CHASEDB1", "HRF_AV", "DRISHTI_GS", "SRAHIM_DR", "GRAPE")


def test_every_set_of_whole_fields_has_many_marks() -> None:
    foveae, discs = read_fovea_marks(), read_disc_marks()
    for name in ("DRIVE", "HRF_AV", "SRAHIM_DR", "GRAPE"):
        assert sum(path.startswith(name) for path in foveae) >= 30, name
        assert sum(path.startswith(name) for path in discs) >= 30, name


def test_discs_are_nearly_round() -> None:
    for path, disc in read_disc_marks().items():
        assert 0.7 <= disc.width_px / disc.height_px <= 1.4, path


def test_the_fovea_lies_one_and_a_half_to_four_disc_diameters_from_the_disc() -> None:
    foveae, discs = read_fovea_marks(), read_disc_marks()
    for path in foveae.keys() & discs.keys():
        (x, y), disc = foveae[path], discs[path]
        diameter = (disc.width_px + disc.height_px) / 2
        away = ((x - disc.x_px) ** 2 + (y - disc.y_px) ** 2) ** 0.5
        assert 1.5 <= away / diameter <= 4.0, path


@pytest.mark.photographs
def test_every_marked_path_is_a_known_photograph(data_folder: Path) -> None:
    splits = read_splits(data_folder)
    known = {split.path for name in SETS for split in splits.of(name)}
    assert read_fovea_marks().keys() | read_disc_marks().keys() <= known


@pytest.mark.photographs
def test_marks_lie_inside_their_photographs(data_folder: Path) -> None:
    foveae, discs = read_fovea_marks(), read_disc_marks()
    for path in foveae.keys() | discs.keys():
        with Image.open(data_folder / path) as picture:
            width_px, height_px = picture.size
        if path in foveae:
            x, y = foveae[path]
            assert (x < width_px, y < height_px) == (True, True), path
        if path in discs:
            disc = discs[path]
            assert (disc.x_px < width_px, disc.y_px < height_px) == (True, True), path
            assert 0.05 < disc.height_px / height_px < 0.4, path


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.jpg,1.0", "row 2: 3 cells"),
        ("a.jpg,left,2.0", "row 2, column x_px: 'left'"),
        ("a.jpg,1.0,-2.0", "row 2, column y_px"),
        ("a.jpg,nan,2.0", "row 2, column x_px"),
        (",1.0,2.0", "row 2, column path"),
        ("a.jpg,1.0,2.0\na.jpg,1.0,2.0", "row 3, column path"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_row(row: str, reason: str) -> None:
    with pytest.raises(CohortError, match="fovea.csv, " + reason):
        fovea_marks(HEADER + row + "\n", "fovea.csv")


def test_a_table_with_other_columns_is_refused() -> None:
    with pytest.raises(CohortError, match=r"disc\.csv, row 1"):
        disc_marks(HEADER, "disc.csv")


def test_a_disc_without_an_extent_is_refused() -> None:
    with pytest.raises(CohortError, match=r"disc\.csv, row 2, column width_px"):
        disc_marks(DISC_HEADER + "a.jpg,1.0,2.0,0,5\n", "disc.csv")
