"""The door: who comes in, which rooms open, and what is left on the screen after somebody left."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from edge_runtime.domain import Exam, Eye, Person, PhotographFile, Sex
from edge_runtime.errors import NotAllowed, ServerUnreachable
from edge_runtime.records.errors import NotSignedIn
from edge_runtime.records.kept import Session, User
from edge_runtime.records.words import DecisionKind, ExamState, Role
from edge_runtime.wire.client import ExamDone
from edge_runtime.wire.records_client import AuditWanted, Clinic, RecordsClient, new_key
from tests.ui.kept_clinic import NEWCOMER, SECRET, SHOWN
from ui.accounts import way_in
from ui.accounts.shelf import Shelf
from ui.keeping import Keeping, KeepingScreener, keeping_of, photograph_key
from ui.overrides import Against, Override, Question
from ui.person import KioskPerson
from ui.staff import Staff

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0


class ClinicOfNobody:
    """A session that the test ends or takes away."""

    def __init__(self) -> None:
        self.session = Session("id", "li", "Li", (Role.TECHNICIAN,), idle_left_s=600, left_s=9000)
        self.raises: Exception | None = None
        self.signed_out = 0
        self.told: list[bool] = []

    def read_session(self, somebody_is_there: bool = False) -> Session:
        self.told.append(somebody_is_there)
        if self.raises is not None:
            raise self.raises
        return self.session

    def sign_out(self) -> None:
        self.signed_out += 1


class Clock:
    s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clinic() -> ClinicOfNobody:
    return ClinicOfNobody()


@pytest.fixture
def staff(clinic: ClinicOfNobody, clock: Clock) -> Staff:
    return Staff(clinic, clinic.session, clock)  # type: ignore[arg-type]


def test_a_screen_that_nobody_touches_locks_and_its_session_ends(
    staff: Staff, clinic: ClinicOfNobody, clock: Clock
) -> None:
    clock.s += 599
    assert not staff.watch()
    clock.s += 1
    assert staff.watch()

    assert clinic.signed_out == 1
    assert True not in clinic.told


def test_a_touch_keeps_it_open_and_the_records_hear_of_it(
    staff: Staff, clinic: ClinicOfNobody, clock: Clock
) -> None:
    for _ in range(3):
        clock.s += 500
        staff.touch()
        assert not staff.watch()

    assert clinic.told.count(True) == 3


def test_a_touch_that_comes_too_late_opens_nothing(staff: Staff, clock: Clock) -> None:
    clock.s += 600
    staff.touch()

    assert staff.locked


def test_a_session_that_the_service_ended_locks_the_screen(
    staff: Staff, clinic: ClinicOfNobody
) -> None:
    clinic.raises = NotSignedIn("restarted")

    assert staff.watch()


def test_a_service_that_is_away_locks_nobody_out_of_what_is_on_the_screen(
    staff: Staff, clinic: ClinicOfNobody
) -> None:
    clinic.raises = ServerUnreachable("away")

    assert not staff.watch()


@pytest.mark.parametrize("role", SHOWN)
def test_each_role_finds_the_rooms_of_its_work_alone(clinic: ClinicOfNobody, role: Role) -> None:
    staff = Staff(clinic, replace(clinic.session, roles=(role,)))  # type: ignore[arg-type]

    assert ("kiosk" in staff.rooms()) is (role in (Role.TECHNICIAN, Role.DOCTOR))
    assert ("reading" in staff.rooms()) is (role in (Role.GRADER, Role.DOCTOR))
    assert ("people" in staff.rooms()) is (role is Role.ADMINISTRATOR)
    assert ("audit" in staff.rooms()) is (role is Role.AUDITOR)
    assert "machine" in staff.rooms()


# With a real service and real records -------------------------------------------------------------


@pytest.fixture
def app(clinic_app: AppTest) -> AppTest:
    return clinic_app


def words(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.value for element in app.html)


def press(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label == label).click().run()


def fill(app: AppTest, **values: str) -> None:
    for key, value in values.items():
        app.text_input(key=f"door-{key}").set_value(value)


def sign_in(app: AppTest, name: str, secret: str = SECRET) -> AppTest:
    fill(app, name=name, secret=secret)
    return press(app, "Sign in")


def test_nobody_comes_in_unnamed(app: AppTest) -> None:
    assert "This clinic keeps records" in words(app)
    assert not app.file_uploader


def test_a_wrong_secret_opens_nothing_and_does_not_say_whether_there_is_such_a_name(
    app: AppTest,
) -> None:
    wrong = "The name or the PIN or password is wrong."
    assert wrong in words(sign_in(app, Role.DOCTOR.value, "not this one"))
    assert wrong in words(sign_in(app, "nobody", "not this one"))
    assert not app.file_uploader


def test_a_technician_comes_to_the_camera_and_leaves_nothing_behind(app: AppTest) -> None:
    sign_in(app, Role.TECHNICIAN.value)
    assert SHOWN[Role.TECHNICIAN] in words(app)
    assert len(app.file_uploader) == 3
    before = app.session_state["person"]
    before.age_years = 61

    press(app, "Sign out")

    assert "This clinic keeps records" in words(app)
    assert "person" not in app.session_state
    assert "staff" not in app.session_state
    sign_in(app, Role.TECHNICIAN.value)
    assert app.session_state["person"].serial != before.serial


def test_an_administrator_sees_people_and_the_machine_and_no_exam(app: AppTest) -> None:
    sign_in(app, Role.ADMINISTRATOR.value)
    assert "Who may sign in" in words(app)
    assert SHOWN[Role.DOCTOR] in words(app)

    app.button_group(key="room").set_value("machine").run()

    assert "This box" in words(app)
    assert not app.file_uploader


def test_somebody_new_is_let_in_by_the_administrator_alone(
    app: AppTest, records: RecordsClient
) -> None:
    sign_in(app, Role.ADMINISTRATOR.value)
    press(app, "Keep")
    assert "Nothing was changed." in words(app)
    named = {t.label: t for t in app.text_input}
    named["Name to sign in with (small letters, digits, dots, dashes)"].set_value("wang")
    named["Name to show and to print"].set_value("Wang")
    named["PIN or password to begin with"].set_value("a first horse 1")
    app.button_group[-1].set_value([Role.GRADER])
    press(app, "Keep")

    session = records.sign_in("wang", "a first horse 1").session
    assert (session.shown_name, session.roles) == ("Wang", (Role.GRADER,))
    assert session.must_change_secret
    assert "Wang" in words(app)


def test_an_auditor_sees_what_was_done_proves_it_and_sees_no_exam(
    app: AppTest, records: RecordsClient
) -> None:
    technician = records.sign_in("technician", SECRET)
    exam_id = technician.open_exam(
        new_key(), {"hospital_number": "H-1", "family_name": "Li"}
    ).exam_id
    with pytest.raises(NotAllowed):
        technician.sign_exam(exam_id, 1)
    sign_in(app, Role.AUDITOR.value)
    shown = words(app)
    assert "Opened an exam" in shown
    assert SHOWN[Role.TECHNICIAN] in shown
    assert exam_id in shown
    assert "H-1" not in shown
    assert not app.file_uploader

    next(t for t in app.toggle if t.key == "audit-refused").set_value(True).run()
    assert "Signed an exam" in words(app)
    assert "Opened an exam" not in words(app)
    app.text_input(key="audit-printed").set_value(records_head(records))
    press(app, "Prove it")
    assert "each as it was written" in words(app)
    assert "The printed head is among them." in words(app)
    app.text_input(key="audit-printed").set_value("1:00:00")
    press(app, "Prove it")
    assert "was not signed by these records" in words(app)


def records_head(records: RecordsClient) -> str:
    return records.sign_in("auditor", SECRET).read_audit().head


def test_looking_at_the_same_rows_again_is_not_written_down_again(
    app: AppTest, records: RecordsClient
) -> None:
    sign_in(app, Role.AUDITOR.value)
    auditor = records.sign_in("auditor", SECRET)
    wanted = AuditWanted(action="read_audit")
    before = len(auditor.read_audit(wanted).rows)
    app.run()
    app.run()

    assert len(auditor.read_audit(wanted).rows) == before + 1


def test_the_lock_shows_nothing_and_opens_for_the_same_person_alone(app: AppTest) -> None:
    sign_in(app, Role.TECHNICIAN.value)
    person = app.session_state["person"]
    press(app, "Lock")
    assert "This screen is locked" in words(app)
    assert not app.file_uploader

    fill(app, secret="not this one")
    press(app, "Unlock")
    assert "This screen is locked" in words(app)

    fill(app, secret=SECRET)
    press(app, "Unlock")
    assert app.session_state["person"] is person
    assert app.file_uploader


@pytest.mark.parametrize(("came_back", "finds"), [("technician", True), ("doctor", False)])
def test_what_waited_for_an_account_is_there_again_for_its_owner_alone(
    app: AppTest,
    records: RecordsClient,
    monkeypatch: pytest.MonkeyPatch,
    came_back: str,
    finds: bool,
) -> None:
    shelf, person = Shelf(), KioskPerson()
    owner = records.sign_in("technician", SECRET).session.user_id
    shelf.put(owner, "a browser", {"person": person, way_in.ROOM: "kiosk"})
    monkeypatch.setattr(way_in, "_shelf", lambda: shelf)
    monkeypatch.setattr(way_in, "_browser", lambda: "a browser")
    monkeypatch.setattr(way_in, "came_back", lambda: records.sign_in(came_back, SECRET))
    app.run()

    assert app.session_state["staff"].session.name == came_back
    there = "person" in app.session_state and app.session_state["person"] is person
    assert there is finds


def test_whoever_has_the_name_of_who_locked_the_screen_does_not_open_it(
    app: AppTest, records: RecordsClient
) -> None:
    sign_in(app, Role.TECHNICIAN.value)
    person = app.session_state["person"]
    press(app, "Lock")
    administrator = records.sign_in("administrator", SECRET)
    before = next(user for user in administrator.users() if user.name == "technician")
    administrator.keep_user(replace(before, name="technician.before"))
    administrator.keep_user(User("", "technician", before.shown_name, before.roles), "a horse 99")
    fill(app, secret="a horse 99")
    press(app, "Unlock")

    assert "What is behind the lock stays locked." in words(app)
    assert not app.file_uploader
    assert app.session_state["person"] is person
    assert app.session_state["staff"].locked


def two_people_with_one_name(records: RecordsClient) -> Clinic:
    """Keep wang.li and wang.li2; return the records as the administrator sees them."""
    administrator = records.sign_in("administrator", SECRET)
    for name in ("wang.li", "wang.li2"):
        user = User("", name, "Wang Li", (Role.GRADER,))
        administrator.keep_user(user, "a first horse 1")
    return administrator


def test_of_two_people_with_one_name_the_administrator_changes_the_one_that_was_chosen(
    app: AppTest, records: RecordsClient
) -> None:
    administrator = two_people_with_one_name(records)
    sign_in(app, Role.ADMINISTRATOR.value)
    which = next(box for box in app.selectbox if "Wang Li (wang.li2)" in box.options)
    assert len(set(which.options)) == len(which.options)
    which.select("Wang Li (wang.li2)").run()
    press(app, "Keep")
    named = {t.label: t for t in app.text_input}
    assert named["Name to sign in with (small letters, digits, dots, dashes)"].value == "wang.li2"
    next(t for t in app.toggle if t.label == "May sign in").set_value(False)
    press(app, "Keep")

    may = {user.name: user.may_sign_in for user in administrator.users()}
    assert (may["wang.li"], may["wang.li2"]) == (True, False)


def test_an_auditor_tells_two_people_with_one_name_apart(
    app: AppTest, records: RecordsClient
) -> None:
    two_people_with_one_name(records)
    sign_in(app, Role.AUDITOR.value)
    (who,) = (box for box in app.selectbox if "Wang Li (wang.li)" in box.options)

    assert "Wang Li (wang.li2)" in who.options
    assert "Grader One" in who.options


def test_somebody_else_at_a_locked_screen_begins_anew(app: AppTest) -> None:
    sign_in(app, Role.TECHNICIAN.value)
    press(app, "Lock")
    press(app, "Somebody else: clear the screen")

    assert "This clinic keeps records" in words(app)
    assert "person" not in app.session_state


def test_a_secret_that_the_administrator_set_is_changed_first(app: AppTest) -> None:
    sign_in(app, NEWCOMER)
    assert "of your own" in words(app)
    assert not app.file_uploader

    fill(app, secret=SECRET, new="another horse 8", again="another horse 9")
    press(app, "Set it")
    assert "The two new ones differ." in words(app)
    fill(app, secret=SECRET, new="123456", again="123456")
    press(app, "Set it")
    assert "too easy to guess" in words(app)
    fill(app, secret=SECRET, new="another horse 8", again="another horse 8")
    press(app, "Set it")

    assert app.file_uploader


# What the kiosk keeps -------------------------------------------------------------------------


def an_exam(*contents: bytes, age_years: float = 61.0) -> Exam:
    files = tuple(
        PhotographFile(f"{eye.value}.jpg", content, eye)
        for eye, content in zip((Eye.OD, Eye.OS), contents, strict=False)
    )
    return Exam("kiosk-0", files, Person(None, age_years, Sex.F, {"sbp_mmhg": 150.0}))


def screened(keeper: KeepingScreener, exam: Exam) -> str:
    with keeper.screen(exam, with_pictures=True, timeout_s=PATIENCE_S) as events:
        done = list(events)[-1]
    assert isinstance(done, ExamDone)
    return done.record.exam_id


def test_what_the_kiosk_shows_is_kept_for_the_doctor(records: RecordsClient) -> None:
    person = KioskPerson()
    person.identified, person.hospital_number = True, "H-1"
    person.birth_date = datetime(1961, 4, 2).date()
    keeper = KeepingScreener(records.sign_in("technician", SECRET), keeping_of(person))

    exam_id = screened(keeper, an_exam(b"right", b"left"))

    read = records.sign_in("doctor", SECRET).read_exam(exam_id)
    assert read.state is ExamState.PRELIMINARY
    assert [each.eye for each in read.photographs] == [Eye.OD, Eye.OS]
    assert all(each.result_json for each in read.photographs)
    assert read.identifiers == {"hospital_number": "H-1", "birth_date": "1961-04-02"}
    assert read.person.covariates == {"sbp_mmhg": 150.0}


def test_the_same_person_screened_again_is_one_exam_with_what_was_learned_since(
    records: RecordsClient,
) -> None:
    clinic = records.sign_in("technician", SECRET)
    keeping = Keeping("a-key-of-one-person", {})
    first = screened(KeepingScreener(clinic, keeping), an_exam(b"right"))
    again = screened(KeepingScreener(clinic, keeping), an_exam(b"right", b"left", age_years=62.0))

    read = clinic.read_exam(first)
    assert again == first
    assert len(read.photographs) == 2
    assert read.person.age_years == 62.0


def test_who_went_on_against_the_verdict_is_kept_once_with_the_reason(
    records: RecordsClient,
) -> None:
    clinic = records.sign_in("technician", SECRET)
    against = Override(Question(Against.UNREADABLE, Eye.OS), "LM", "no_time", datetime.now())
    keeper = KeepingScreener(clinic, Keeping("another-key-of-one", {}, (against,)))

    exam_id = screened(keeper, an_exam(b"right", b"left"))
    screened(keeper, an_exam(b"right", b"left"))

    (decision,) = records.sign_in("doctor", SECRET).read_exam(exam_id).decisions
    assert decision.kind is DecisionKind.OVERRIDE
    assert (decision.why, decision.by) == ("LM: no_time", SHOWN[Role.TECHNICIAN])


def test_one_photograph_under_another_eye_is_another_one() -> None:
    right = PhotographFile("a.jpg", b"an eye", Eye.OD)

    assert photograph_key("key", right) == photograph_key("key", replace(right, name="b.jpg"))
    assert photograph_key("key", right) != photograph_key("key", replace(right, eye=Eye.OS))
