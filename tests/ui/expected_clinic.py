"""Today's list of a hospital, for tests of the pages that show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset

from tests.edge_runtime.interop.dicom.hospital.worklists import an_entry, coded_side

NAMES = ["Wang^Xiaohong=王^小红", "Li^Wei=李^伟", "Zhang^Min=张^敏", "Chen^Jing=陈^静"]
NAMES += ["Liu^Yang=刘^洋", "Yang^Fan=杨^帆", "Zhao^Lei=赵^磊", "Huang^Mei=黄^梅", "Wu^Hao=吴^昊"]
BORN = ["19610401", "19550712", "19720923", "19480105", "19800630", "19670218", "19590827"]
BORN += ["19751111", "19630319"]


def todays(number: int, **changed: Any) -> Dataset:
    """The entry of one person today, drawn by us; nobody is called so."""
    at = number - 1
    told = {
        "PatientName": NAMES[at],
        "PatientID": f"H{20260000 + 37 * number}",
        "PatientBirthDate": BORN[at],
        "PatientSex": "FM"[at % 2],
        "ScheduledProcedureStepStartDate": f"{datetime.now().astimezone():%Y%m%d}",
    }
    return an_entry(number, **{**told, **changed})


def whole_day() -> list[Dataset]:
    """Nine people; of the second the left eye alone is asked for."""
    left = coded_side("7771000", "SCT")
    day = [todays(number) for number in range(1, len(NAMES) + 1)]
    day[1] = todays(
        2, ScheduledProcedureStepDescription="Fundus, left", ScheduledProtocolCodeSequence=left
    )
    return day
