"""Who teaches, tunes and judges: nobody is judged who was learned from, CHASEDB1 least of all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from training.cohort.assemble import Cohort, cohort_rows
from training.drawn.worth.drawn_folder import DRAWN, spread
from training.drawn.worth.teaching import (
    Subject,
    Teacher,
    judged_on,
    level_colours,
    shares,
    teaching,
)

EVERY_CELL = [(subject, teacher) for subject in Subject for teacher in Teacher]


def a_row(set_name: str, person: str, role: Role, photograph: str = "a") -> ManifestRow:
    return ManifestRow(
        set=set_name,
        person_id=person,
        photograph=f"{set_name}/{person}/{photograph}.png",
        role=role,
        fold=0,
        evidence_kind=EvidenceKind.DRAWN if set_name == DRAWN else EvidenceKind.REAL,
        terms="test",
    )


def rows_of_sets(*sets: str) -> list[ManifestRow]:
    return [a_row(name, f"{role.value}{k}", role) for name in sets for role in Role for k in "12"]


REAL = rows_of_sets("DRIVE", "CHASEDB1", "DRISHTI_GS")
OF_DRAWN = rows_of_sets(DRAWN)


def persons(rows: tuple[ManifestRow, ...]) -> set[tuple[str, str]]:
    return {(row.set, row.person_id) for row in rows}


@pytest.mark.parametrize(("subject", "teacher"), EVERY_CELL)
def test_nobody_judged_was_learned_from_or_tuned_on(subject: Subject, teacher: Teacher):
    rows = teaching(subject, teacher, REAL, OF_DRAWN)

    for judged in judged_on(subject, teacher, REAL):
        assert judged.rows
        assert not persons(judged.rows) & (persons(rows.learn) | persons(rows.tune))


@pytest.mark.parametrize(("subject", "teacher"), EVERY_CELL)
def test_no_person_of_chasedb1_is_ever_learned_from_or_tuned_on(subject: Subject, teacher: Teacher):
    rows = teaching(subject, teacher, REAL, OF_DRAWN)

    assert "CHASEDB1" not in {row.set for row in rows.learn + rows.tune}
    assert "CHASEDB1" not in shares(subject, teacher)


def test_chasedb1_is_judged_whole():
    judged = {one.name: one for one in judged_on(Subject.VESSELS, Teacher.BOTH, REAL)}

    assert persons(judged["CHASEDB1 whole"].rows) == {
        ("CHASEDB1", row.person_id) for row in REAL if row.set == "CHASEDB1"
    }


def test_a_network_taught_by_drawn_eyes_tunes_on_drawn_eyes_alone():
    rows = teaching(Subject.VESSELS, Teacher.DRAWN, REAL, OF_DRAWN)

    assert {row.set for row in rows.learn + rows.tune} == {DRAWN}
    assert {row.role for row in rows.learn} == {Role.TRAIN}
    assert {row.role for row in rows.tune} == {Role.TUNE}


def test_drawn_and_real_together_are_tuned_on_real_people():
    rows = teaching(Subject.DISC, Teacher.BOTH, REAL, OF_DRAWN)

    assert {row.set for row in rows.learn} == {DRAWN, "DRISHTI_GS"}
    assert {row.set for row in rows.tune} == {"DRISHTI_GS"}


def test_only_the_network_that_saw_no_real_eye_is_judged_on_all_of_drishti():
    names = {t: [j.name for j in judged_on(Subject.DISC, t, REAL)] for t in Teacher}

    assert names[Teacher.DRAWN] == ["DRISHTI_GS test", "DRISHTI_GS whole"]
    assert names[Teacher.REAL] == names[Teacher.BOTH] == ["DRISHTI_GS test"]


@pytest.mark.photographs
@pytest.mark.parametrize(("subject", "teacher"), EVERY_CELL)
def test_the_public_sets_hold_to_it(
    subject: Subject, teacher: Teacher, data_folder: Path, tmp_path: Path
):
    real = cohort_rows(Cohort(data_folder), ["DRIVE", "CHASEDB1", "DRISHTI_GS"], tmp_path)
    rows = teaching(subject, teacher, real, OF_DRAWN)

    taught = persons(rows.learn) | persons(rows.tune)
    assert "CHASEDB1" not in {set_name for set_name, _ in taught}
    for judged in judged_on(subject, teacher, real):
        assert not persons(judged.rows) & taught
    if subject is Subject.VESSELS:
        judged_counts = [len(j.rows) for j in judged_on(subject, teacher, real)]
        assert judged_counts == [20, 28]


def test_everybody_is_shown_once_before_anybody_is_shown_twice():
    rows = [a_row(DRAWN, p, Role.TRAIN, photograph) for p in "abc" for photograph in "1234"]

    picked = spread(rows, 5)

    assert len(picked) == 5
    assert {row.person_id for row in picked[:3]} == {"a", "b", "c"}
    assert picked == spread(list(reversed(rows))[::-1], 5)


def test_levelling_undoes_a_camera_and_leaves_the_surround_black(rng: np.random.Generator):
    plain_HWC = rng.integers(60, 180, (64, 64, 3)).astype(np.uint8)
    plain_HWC[:8] = 0
    other_HWC = np.rint(plain_HWC * 0.6 + 20 * (plain_HWC > 0)).astype(np.uint8)

    one_HWC, two_HWC = level_colours(plain_HWC), level_colours(other_HWC)

    assert not one_HWC[:8].any()
    assert np.median(one_HWC[8:], axis=(0, 1)) == pytest.approx([165, 90, 50], abs=2)
    assert np.abs(one_HWC.astype(int) - two_HWC)[8:].mean() < 2.0
