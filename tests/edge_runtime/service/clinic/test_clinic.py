"""The clinic's records over a real socket: sign in, photograph, screen, read, sign; and who may."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge_runtime.domain import Eye, Person, PhotographFile
from edge_runtime.errors import DamagedPicture, InvalidField, NotAllowed
from edge_runtime.records.access import MAY, OWN_SESSION, Action
from edge_runtime.records.errors import Erased, LockedOut, NotKept, NotSignedIn, WrongState
from edge_runtime.records.kept import AuditWanted, KeptExam, User, Wanted
from edge_runtime.records.opening import Place, make_records, open_records
from edge_runtime.records.staff import FAILURES_ALLOWED, keep_user
from edge_runtime.records.vault import THE_OPERATOR, Vault
from edge_runtime.records.words import (
    ConsentScope,
    DecisionKind,
    ErasureReason,
    ExamState,
    Role,
)
from edge_runtime.settings import Settings
from edge_runtime.wire.client import EvidenceMapped, ExamDone, PhotographDone, ScreeningClient
from edge_runtime.wire.records_client import Clinic, RecordsClient, new_key
from tests.edge_runtime.records.clinic_of_tests import CANARY, IDENTIFIERS, MASTER, PERSON
from tests.edge_runtime.service.held_screener import (
    DAMAGED,
    HEIGHT_PX,
    WIDTH_PX,
    HeldScreener,
    a_bundle,
    seen_signs,
)
from tests.edge_runtime.service.live_server import live_server

pytestmark = pytest.mark.slow

SECRET = "correct horse 7"
STAFF = [role for role in Role if role is not Role.PHONE]


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records with one user of each role, named after it."""
    folder = tmp_path_factory.mktemp("staffed") / "records"
    vault = make_records(Place(folder), MASTER)
    for role in [Role.ADMINISTRATOR, *(r for r in STAFF if r is not Role.ADMINISTRATOR)]:
        user = User("", role.value, role.value.title(), (role,))
        keep_user(vault, THE_OPERATOR, user, SECRET, must_change=False)
    vault.close()
    return folder


@pytest.fixture
def vault(staffed: Path) -> Iterator[Vault]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        shutil.copytree(staffed, Path(folder) / "records")
        yield open_records(Place(Path(folder) / "records"), MASTER)


@pytest.fixture
def screener(tmp_path: Path) -> HeldScreener:
    return HeldScreener(a_bundle(tmp_path))


@pytest.fixture
def client(vault: Vault, screener: HeldScreener) -> Iterator[RecordsClient]:
    with live_server(screener, Settings(), vault=vault) as live:
        with RecordsClient(live.address, timeout_s=60.0) as client:
            yield client
        screener.release()


def as_(client: RecordsClient, role: Role) -> Clinic:
    return client.sign_in(role.value, SECRET)


def an_exam(clinic: Clinic, *contents: bytes) -> KeptExam:
    exam = clinic.open_exam(new_key(), IDENTIFIERS, PERSON)
    for content in contents:
        clinic.add_photograph(
            exam.exam_id, PhotographFile(f"{CANARY}.jpg", content, Eye.OD), new_key()
        )
    return clinic.read_exam(exam.exam_id)


def test_an_exam_goes_from_the_camera_to_the_signature(client: RecordsClient) -> None:
    nurse, doctor = as_(client, Role.TECHNICIAN), as_(client, Role.DOCTOR)
    exam = an_exam(nurse, b"an eye")

    events = list(nurse.screen_exam(exam.exam_id))

    assert isinstance(events[-1], ExamDone)
    read = doctor.read_exam(exam.exam_id)
    done = next(event for event in events if isinstance(event, PhotographDone))
    (photograph,) = read.photographs
    assert read.state is ExamState.PRELIMINARY
    assert photograph.result_json == done.result_json
    assert [p.kind for p in photograph.pictures] == [
        "photograph",
        "vessels_probability",
        "arteries_veins",
        "disc_cup",
    ]
    assert photograph.pictures[0].source == "drawn@1.2.3"
    original = doctor.read_picture(exam.exam_id, photograph.photograph_id)
    assert (original.kind, original.content) == ("original", b"an eye")
    vessels = doctor.read_picture(exam.exam_id, photograph.pictures[1].picture_id)
    assert vessels.content.startswith(b"\x89PNG")
    mask = doctor.correct_mask(
        exam.exam_id,
        photograph.photograph_id,
        "vessel",
        vessels.content,
        parent_id=photograph.pictures[1].picture_id,
        spent_s=31.0,
    )
    assert (mask.by_person, mask.source, mask.width_px) == (True, "Doctor", WIDTH_PX)
    assert mask.height_px == HEIGHT_PX
    decided = doctor.decide(
        exam.exam_id,
        photograph.photograph_id,
        "findings.maculopathy",
        DecisionKind.CORRECT,
        value_json="true",
        why="exudates",
    )
    signed = doctor.sign_exam(exam.exam_id, decided.version)
    assert signed.state is ExamState.SIGNED
    assert signed.signatures[0].by == "Doctor"
    amended = doctor.amend_exam(exam.exam_id, "the other eye")
    assert amended.state is ExamState.AMENDED


def test_a_photograph_sent_in_chunks_and_one_that_cannot_be_read(client: RecordsClient) -> None:
    nurse = as_(client, Role.TECHNICIAN)
    exam = an_exam(nurse, DAMAGED)

    list(nurse.screen_exam(exam.exam_id))

    read = nurse.read_exam(exam.exam_id)
    assert (read.ungradable, read.photographs[0].refused_error) == (True, "DamagedPicture")


def test_a_screening_that_is_broken_off_can_be_made_again(
    client: RecordsClient, screener: HeldScreener
) -> None:
    nurse = as_(client, Role.TECHNICIAN)
    exam = an_exam(nurse, b"an eye")
    screener.hold()
    with nurse.screen_exam(exam.exam_id) as stream:
        next(stream)
    screener.release()
    assert screener.stopped.wait(60.0)
    while nurse.read_exam(exam.exam_id).state is ExamState.ANALYSING:
        pass

    events = list(nurse.screen_exam(exam.exam_id))

    assert isinstance(events[-1], ExamDone)


def test_without_a_session_nothing_is_told(client: RecordsClient) -> None:
    with pytest.raises(NotSignedIn):
        client.resume("no session")
    nurse = as_(client, Role.TECHNICIAN)
    resumed = client.resume(nurse.token)
    assert resumed.session.roles == (Role.TECHNICIAN,)

    nurse.sign_out()

    with pytest.raises(NotSignedIn):
        resumed.exams()


def test_wrong_secrets_lock_a_name_and_a_new_secret_unlocks_it(client: RecordsClient) -> None:
    administrator = as_(client, Role.ADMINISTRATOR)
    for _ in range(FAILURES_ALLOWED):
        with pytest.raises(NotSignedIn):
            client.sign_in("grader", "wrong horse 77")
    with pytest.raises(LockedOut):
        client.sign_in("grader", SECRET)
    (grader,) = [user for user in administrator.users() if user.name == "grader"]
    assert grader.locked

    administrator.keep_user(grader, "a new secret 1")

    fresh = client.sign_in("grader", "a new secret 1")
    assert fresh.session.must_change_secret
    with pytest.raises(NotAllowed, match="of your own first"):
        fresh.exams()
    fresh.change_secret("a new secret 1", "my own secret 2")
    assert fresh.exams().exams == ()


def test_an_unknown_name_is_refused_like_a_wrong_secret(client: RecordsClient) -> None:
    with pytest.raises(NotSignedIn) as unknown:
        client.sign_in("nobody", SECRET)
    with pytest.raises(NotSignedIn) as wrong:
        client.sign_in("auditor", "wrong horse 77")

    assert unknown.value.public_message == wrong.value.public_message


def test_a_phone_sees_its_one_exam_without_whose_it_is(client: RecordsClient) -> None:
    nurse = as_(client, Role.TECHNICIAN)
    exam, other = an_exam(nurse), nurse.open_exam(new_key())
    token, left_s = nurse.invite_phone(exam.exam_id)
    phone = client.sign_in_phone(token)

    phone.add_photograph(exam.exam_id, PhotographFile("p.jpg", b"an eye", Eye.OS), new_key())
    list(
        phone.screen_exam(
            exam.exam_id, [phone.read_exam(exam.exam_id).photographs[0].photograph_id]
        )
    )

    assert left_s > 0
    described = phone.describe_person(exam.exam_id, Person(age_years=62.0))
    assert CANARY not in repr(described)
    assert nurse.read_exam(exam.exam_id).person.age_years == 62.0
    seen = phone.read_exam(exam.exam_id)
    assert seen.photographs[0].result_json
    assert CANARY not in repr(seen)
    with pytest.raises(NotAllowed):
        phone.read_exam(other.exam_id)
    with pytest.raises(NotAllowed):
        phone.describe_person(other.exam_id, Person(age_years=62.0))
    with pytest.raises(NotSignedIn):
        client.sign_in_phone(token)


def test_a_person_is_exported_whole_and_erased_whole(client: RecordsClient, vault: Vault) -> None:
    nurse, administrator = as_(client, Role.TECHNICIAN), as_(client, Role.ADMINISTRATOR)
    exam = an_exam(nurse, b"an eye")
    list(nurse.screen_exam(exam.exam_id))
    nurse.record_consent(exam.exam_id, ConsentScope.TRAINING, True, "May we learn?", "en")

    content = b"".join(administrator.export_person(exam.exam_id))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        person = json.loads(archive.read("person.json"))
        photographs = [n for n in archive.namelist() if "/photograph" in n]
        assert b"an eye" in [archive.read(name) for name in photographs]
    assert person["identifiers"] == IDENTIFIERS
    assert person["texts"][0]["text"] == "May we learn?"

    erased = administrator.erase_person(exam.exam_id, ErasureReason.ON_REQUEST)

    assert (erased.exams, erased.files) == (1, 5)
    with pytest.raises(Erased):
        nurse.read_exam(exam.exam_id)
    assert nurse.exams().exams == ()
    assert list(vault.files.ids()) == []


def test_maps_of_evidence_are_kept_exported_and_erased_like_other_pictures(
    client: RecordsClient, screener: HeldScreener, vault: Vault
) -> None:
    screener.signs = {0: seen_signs()}
    nurse, administrator = as_(client, Role.TECHNICIAN), as_(client, Role.ADMINISTRATOR)
    exam = an_exam(nurse, b"an eye")

    events = list(nurse.screen_exam(exam.exam_id))

    (mapped,) = (event for event in events if isinstance(event, EvidenceMapped))
    (photograph,) = nurse.read_exam(exam.exam_id).photographs
    kept = photograph.pictures[-1]
    assert (kept.kind, kept.source) == ("evidence_late_amd", "drawn@1.2.3")
    assert nurse.read_picture(exam.exam_id, kept.picture_id) == mapped.maps[0].picture
    content = b"".join(administrator.export_person(exam.exam_id))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = (n for n in archive.namelist() if "/evidence_late_amd-" in n)
        assert archive.read(name) == mapped.maps[0].picture.content
    assert administrator.erase_person(exam.exam_id, ErasureReason.ON_REQUEST).files == 6
    assert list(vault.files.ids()) == []


def test_the_auditor_sees_who_did_what_and_no_word_of_the_patient(client: RecordsClient) -> None:
    nurse, auditor = as_(client, Role.TECHNICIAN), as_(client, Role.AUDITOR)
    exam = an_exam(nurse, b"an eye")
    with pytest.raises(NotAllowed):
        nurse.sign_exam(exam.exam_id, 1)

    page = auditor.read_audit(AuditWanted(exam_id=exam.exam_id))

    done = [(row.action, row.outcome) for row in page.rows]
    assert ("open_exam", "done") in done
    assert ("sign_exam", "refused") in done
    assert CANARY not in repr(auditor.read_audit())
    assert page.head.count(":") == 2


def test_a_request_that_fails_is_told_and_its_words_are_not_logged(
    client: RecordsClient, caplog: pytest.LogCaptureFixture
) -> None:
    nurse = as_(client, Role.TECHNICIAN)

    with pytest.raises(InvalidField):
        nurse.open_exam(new_key(), {"hospital_number": CANARY, "birth_date": CANARY})

    assert CANARY not in caplog.text


def test_a_server_without_records_keeps_nothing(screener: HeldScreener) -> None:
    with live_server(screener) as live, RecordsClient(live.address) as client:
        with pytest.raises(Exception, match=r"UNIMPLEMENTED|not served|Method not found"):
            client.sign_in("doctor", SECRET)
        with ScreeningClient(live.address) as screening:
            assert screening.is_ready()


ASK: dict[Action, Callable[[Clinic, str], object]] = {
    Action.LIST_USERS: lambda clinic, _: clinic.users(),
    Action.KEEP_USER: lambda clinic, _: clinic.keep_user(
        User("", "new.one", "New One", (Role.GRADER,)), SECRET
    ),
    Action.OPEN_EXAM: lambda clinic, _: clinic.open_exam(new_key()),
    Action.DESCRIBE_PERSON: lambda clinic, exam: clinic.describe_person(exam, PERSON),
    Action.ADD_PHOTOGRAPH: lambda clinic, exam: clinic.add_photograph(
        exam, PhotographFile("a.jpg", b"an eye", Eye.OD), new_key()
    ),
    Action.SCREEN_EXAM: lambda clinic, exam: list(clinic.screen_exam(exam)),
    Action.LIST_EXAMS: lambda clinic, _: clinic.exams(),
    Action.READ_EXAM: lambda clinic, exam: clinic.read_exam(exam),
    Action.READ_PICTURE: lambda clinic, exam: clinic.read_picture(exam, "0" * 32),
    Action.SEE_OTHER_READERS: lambda clinic, _: clinic.exams(Wanted(only_disputed=True)),
    Action.DECIDE: lambda clinic, exam: clinic.decide(exam, "0" * 32, "eye", DecisionKind.ACCEPT),
    Action.OVERRIDE_QUALITY: lambda clinic, exam: clinic.decide(
        exam, "0" * 32, "quality", DecisionKind.OVERRIDE, why="cataract"
    ),
    Action.ARBITRATE: lambda clinic, exam: clinic.decide(
        exam, "0" * 32, "eye", DecisionKind.ACCEPT, arbitrates=True
    ),
    Action.CORRECT_MASK: lambda clinic, exam: clinic.correct_mask(exam, "0" * 32, "disc", b"x"),
    Action.SIGN_EXAM: lambda clinic, exam: clinic.sign_exam(exam, 1),
    Action.AMEND_EXAM: lambda clinic, exam: clinic.amend_exam(exam, "a reason"),
    Action.RECORD_CONSENT: lambda clinic, exam: clinic.record_consent(
        exam, ConsentScope.SCREENING, True, "text", "en"
    ),
    Action.EXPORT_PERSON: lambda clinic, exam: list(clinic.export_person(exam)),
    Action.INVITE_PHONE: lambda clinic, exam: clinic.invite_phone(exam),
    Action.READ_AUDIT: lambda clinic, _: clinic.read_audit(),
    Action.VERIFY_AUDIT: lambda clinic, _: clinic.verify_audit(),
    Action.ERASE_PERSON: lambda clinic, exam: clinic.erase_person(exam, ErasureReason.MISTAKE),
}
"""How each action is asked for; erasing last, for nothing is left after it."""


def test_every_role_tries_every_action_and_only_what_the_table_allows_goes_through(
    client: RecordsClient,
) -> None:
    assert set(ASK) == set(Action) - OWN_SESSION
    exam_id = an_exam(as_(client, Role.TECHNICIAN), b"an eye").exam_id
    allowed = {
        (role, action)
        for role in STAFF
        for action, ask in ASK.items()
        if action is not Action.ERASE_PERSON and went_through(as_once(client, role), ask, exam_id)
    }
    erases = [
        r for r in STAFF if went_through(as_once(client, r), ASK[Action.ERASE_PERSON], exam_id)
    ]

    expected = {(r, a) for r in STAFF for a in MAY[r] if a is not Action.ERASE_PERSON}
    assert allowed == expected
    assert erases == [Role.ADMINISTRATOR]


def test_to_know_the_id_of_another_readers_mask_is_not_enough_to_read_it(
    client: RecordsClient, vault: Vault
) -> None:
    user = User("", "second", "Second", (Role.GRADER,))
    keep_user(vault, THE_OPERATOR, user, SECRET, must_change=False)
    nurse, doctor = as_(client, Role.TECHNICIAN), as_(client, Role.DOCTOR)
    first, second = as_(client, Role.GRADER), client.sign_in("second", SECRET)
    exam = an_exam(nurse, b"an eye")
    list(nurse.screen_exam(exam.exam_id))
    (photograph,) = nurse.read_exam(exam.exam_id).photographs
    of_the_model = photograph.pictures[-1]
    png = nurse.read_picture(exam.exam_id, of_the_model.picture_id).content
    painted = first.correct_mask(exam.exam_id, photograph.photograph_id, "disc", png)
    phone = client.sign_in_phone(nurse.invite_phone(exam.exam_id)[0])

    for blind in (second, nurse, phone):
        assert blind.read_picture(exam.exam_id, of_the_model.picture_id).content == png
        with pytest.raises(NotAllowed):
            blind.read_picture(exam.exam_id, painted.picture_id)
        shown = [p for each in blind.read_exam(exam.exam_id).photographs for p in each.pictures]
        assert not any(each.by_person for each in shown)
    own = first.read_picture(exam.exam_id, painted.picture_id)
    assert doctor.read_picture(exam.exam_id, painted.picture_id) == own
    with pytest.raises(InvalidField, match="no picture of this photograph"):
        second.correct_mask(
            exam.exam_id, photograph.photograph_id, "disc", png, parent_id=painted.picture_id
        )
    doctor.sign_exam(exam.exam_id, doctor.read_exam(exam.exam_id).version)
    with pytest.raises(NotAllowed):
        second.read_picture(exam.exam_id, painted.picture_id)
    wanted = AuditWanted(exam_id=exam.exam_id, action="see_other_readers", outcome="refused")
    assert len(as_(client, Role.AUDITOR).read_audit(wanted).rows) == 4


_SIGNED_IN: dict[tuple[int, Role], Clinic] = {}


def as_once(client: RecordsClient, role: Role) -> Clinic:
    if (id(client), role) not in _SIGNED_IN:
        _SIGNED_IN[id(client), role] = as_(client, role)
    return _SIGNED_IN[id(client), role]


def went_through(clinic: Clinic, ask: Callable[[Clinic, str], object], exam_id: str) -> bool:
    """Return whether the table let it through; what the records said then is no matter here."""
    try:
        ask(clinic, exam_id)
    except NotAllowed:
        return False
    except (DamagedPicture, Erased, InvalidField, NotKept, WrongState):
        return True
    return True


def test_all_photographs_of_an_exam_can_be_named_and_finish_it(client: RecordsClient) -> None:
    nurse = as_(client, Role.TECHNICIAN)
    exam = an_exam(nurse, b"an eye", b"the same eye again")
    ids = [each.photograph_id for each in exam.photographs]

    part = list(nurse.screen_exam(exam.exam_id, ids))
    assert isinstance(part[-1], ExamDone)
    assert nurse.read_exam(exam.exam_id).state is ExamState.CAPTURING

    whole = list(nurse.screen_exam(exam.exam_id, ids, finishes=True))

    assert [e.index for e in whole if isinstance(e, PhotographDone)] == [0, 1]
    read = nurse.read_exam(exam.exam_id)
    assert read.state is ExamState.PRELIMINARY
    assert all(each.result_json for each in read.photographs)


def test_a_session_lasts_on_where_somebody_touches_the_screen_and_not_where_it_is_looked_at(
    vault: Vault, screener: HeldScreener
) -> None:
    with live_server(screener, Settings(session_idle_s=600), vault=vault) as live:
        with RecordsClient(live.address, timeout_s=60.0) as client:
            clinic = as_(client, Role.TECHNICIAN)
            time.sleep(2.1)
            looked = clinic.read_session()
            touched = clinic.read_session(somebody_is_there=True)
            assert looked.idle_left_s < 598 <= touched.idle_left_s
        screener.release()


def test_a_server_says_whether_it_keeps_records(
    client: RecordsClient, screener: HeldScreener
) -> None:
    assert client.is_offered()

    with (
        live_server(HeldScreener(screener.bundle), Settings()) as without,
        RecordsClient(without.address, timeout_s=60.0) as other,
    ):
        assert not other.is_offered()
