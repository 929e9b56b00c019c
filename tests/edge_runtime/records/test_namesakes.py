"""Two people may have one name to show: masks, decisions and signatures belong to the person."""

from __future__ import annotations

import json
from pathlib import Path

from edge_runtime.records.consents import record_consent
from edge_runtime.records.decisions import BY_ID, decide, digest_of, sign_exam
from edge_runtime.records.exam_reading import exam_row, read_exam, whole_exam
from edge_runtime.records.export_cohort import export_cohort
from edge_runtime.records.kept import User
from edge_runtime.records.masks import correct_mask
from edge_runtime.records.staff import keep_user
from edge_runtime.records.vault import THE_OPERATOR, Actor, Vault
from edge_runtime.records.words import ConsentScope, DecisionKind, Role
from tests.edge_runtime.records.clinic_of_tests import DOCTOR, IDENTIFIERS, NURSE
from tests.edge_runtime.records.test_masks_and_cohort import SIDE_PX, a_fundus_exam, a_mask

NAME = "Wang Li"


def a_grader(vault: Vault, name: str, shown_name: str = NAME) -> Actor:
    user = User("", name, shown_name, (Role.GRADER,))
    kept = keep_user(vault, THE_OPERATOR, user, "correct horse 7", must_change=False)
    return Actor(kept.user_id, kept.roles, kept.shown_name)


def administered(vault: Vault) -> User:
    chief = User("", "chief", "Chief", (Role.ADMINISTRATOR,))
    return keep_user(vault, THE_OPERATOR, chief, "correct horse 7")


def read_twice(vault: Vault) -> tuple[str, str, Actor, Actor]:
    """An exam of which two graders of one name painted the same layer and said a grade."""
    administered(vault)
    one, two = a_grader(vault, "wang.li"), a_grader(vault, "wang.li2")
    exam = a_fundus_exam(vault, IDENTIFIERS)
    photograph_id = exam.photographs[0].photograph_id
    mask = a_mask(SIDE_PX // 2, SIDE_PX // 2)
    for grader, layer, grade in ((one, "disc", "1"), (two, "cup", "3")):
        correct_mask(vault, grader, exam.exam_id, photograph_id, layer, mask)
        graded = (photograph_id, "findings.dr_grade", DecisionKind.CORRECT, grade)
        decide(vault, grader, exam.exam_id, *graded)
    return exam.exam_id, photograph_id, one, two


def test_a_namesake_sees_neither_masks_nor_decisions_of_the_other(vault: Vault) -> None:
    exam_id, _, one, two = read_twice(vault)

    for grader, layer, grade in ((one, "disc", "1"), (two, "cup", "3")):
        seen = read_exam(vault, grader, exam_id)
        painted = [each for each in seen.photographs[0].pictures if each.by_person]
        assert [(each.kind, each.user_id) for each in painted] == [(layer, grader.user_id)]
        assert [each.value_json for each in seen.decisions] == [grade]


def test_whoever_is_called_as_somebody_else_was_sees_nothing_of_his(vault: Vault) -> None:
    exam_id, _, one, _ = read_twice(vault)
    later = a_grader(vault, "somebody.new", one.user_id)

    seen = read_exam(vault, later, exam_id)

    assert not [each for each in seen.photographs[0].pictures if each.by_person]


def test_a_doctor_is_shown_namesakes_apart_and_other_people_by_their_names(vault: Vault) -> None:
    exam_id, photograph_id, _, _ = read_twice(vault)
    other = a_grader(vault, "chen", "Chen Hui")
    correct_mask(vault, other, exam_id, photograph_id, "vessel", a_mask(SIDE_PX, SIDE_PX))

    exam = read_exam(vault, DOCTOR, exam_id)

    painted = [each.source for each in exam.photographs[0].pictures if each.by_person]
    assert painted == [f"{NAME} (wang.li)", f"{NAME} (wang.li2)", "Chen Hui"]
    assert [each.by for each in exam.decisions] == painted[:2]


def test_namesakes_are_two_people_in_the_cohort_and_one_who_is_renamed_stays_one(
    vault: Vault, quick_disk: Path
) -> None:
    exam_id, photograph_id, one, _ = read_twice(vault)
    record_consent(vault, NURSE, exam_id, ConsentScope.TRAINING, True, "May we?", "en")

    def painters(name: str) -> dict[str, str]:
        export_cohort(vault, quick_disk / name, "our_clinic")
        files = (quick_disk / name).rglob("*.png.json")
        return {path.name.split(".")[0]: json.loads(path.read_text())["by"] for path in files}

    before = painters("before")
    keep_user(vault, THE_OPERATOR, User(one.user_id, "wang.li", "Li Wang", one.roles))
    correct_mask(vault, one, exam_id, photograph_id, "vessel", a_mask(SIDE_PX, SIDE_PX))
    after = painters("after")

    assert before["disc"] != before["cup"]
    assert after == {**before, "vessel": before["disc"]}


def test_what_was_signed_does_not_change_with_a_name(vault: Vault) -> None:
    administered(vault)
    one = a_grader(vault, "wang.li")
    exam = a_fundus_exam(vault, IDENTIFIERS)
    photograph_id = exam.photographs[0].photograph_id
    graded = (photograph_id, "findings.dr_grade", DecisionKind.CORRECT, "1")
    version = decide(vault, one, exam.exam_id, *graded).version
    signed = sign_exam(vault, DOCTOR, exam.exam_id, version)
    keep_user(vault, THE_OPERATOR, User(one.user_id, "wang.li", "Li Wang", one.roles))

    with vault.reading() as connection:
        row = exam_row(connection, exam.exam_id)
        again = whole_exam(vault, connection, row, names=BY_ID)

    assert digest_of(again) == signed.signatures[0].sha256
