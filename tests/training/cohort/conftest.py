"""A tiny copy of every public set's layout, drawn here: no public photograph is in the project."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HEIGHT, WIDTH = 6, 8

PHOTOGRAPHS = """\
path,set,person,eye,role,fold
DRIVE/test/images/01_test.tif,DRIVE,01,,test,2
DRIVE/training/images/21_training.tif,DRIVE,21,,train,0
CHASEDB1/test/images/Image_08L.jpg,CHASEDB1,08,OS,train,4
CHASEDB1/test/images/Image_08R.jpg,CHASEDB1,08,OD,train,4
HRF_AV/test/images/09_dr.JPG,HRF_AV,09_dr,,test,1
HRF_AV/test/images/09_g.jpg,HRF_AV,09_g,,test,3
HRF_AV/training/images/01_h.jpg,HRF_AV,01_h,,tune,3
DRISHTI_GS/Training/Images/ALL/drishtiGS_002.jpg,DRISHTI_GS,drishtiGS_002,,train,4
SRAHIM_DR/1 - No DR/Patient001_L.jpg,SRAHIM_DR,Patient001,OS,train,4
SRAHIM_DR/10 - ADED/Patient031_R.jpg,SRAHIM_DR,Patient031,OD,tune,1
full_size/Patient001_L.jpg,SRAHIM_DR_full_size,Patient001,OS,train,4
GRAPE/CFP/106_OD_2.jpg,GRAPE,106,OD,train,3
GRAPE/CFP/106_OS_1.jpg,GRAPE,106,OS,train,3
DRIMDB/Good/drimdb_good (1).jpg,DRIMDB,group001,,train,3
DRIMDB/Bad/drimdb_bad (1).jpg,DRIMDB,group002,,test,0
DRIMDB/Outlier/drimdb_outlier (1).jpg,DRIMDB,group003,,tune,1
"""
GRADES = """\
path,patient,eye,dr_grade,maculopathy
1 - No DR/Patient001_L.jpg,Patient001,OS,3,1
10 - ADED/Patient031_R.jpg,Patient031,OD,,
"""
VISITS = """\
subject,eye,visit,t_years,iop,cfp,device,present,baseline_age,gender
106,OD,1,0,15,/,/,0,51,F
106,OD,2,0.75,14.7,106_OD_2.jpg,"CR-2 AF (CANON, Japan)",1,51,F
106,OS,1,0,16,106_OS_1.jpg,"TRC-NW8 (TOPCON, Japan)",1,52,F
"""
VESSELS = np.zeros((HEIGHT, WIDTH), np.uint8)
VESSELS[2, 1:6] = 255
INDEX = np.zeros((HEIGHT, WIDTH), np.uint8)
INDEX[2, 1:6] = [1, 1, 3, 2, 2]
EXPERTS = np.zeros((HEIGHT, WIDTH), np.uint8)
EXPERTS[3, 1:6] = [0, 64, 128, 191, 255]

MASKS = {
    "DRIVE/test/1st_manual/01_manual1.gif": VESSELS,
    "DRIVE/training/1st_manual/21_manual1.gif": VESSELS,
    "DRIVE_AV/test/1st_manual/01_test.png": INDEX,
    "DRIVE_AV/training/1st_manual/21_training.png": INDEX,
    "CHASEDB1/test/1st_manual/Image_08L_1stHO.png": VESSELS > 0,
    "CHASEDB1/test/1st_manual/Image_08R_1stHO.png": VESSELS > 0,
    "HRF_AV/test/1st_manual/09_dr_AVmanual.png": INDEX,
    "HRF_AV/test/1st_manual/09_g_AVmanual.png": INDEX,
    "HRF_AV/training/1st_manual/01_h_AVmanual.png": INDEX,
    "DRISHTI_GS/Training/GT/drishtiGS_002/SoftMap/drishtiGS_002_ODsegSoftmap.png": EXPERTS,
    "DRISHTI_GS/Training/GT/drishtiGS_002/SoftMap/drishtiGS_002_cupsegSoftmap.png": EXPERTS // 2,
}


def lay(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture
def tiny_data(tmp_path: Path) -> Path:
    """A data folder with at least one photograph of every set, its masks and its labels."""
    folder = tmp_path / "data"
    lay(folder, "photographs.csv").write_text(PHOTOGRAPHS, encoding="utf-8")
    lay(folder, "SRAHIM_DR/labels.csv").write_text(GRADES, encoding="utf-8")
    lay(folder, "GRAPE/visits.csv").write_text(VISITS, encoding="utf-8")
    for line in csv.DictReader(PHOTOGRAPHS.splitlines()):
        grey = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        Image.fromarray(grey).save(lay(folder, line["path"]))
    for name, mask in MASKS.items():
        Image.fromarray(mask).save(lay(folder, name))
    return folder
