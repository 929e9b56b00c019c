"""What the adapters of held sets refuse, named by the set's own file, row and column."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from edge_runtime.errors import ManifestError
from tests.training.cohort.held_layouts import LAYOUTS, text
from training.cohort.held_rows import write_held
from training.cohort.held_sets import HELD_SETS


def quiet(label: str, total: int) -> nullcontext[Callable[[int], None]]:
    return nullcontext(lambda done: None)


def write(folder: Path, name: str) -> None:
    write_held(HELD_SETS[name], folder, folder / "m.csv", quiet)


@pytest.mark.parametrize("name", sorted(set(LAYOUTS) - {"eyeq"}))
def test_an_empty_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ManifestError, match=r"in the folder|no photograph of"):
        write(tmp_path, name)


GONE = {
    "eyepacs": ("train/12_left.jpeg", "trainLabels.csv", "image"),
    "aptos2019": ("train_images/000000000003.png", "train.csv", "id_code"),
    "messidor2": ("IMAGES/IM0002.JPG", "messidor_data.csv", "image_id"),
    "odir5k": ("ODIR-5K/Training Images/1_right.jpg", "data.xlsx", "Right-Fundus"),
    "brset": ("fundus_photos/img00002.jpg", "labels_brset.csv", "image_id"),
    "mbrset": ("images/1.2.jpg", "labels_mbrset.csv", "file"),
    "rfmid": ("Test_Set/Test_Set/Test/1.png", "RFMiD_Testing_Labels.csv", "ID"),
    "refuge": ("REFUGE-Test400/T0001.jpg", "Glaucoma_label_and_Fovea_location.xlsx", "ImgName"),
    "idrid": (
        "B. Disease Grading/B. Disease Grading/1. Original Images/b. Testing Set/IDRiD_001.jpg",
        "b. IDRiD_Disease Grading_Testing Labels.csv",
        "Image name",
    ),
    "eyeq": ("train/10_left.jpeg", "Label_EyeQ_train.csv", "image"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_missing_photograph_is_named_with_its_table_row_and_column(
    tmp_path: Path, name: str
) -> None:
    LAYOUTS[name](tmp_path)
    photograph, table, column = GONE[name]
    (tmp_path / photograph).unlink()

    with pytest.raises(ManifestError, match="no photograph") as refused:
        write(tmp_path, name)

    assert (Path(refused.value.file).name, refused.value.column) == (table, column)
    assert (refused.value.row or 0) >= 2


@pytest.mark.parametrize(
    ("name", "table", "old", "new", "told"),
    [
        ("eyepacs", "trainLabels.csv", "11_left,1", "11_left,5", "row 4, column level"),
        ("eyepacs", "trainLabels.csv", "11_left,1", "11_left,x", "row 4, column level"),
        ("eyepacs", "trainLabels.csv", "11_left,1", "11_up,1", "no person and side"),
        ("eyepacs", "trainLabels.csv", "image,level", "image,grade", "column level: the column"),
        ("eyepacs", "EyeQ/Label_EyeQ_train.csv", "11_left.jpeg,2", "11_left.jpeg,3", "none of 0"),
        ("aptos2019", "train.csv", "000000000001,1", "000000000001,1.5", "column diagnosis"),
        ("messidor2", "messidor_data.csv", "png,3.0", "png,7.0", "column adjudicated_dr_grade"),
        ("messidor2", "messidor_data.csv", "IM0001", "IM0009", "is in no pair of messidor-2.csv"),
        ("messidor2", "messidor-2.csv", "IM0001.JPG;", "", "row 3: more or fewer cells"),
        ("messidor2", "messidor-2.csv", "IM0001", "IM0002", "in the pair of row 3 too"),
        ("brset", "labels_brset.csv", "1,2,2,3,1", "1,2,2,9,1", "row 3, column DR_ICDR"),
        ("brset", "labels_brset.csv", "Canon CR,48,,1,2", "Canon CR,480,,1,2", "patient_age"),
        ("brset", "labels_brset.csv", "Canon CR,48,,1,2", "Canon CR,48,,3,2", "none of 1, 2"),
        ("mbrset", "labels_mbrset.csv", "no,yes,4.0", "no,yes,5.0", "row 5, column final_icdr"),
        ("mbrset", "labels_mbrset.csv", "2.1.jpg,left", "2.1.jpg,top", "column laterality"),
        ("rfmid", "Test_Set/Test_Set/RFMiD_Testing_Labels.csv", "2,1,0", "2,1,3", "column DR"),
    ],
)
def test_a_label_that_is_not_known_is_named_with_the_sets_own_row_and_column(
    tmp_path: Path, name: str, table: str, old: str, new: str, told: str
) -> None:
    LAYOUTS[name](tmp_path)
    content = (tmp_path / table).read_text(encoding="utf-8")
    assert old in content
    text(tmp_path, table, content.replace(old, new))

    with pytest.raises(ManifestError) as refused:
        write(tmp_path, name)

    assert Path(table).name in refused.value.file
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("name", "table", "line"),
    [
        ("eyepacs", "trainLabels.csv", "12_left,2"),
        ("eyeq", "EyeQ/Label_EyeQ_train.csv", "2,11_left.jpeg,2,1"),
        ("aptos2019", "train.csv", "000000000001,1"),
        ("messidor2", "messidor_data.csv", "IM0001.jpg,1.0,0.0,1"),
        ("brset", "labels_brset.csv", "img00003,2,NIKON NF5050,,,2,2,0,0,0,Adequate"),
        ("mbrset", "labels_mbrset.csv", "2,71.0,1.0,2.1.jpg,left,no,yes,4.0,yes"),
        ("rfmid", "Training_Set/Training_Set/RFMiD_Training_Labels.csv", "2,1,0,1"),
    ],
)
def test_a_photograph_named_twice_is_refused(
    tmp_path: Path, name: str, table: str, line: str
) -> None:
    LAYOUTS[name](tmp_path)
    content = (tmp_path / table).read_text(encoding="utf-8")
    text(tmp_path, table, f"{content}{line}\n")

    with pytest.raises(ManifestError, match=r"the same (photograph )?as in row") as refused:
        write(tmp_path, name)

    assert refused.value.row == len(content.splitlines()) + 1


def test_a_mask_that_is_missing_is_refused(tmp_path: Path) -> None:
    LAYOUTS["refuge"](tmp_path)
    (tmp_path / "REFUGE-Test-GT/Disc_Cup_Masks/N/T0001.bmp").unlink()

    with pytest.raises(ManifestError, match=r"column ImgName: no mask T0001\.bmp"):
        write(tmp_path, "refuge")
