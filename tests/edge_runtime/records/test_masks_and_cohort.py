"""Corrected masks become training data: of people who allowed it, under pseudonyms, as painted."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import Eye, PhotographFile
from edge_runtime.errors import DamagedPicture, InvalidField, NotAllowed, SettingsError
from edge_runtime.records.consents import record_consent
from edge_runtime.records.decisions import decide, sign_exam
from edge_runtime.records.errors import NotKept, WrongState
from edge_runtime.records.exam_reading import read_exam
from edge_runtime.records.exams import add_photograph
from edge_runtime.records.export_cohort import export_cohort
from edge_runtime.records.kept import KeptExam
from edge_runtime.records.masks import correct_mask, decoded_mask, encoded_mask
from edge_runtime.records.picture_reading import picture_content, read_picture
from edge_runtime.records.screenings import begin_screening, finish_screening, keep_result
from edge_runtime.records.vault import Actor, Vault
from edge_runtime.records.words import ConsentScope, DecisionKind, Role
from edge_runtime.settings import Limits
from tests.edge_runtime.records.clinic_of_tests import (
    A_MAP,
    CANARY,
    DOCTOR,
    FIRST,
    HEIGHT_PX,
    IDENTIFIERS,
    NURSE,
    SECOND,
    WIDTH_PX,
    a_key,
    a_new_exam,
    a_preliminary_exam,
    result_json,
    screened,
)

SIDE_PX = 400


def a_mask(width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> bytes:
    mask_HW = np.zeros((height_px, width_px), dtype=bool)
    mask_HW[height_px // 4 : height_px // 2, width_px // 4 :] = True
    return encoded_mask(mask_HW)


def a_fundus() -> bytes:
    """A lit disc on black, with a name burnt into the corner."""
    rows, columns = np.mgrid[:SIDE_PX, :SIDE_PX]
    lit = (rows - SIDE_PX / 2) ** 2 + (columns - SIDE_PX / 2) ** 2 < (0.45 * SIDE_PX) ** 2
    noise = np.random.default_rng(0).integers(-8, 8, (SIDE_PX, SIDE_PX, 3))
    pixels = np.where(lit[..., None], np.array([170, 80, 40]) + noise, 0).astype(np.uint8)
    pixels[4:14, 4:60] = 255
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def a_fundus_exam(vault: Vault, identifiers: dict[str, str]) -> KeptExam:
    exam = a_new_exam(vault, identifiers)
    file = PhotographFile(f"{CANARY}.png", a_fundus(), Eye.OD)
    add_photograph(vault, NURSE, exam.exam_id, file, a_key())
    shown = {"name": CANARY, "width_px": SIDE_PX, "height_px": SIDE_PX}
    return screened(vault, exam.exam_id, result_json(photograph=shown))


def test_a_mask_is_kept_with_who_painted_it_from_what_and_how_long(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    (photograph,) = exam.photographs
    model = photograph.pictures[0]

    kept = correct_mask(
        vault,
        FIRST,
        exam.exam_id,
        photograph.photograph_id,
        "vessel",
        a_mask(),
        parent_id=model.picture_id,
        spent_s=42.5,
    )

    assert (kept.kind, kept.by_person, kept.source) == ("vessel", True, "first")
    assert (kept.parent_id, kept.spent_s) == (model.picture_id, 42.5)
    content = picture_content(vault, exam.exam_id, kept.picture_id)[2]
    assert np.array_equal(decoded_mask(content, Limits()), decoded_mask(a_mask(), Limits()))
    assert read_exam(vault, DOCTOR, exam.exam_id).version == exam.version + 1


def test_the_model_picture_that_was_painted_from_outlives_a_second_screening(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    photograph_id = exam.photographs[0].photograph_id
    parent = exam.photographs[0].pictures[0].picture_id
    correct_mask(vault, FIRST, exam.exam_id, photograph_id, "disc", a_mask(), parent_id=parent)

    after = screened(vault, exam.exam_id)

    kinds = [(p.kind, p.picture_id == parent) for p in after.photographs[0].pictures]
    assert kinds == [
        ("vessels_probability", True),
        ("disc", False),
        ("vessels_probability", False),
    ]


def test_maps_of_evidence_come_and_go_with_the_forecast(vault: Vault) -> None:
    exam = a_preliminary_exam(vault, maps=True)
    photograph = exam.photographs[0]
    (shown,) = [p for p in photograph.pictures if p.kind == A_MAP.kind]
    assert (shown.by_person, shown.source) == (False, "drawn@1.2.3")
    assert picture_content(vault, exam.exam_id, shown.picture_id)[2] == A_MAP.content

    part = begin_screening(vault, NURSE, exam.exam_id, [photograph.photograph_id])
    keep_result(vault, part, 0, result_json(), [], "drawn@1.2.4")
    still = finish_screening(vault, part, "", {0: [A_MAP]}, "drawn@1.2.4")
    assert [p.picture_id for p in still.photographs[0].pictures] == [shown.picture_id]

    again = screened(vault, exam.exam_id, maps=True)
    (other,) = [p for p in again.photographs[0].pictures if p.kind == A_MAP.kind]
    assert other.picture_id != shown.picture_id
    with pytest.raises(NotKept):
        picture_content(vault, exam.exam_id, shown.picture_id)

    without = screened(vault, exam.exam_id)
    assert [p.kind for p in without.photographs[0].pictures] == ["vessels_probability"]
    assert len(list(vault.files.ids())) == 2


def test_who_reads_blind_sees_no_mask_that_another_painted(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    photograph_id = exam.photographs[0].photograph_id
    for reader, layer in ((FIRST, "disc"), (SECOND, "cup")):
        correct_mask(vault, reader, exam.exam_id, photograph_id, layer, a_mask())

    def seen_by(reader: Actor) -> list[str]:
        (photograph,) = read_exam(vault, reader, exam.exam_id).photographs
        return [each.kind for each in photograph.pictures if each.by_person]

    assert seen_by(FIRST) == ["disc"]
    assert seen_by(SECOND) == ["cup"]
    assert seen_by(DOCTOR) == ["disc", "cup"]


SEES_OTHERS = {
    (Role.TECHNICIAN,): False,
    (Role.GRADER,): False,
    (Role.DOCTOR,): True,
    (Role.ADMINISTRATOR,): False,
    (Role.AUDITOR,): False,
    (Role.PHONE,): False,
    (Role.TECHNICIAN, Role.GRADER): False,
    (Role.GRADER, Role.ADMINISTRATOR): False,
    (Role.GRADER, Role.DOCTOR): True,
    (): False,
}
"""Whose roles let them read what another person painted."""


@pytest.mark.parametrize("roles", SEES_OTHERS, ids=lambda roles: "-".join(roles) or "none")
def test_what_another_painted_is_read_by_whom_the_table_lets(
    vault: Vault, roles: tuple[Role, ...]
) -> None:
    exam = a_preliminary_exam(vault)
    (photograph,) = exam.photographs
    asker = Actor("asker", roles, "Asker")
    for_each = {
        painter: correct_mask(vault, painter, exam.exam_id, photograph.photograph_id, layer, mask)
        for painter, layer, mask in ((FIRST, "disc", a_mask()), (asker, "cup", a_mask()))
    }

    def reads(picture_id: str) -> bool:
        try:
            read_picture(vault, asker, exam.exam_id, picture_id)
        except NotAllowed:
            return False
        return True

    assert reads(photograph.photograph_id)
    assert reads(photograph.pictures[0].picture_id)
    assert reads(for_each[asker].picture_id)
    assert reads(for_each[FIRST].picture_id) is SEES_OTHERS[roles]
    seen = read_exam(vault, asker, exam.exam_id).photographs[0].pictures
    assert (for_each[FIRST].picture_id in {p.picture_id for p in seen}) is SEES_OTHERS[roles]
    with pytest.raises(NotKept):
        read_picture(vault, asker, exam.exam_id, "0" * 32)


def test_the_table_of_who_sees_others_names_every_role() -> None:
    assert {role for roles in SEES_OTHERS for role in roles} == set(Role)


@pytest.mark.parametrize(
    ("layer", "png", "changed", "error"),
    [
        ("nose", a_mask(), {}, InvalidField),
        ("lesion_", a_mask(), {}, InvalidField),
        ("disc", b"", {}, InvalidField),
        ("disc", b"GIF89a", {}, DamagedPicture),
        ("disc", a_mask()[:60], {}, DamagedPicture),
        ("disc", a_mask(HEIGHT_PX * 8, WIDTH_PX * 8), {}, InvalidField),
        ("disc", a_mask(), {"parent_id": "0" * 32}, InvalidField),
        ("disc", a_mask(), {"spent_s": -1.0}, InvalidField),
    ],
)
def test_a_mask_that_fits_nothing_is_refused(
    vault: Vault, layer: str, png: bytes, changed: dict[str, object], error: type[Exception]
) -> None:
    exam = a_preliminary_exam(vault)
    photograph_id = exam.photographs[0].photograph_id

    with pytest.raises(error):
        correct_mask(vault, FIRST, exam.exam_id, photograph_id, layer, png, **changed)  # type: ignore[arg-type]


def test_a_mask_is_of_a_photograph_that_is_there_and_not_signed(vault: Vault) -> None:
    exam = a_preliminary_exam(vault)
    with pytest.raises(NotKept):
        correct_mask(vault, FIRST, exam.exam_id, "0" * 32, "disc", a_mask())
    sign_exam(vault, DOCTOR, exam.exam_id, exam.version)

    photograph_id = exam.photographs[0].photograph_id
    with pytest.raises(WrongState):
        correct_mask(vault, FIRST, exam.exam_id, photograph_id, "disc", a_mask())


def test_only_people_who_allow_it_are_in_the_cohort_and_nobody_by_name(
    vault: Vault, quick_disk: Path
) -> None:
    exam = a_fundus_exam(vault, IDENTIFIERS)
    other = a_fundus_exam(vault, {"hospital_number": "2", "family_name": "Li"})
    for exam_id, given in ((exam.exam_id, True), (other.exam_id, True), (other.exam_id, False)):
        record_consent(vault, NURSE, exam_id, ConsentScope.TRAINING, given, "May we?", "en")
    photograph_id = exam.photographs[0].photograph_id
    place, mask = (exam.exam_id, photograph_id), a_mask(SIDE_PX // 2, SIDE_PX // 2)
    correct_mask(vault, FIRST, *place, "lesion_haemorrhage", mask)
    parent_id = exam.photographs[0].pictures[0].picture_id
    for _ in range(2):
        kept = correct_mask(vault, FIRST, *place, "vessel", mask, parent_id=parent_id)
        parent_id = kept.picture_id
    grade = (exam.exam_id, photograph_id, "findings.dr_grade", DecisionKind.CORRECT, "2")
    decide(vault, DOCTOR, *grade)
    out = quick_disk / "cohort"

    exported = export_cohort(vault, out, "our_clinic")

    assert (exported.photographs, exported.people, exported.masks) == (1, 1, 2)
    (row,) = list(read_manifest(exported.manifest))
    assert (row.set, row.eye, row.dr_grade, row.age_years, row.sbp_mmhg) == (
        "our_clinic",
        Eye.OD,
        2,
        61.0,
        150.0,
    )
    assert sorted(row.masks()) == ["lesion_haemorrhage", "vessel"]
    mask_HW = np.asarray(Image.open(out / row.masks()["vessel"]))
    assert mask_HW.shape == (SIDE_PX, SIDE_PX)
    assert np.count_nonzero(mask_HW) == SIDE_PX // 4 * (3 * SIDE_PX // 4)
    pixels = np.asarray(Image.open(out / row.photograph))
    assert pixels[4:14, 4:60].max() == 0, "what the camera burnt in must go"
    assert pixels[SIDE_PX // 2, SIDE_PX // 2].max() > 100
    told = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert CANARY.encode() not in told
    assert exam.exam_id.encode() not in told
    provenance = json.loads((out / f"{row.masks()['vessel']}.json").read_text())
    assert (provenance["from_model"], provenance["model"]) == (True, "drawn@1.2.3")
    assert provenance["masks_between"] == 1
    lesion = json.loads((out / f"{row.masks()['lesion_haemorrhage']}.json").read_text())
    assert (lesion["from_model"], lesion["model"]) == (False, "")
    with pytest.raises(SettingsError, match="not empty"):
        export_cohort(vault, out, "our_clinic")
