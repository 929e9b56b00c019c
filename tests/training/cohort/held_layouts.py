"""Small drawn copies of the layouts of sets that users hold: tables as shipped, tiny pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image

SIDE = 8
_TINTS = iter(range(1_000_000))


def photograph(folder: Path, name: str) -> Path:
    """Draw a photograph unlike any other, so that no two files are the same by chance."""
    tint = next(_TINTS)
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    for bit in range(SIDE * 2):
        pixels[bit // SIDE * 4 : bit // SIDE * 4 + 4, bit % SIDE] = 250 * (tint >> bit & 1)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


def mask(folder: Path, name: str, values: np.ndarray) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)
    return path


def text(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def excel(folder: Path, name: str, rows: list[dict[str, object]]) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_excel(path, index=False)
    return path


def eyepacs(folder: Path) -> None:
    """Twenty persons of the training half, two of the test half, EyeQ's labels of some."""
    lines = [f"{person}_{side},{person % 5}" for person in range(10, 30) for side in SIDES]
    text(folder, "trainLabels.csv", "image,level\n" + "\n".join(lines) + "\n")
    tests = [f"{person}_{side},0,Public" for person in (1, 2) for side in SIDES]
    text(folder, "retinopathy_solution.csv", "image,level,Usage\n" + "\n".join(tests) + "\n")
    text(
        folder,
        "EyeQ/Label_EyeQ_train.csv",
        ",image,quality,DR_grade\n0,10_left.jpeg,0,0\n1,10_right.jpeg,1,0\n2,11_left.jpeg,2,1\n",
    )
    text(folder, "EyeQ/Label_EyeQ_test.csv", ",image,quality,DR_grade\n0,1_right.jpeg,2,0\n")
    for line in lines:
        photograph(folder, f"train/{line.partition(',')[0]}.jpeg")
    for line in tests:
        photograph(folder, f"test/{line.partition(',')[0]}.jpeg")


def aptos(folder: Path) -> None:
    names = [f"{number:012x}" for number in range(20)]
    lines = [f"{name},{number % 5}" for number, name in enumerate(names)]
    text(folder, "train.csv", "id_code,diagnosis\n" + "\n".join(lines) + "\n")
    text(folder, "test.csv", "id_code\nffffffffffff\n")
    for name in names:
        photograph(folder, f"train_images/{name}.png")
    photograph(folder, "test_images/ffffffffffff.png")


def messidor2(folder: Path) -> None:
    text(
        folder,
        "messidor-2.csv",
        "left;right\n20051020_43808_0100_PP.png;20051020_43832_0100_PP.png\nIM0001.JPG;IM0002.JPG\n",
    )
    text(
        folder,
        "messidor_data.csv",
        "image_id,adjudicated_dr_grade,adjudicated_dme,adjudicated_gradable\n"
        "20051020_43808_0100_PP.png,0.0,0.0,1\n"
        "20051020_43832_0100_PP.png,3.0,1.0,1\n"
        "IM0001.jpg,1.0,0.0,1\n"
        "IM0002.jpg,,,0\n",
    )
    for name in ("20051020_43808_0100_PP.png", "20051020_43832_0100_PP.png"):
        photograph(folder, f"IMAGES/{name}")
    for name in ("IM0001.JPG", "IM0002.JPG"):
        photograph(folder, f"IMAGES/{name}")


def idrid(folder: Path) -> None:
    """All three archives, each in a folder of its own name, as some tools unpack them."""
    halves = [("a", "Training", 3), ("b", "Testing", 2)]
    for letter, half, number in halves:
        inside = f"{letter}. {half} Set"
        names = [f"IDRiD_{n:03d}" for n in range(1, number + 1)]
        grades = [f"{name},{n},{n},,,\n" for n, name in enumerate(names)]
        text(
            folder,
            f"B. Disease Grading/B. Disease Grading/2. Groundtruths/{letter}. IDRiD_Disease "
            f"Grading_{half} Labels.csv",
            "Image name,Retinopathy grade,Risk of macular edema ,,,\n" + "".join(grades),
        )
        for kind, name, at in (
            ("1. Optic Disc", f"{letter}. IDRiD_OD_Center_{half}", 5),
            ("2. Fovea", f"IDRiD_Fovea_Center_{half}", 2),
        ):
            places = [f"{each},{at},{at + n}.5,,\n" for n, each in enumerate(names)]
            text(
                folder,
                f"C. Localization/2. Groundtruths/{kind} Center Location/{name} Set_Markups.csv",
                "Image No,X- Coordinate,Y - Coordinate,,\n" + "".join(places) + ",,,,\n",
            )
        for name in names:
            image = f"1. Original Images/{inside}/{name}.jpg"
            drawn = photograph(folder, f"B. Disease Grading/B. Disease Grading/{image}")
            twin = folder / "C. Localization" / image
            twin.parent.mkdir(parents=True, exist_ok=True)
            twin.write_bytes(drawn.read_bytes())
        _segmented(folder / "A. Segmentation", inside, 1 if letter == "a" else 55)


def _segmented(archive: Path, half: str, number: int) -> None:
    name = f"IDRiD_{number:02d}"
    photograph(archive, f"1. Original Images/{half}/{name}.jpg")
    red = np.zeros((SIDE, SIDE, 4), np.uint8)
    red[..., 3] = 255
    red[2:4, 2:4, 0] = 255
    truths = f"2. All Segmentation Groundtruths/{half}"
    mask(archive, f"{truths}/1. Microaneurysms/{name}_MA.tif", red)
    mask(archive, f"{truths}/5. Optic Disc/{name}_OD.tif", red)


def odir(folder: Path) -> None:
    none = {"N": 0, "D": 0, "G": 0, "C": 0, "A": 0, "H": 0, "M": 0, "O": 0}
    words = [
        ("Female", "cataract", "normal fundus", {}),
        (
            "Male",
            "laser spot\uff0cmoderate non proliferative retinopathy",
            "normal fundus",
            {"D": 1},
        ),
        ("Male", "glaucoma", "suspected glaucoma", {"G": 1}),
        ("Female", "low image quality", "no fundus image", {"O": 1}),
        ("Female", "diabetic retinopathy", "drusen", {"D": 1}),
    ]
    rows = [
        {
            "ID": number,
            "Patient Age": 50 + number,
            "Patient Sex": sex,
            "Left-Fundus": f"{number}_left.jpg",
            "Right-Fundus": f"{number}_right.jpg",
            "Left-Diagnostic Keywords": left,
            "Right-Diagnostic Keywords": right,
            **none,
            **found,
        }
        for number, (sex, left, right, found) in enumerate(words)
    ]
    excel(folder, "ODIR-5K/data.xlsx", rows)
    for row in rows:
        for column in ("Left-Fundus", "Right-Fundus"):
            photograph(folder, f"ODIR-5K/Training Images/{row[column]}")
            photograph(folder, f"preprocessed_images/{row[column]}")


def brset(folder: Path) -> None:
    text(
        folder,
        "labels_brset.csv",
        "image_id,patient_id,camera,patient_age,comorbidities,patient_sex,exam_eye,"
        "DR_SDRG,DR_ICDR,macular_edema,quality\n"
        'img00001,1,Canon CR,48,"diabetes, hypertension",1,1,0,0,0,Adequate\n'
        "img00002,1,Canon CR,48,,1,2,2,3,1,Inadequate\n"
        "img00003,2,NIKON NF5050,,,2,2,0,0,0,Adequate\n",
    )
    for number in (1, 2, 3):
        photograph(folder, f"fundus_photos/img{number:05d}.jpg")


def mbrset(folder: Path) -> None:
    text(
        folder,
        "labels_mbrset.csv",
        "patient,age,sex,file,laterality,final_artifacts,final_quality,final_icdr,final_edema\n"
        "1,66,0,1.1.jpg,right,no,yes,0.0,no\n"
        "1,66,0,1.2.jpg,right,no,yes,0.0,no\n"
        "1,66,0,1.3.jpg,left,yes,no,,\n"
        "2,71.0,1.0,2.1.jpg,left,no,yes,4.0,yes\n",
    )
    for name in ("1.1", "1.2", "1.3", "2.1"):
        photograph(folder, f"images/{name}.jpg")


def rfmid(folder: Path) -> None:
    for part, inside, table in (
        ("Training_Set", "Training", "Training"),
        ("Evaluation_Set", "Validation", "Validation"),
        ("Test_Set", "Test", "Testing"),
    ):
        text(
            folder,
            f"{part}/{part}/RFMiD_{table}_Labels.csv",
            "ID,Disease_Risk,DR,ARMD\n1,1,1,0\n2,1,0,1\n",
        )
        for number in (1, 2):
            photograph(folder, f"{part}/{part}/{inside}/{number}.png")


def refuge(folder: Path) -> None:
    zones = np.full((SIDE, SIDE), 255, np.uint8)
    zones[2:6, 2:6] = 128
    zones[3:5, 3:5] = 0
    place = {"Fovea_X": 1263.5, "Fovea_Y": 1079.25}
    train = [("Glaucoma", "g0001"), ("Non-Glaucoma", "n0001")]
    annotation = "Annotation-Training400"
    rows = [{"ID": 1, "ImgName": f"{name}.jpg", **place} for _, name in train]
    excel(folder, f"{annotation}/Fovea_location.xlsx", rows)
    for group, name in train:
        photograph(folder, f"REFUGE-Training400/Training400/{group}/{name}.jpg")
        mask(folder, f"{annotation}/Disc_Cup_Masks/{group}/{name}.bmp", zones)
    row = {"ID": 1, "ImgName": "V0001.jpg", **place, "Glaucoma Label": 1}
    excel(folder, "REFUGE-Validation400-GT/Fovea_locations.xlsx", [row])
    photograph(folder, "REFUGE-Validation400/V0001.jpg")
    mask(folder, "REFUGE-Validation400-GT/Disc_Cup_Masks/V0001.bmp", zones)
    row = {"ID": 1, "ImgName": "T0001.jpg", "Label(Glaucoma=1)": 0, **place}
    excel(folder, "REFUGE-Test-GT/Glaucoma_label_and_Fovea_location.xlsx", [row])
    photograph(folder, "REFUGE-Test400/T0001.jpg")
    mask(folder, "REFUGE-Test-GT/Disc_Cup_Masks/N/T0001.bmp", zones)


SIDES = ("left", "right")
LAYOUTS: dict[str, Callable[[Path], None]] = {
    "eyepacs": eyepacs,
    "eyeq": eyepacs,
    "aptos2019": aptos,
    "messidor2": messidor2,
    "idrid": idrid,
    "odir5k": odir,
    "brset": brset,
    "mbrset": mbrset,
    "rfmid": rfmid,
    "refuge": refuge,
}
