"""Records on a real disk, with people who work there, and photographs to keep."""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edge_runtime.domain import Eye, Person, PhotographFile, Sex
from edge_runtime.records.exams import add_photograph, open_exam
from edge_runtime.records.kept import KeptExam
from edge_runtime.records.master_key import MasterKey
from edge_runtime.records.opening import Place, make_records
from edge_runtime.records.screenings import (
    MadePicture,
    begin_screening,
    finish_screening,
    keep_result,
)
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.words import Role

MASTER = MasterKey("environment", bytes(range(32)))
CANARY = "Canary-7731"
IDENTIFIERS = {"hospital_number": CANARY, "birth_date": "1961-04-02"}
PERSON = Person(None, 61.0, Sex.F, {"sbp_mmhg": 150.0})
WIDTH_PX, HEIGHT_PX = 240, 160

NURSE = Actor("nurse", (Role.TECHNICIAN,), "Nurse Li")
DOCTOR = Actor("doctor", (Role.DOCTOR,), "Dr Zhang")
FIRST = Actor("first", (Role.GRADER,), "Grader One")
SECOND = Actor("second", (Role.GRADER,), "Grader Two")


@dataclass
class Clock:
    """A clock that a test sets."""

    ms: int = 1_780_000_000_000

    def __call__(self) -> int:
        self.ms += 1
        return self.ms


def new_records(folder: Path, database: str = "") -> Vault:
    return make_records(Place(folder, database=database), MASTER)


def a_key() -> str:
    return secrets.token_hex(16)


def a_new_exam(vault: Vault, identifiers: dict[str, str] | None = None) -> KeptExam:
    return open_exam(
        vault, NURSE, a_key(), IDENTIFIERS if identifiers is None else identifiers, PERSON
    )


def png_of(seed: int = 0, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> bytes:
    drawn = np.random.default_rng(seed).integers(0, 255, (height_px, width_px, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(drawn).save(out, "PNG")
    return out.getvalue()


def a_file(seed: int = 0, eye: Eye | None = Eye.OD) -> PhotographFile:
    return PhotographFile(f"{CANARY}-{seed}.png", png_of(seed), eye)


def result_json(gradable: bool = True, referable: float = 0.1, **changed: Any) -> str:
    result: dict[str, Any] = {
        "schema": "foreseye.screening/1",
        "photograph": {"name": CANARY, "width_px": WIDTH_PX, "height_px": HEIGHT_PX},
        "eye": {"laterality": "OD", "source": "given", "conflict": False},
        "quality": {"gradable": gradable, "probability": 0.9 if gradable else 0.2},
        "findings": {
            "dr_grade": {
                "probabilities": [0.7, 0.2, 0.1, 0.0, 0.0],
                "referable": referable,
                "referable_threshold": 0.5,
                "evidence": "drawn",
            }
        },
        "biomarkers": {"crae_um": {"value": 152.5, "unit": "um", "evidence": "drawn"}},
    }
    return json.dumps({**result, **changed})


A_MAP = MadePicture(
    "evidence_late_amd", "image/png", png_of(8) + CANARY.encode(), WIDTH_PX, HEIGHT_PX
)


def screened(vault: Vault, exam_id: str, *results: str, maps: bool = False) -> KeptExam:
    """Screen the exam's best photographs as a whole; one result for each, and a map of evidence."""
    screening = begin_screening(vault, NURSE, exam_id, [])
    for index in range(len(screening.photographs)):
        made = MadePicture("vessels_probability", "image/png", png_of(9), WIDTH_PX, HEIGHT_PX)
        text = results[index] if results else result_json()
        keep_result(vault, screening, index, text, [made], "drawn@1.2.3")
    exam_json = json.dumps({"schema": "foreseye.exam/1"})
    of_each = {index: [A_MAP] for index in range(len(screening.photographs))} if maps else None
    return finish_screening(vault, screening, exam_json, of_each, "drawn@1.2.3")


def a_preliminary_exam(
    vault: Vault, identifiers: dict[str, str] | None = None, *, maps: bool = False
) -> KeptExam:
    exam = a_new_exam(vault, identifiers)
    add_photograph(vault, NURSE, exam.exam_id, a_file(1), a_key())
    return screened(vault, exam.exam_id, maps=maps)
