"""The HTTP service behind the phone's page, asked without a browser, and its desk."""

from __future__ import annotations

import asyncio
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette

from edge_runtime.errors import InvalidField, Overloaded, PhotographTooLarge, ServerUnreachable
from edge_runtime.wire.client import Exam, UploadPart, UploadProgress
from tests.ui.fake_service import FakeClient, FakeStream, photograph_jpeg
from ui.phone.desk import INVITED_S, MAX_PHONES, OPEN_S, Desk, Refused
from ui.phone.routes import routes

NAME = "a-phone-of-its-own"
KEY = "k" * 32


@dataclass
class Service(FakeClient):
    """The screening service's uploads, in memory; `raises` comes first."""

    held: dict[str, bytes] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)
    error: Exception | None = None

    def __post_init__(self) -> None:
        FakeClient.__init__(self)

    def upload_part(self, part: UploadPart) -> UploadProgress:
        if self.error is not None:
            raise self.error
        held = self.held.get(part.key, b"")
        if part.offset > len(held):
            raise InvalidField("offset", f"{len(held)} bytes have arrived; go on there")
        self.held[part.key] = held + part.content[len(held) - part.offset :]
        self.whole[part.key] = part.total_bytes
        return self.upload_progress(part.key)

    def upload_progress(self, key: str) -> UploadProgress:
        held = len(self.held.get(key, b""))
        return UploadProgress(held, held > 0 and held == self.whole[key])

    def screen(self, exam: Exam, **how: Any) -> FakeStream:
        self.how = how
        return super().screen(exam)


@dataclass
class Answer:
    status: int
    said: dict[str, Any]
    headers: dict[str, str]


class Asker:
    """Asks the ASGI application in this thread."""

    def __init__(self, service: Service, desk: Desk) -> None:
        self.app = Starlette(routes=routes(lambda: service, desk))  # type: ignore[arg-type, return-value]

    def ask(
        self, method: str, path: str, token: str = "", body: bytes = b"", **headers: str
    ) -> Answer:
        given = {"authorization": f"Bearer {token}", "phone-name": NAME}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        # In a thread of its own: a browser's tests leave a loop running in this one.
        with ThreadPoolExecutor(max_workers=1) as apart:
            return apart.submit(asyncio.run, self._ask(method, path, given, body)).result()

    async def _ask(self, method: str, path: str, given: dict[str, str], body: bytes) -> Answer:
        sent: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "http_version": "1.1",
            "scheme": "http",
            "server": ("test", 80),
            "client": ("test", 1),
            "root_path": "",
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in sent[1:])
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], json.loads(content), headers)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def asker(service: Service, desk: Desk) -> Asker:
    return Asker(service, desk)


@pytest.fixture
def session(asker: Asker, desk: Desk) -> str:
    return str(asker.ask("POST", "/phone/api/open", desk.invite("en")).said["session"])


def put(
    asker: Asker, session: str, content: bytes, offset: int = 0, whole: bytes | None = None,
    **changed: str,
) -> Answer:  # fmt: skip
    whole = content if whole is None else whole
    headers = {
        "upload_offset": str(offset),
        "upload_length": str(len(whole)),
        "upload_sha256": hashlib.sha256(whole).hexdigest(),
        "part_sha256": hashlib.sha256(content).hexdigest(),
    }
    return asker.ask(
        "PUT", f"/phone/api/photographs/{KEY}", session, content, **{**headers, **changed}
    )


def wanted(**changed: Any) -> bytes:
    asked = {"key": "e" * 32, "photographs": [{"key": KEY, "name": "r.jpg", "eye": "OD"}]}
    return json.dumps({**asked, **changed}).encode()


def test_parts_are_put_together_and_the_same_part_twice_changes_nothing(
    asker: Asker, session: str, service: Service
) -> None:
    whole = photograph_jpeg()
    put(asker, session, whole[:100], whole=whole)
    again = put(asker, session, whole[:100], whole=whole)
    assert again.said == {"received": 100, "complete": False}

    last = put(asker, session, whole[100:], 100, whole)

    assert last.said == {"received": len(whole), "complete": True}
    assert list(service.held.values()) == [whole]
    asked = asker.ask("GET", f"/phone/api/photographs/{KEY}", session)
    assert asked.said == last.said


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"part_sha256": "0" * 64}, 422),
        ({"upload_sha256": "no sum"}, 400),
        ({"upload_offset": "-1"}, 400),
        ({"upload_length": "many"}, 400),
        ({"upload_offset": "5000"}, 409),
    ],
)
def test_a_part_that_cannot_be_right_is_refused_and_nothing_is_kept(
    asker: Asker, session: str, service: Service, changed: dict[str, str], status: int
) -> None:
    assert put(asker, session, b"bytes", **changed).status == status
    assert service.held == {}


def test_a_part_that_is_too_large_is_not_read_to_its_end(asker: Asker, session: str) -> None:
    assert put(asker, session, bytes((1 << 20) + 1)).status == 413


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ServerUnreachable("private"), 502),
        (Overloaded("private"), 503),
        (PhotographTooLarge("private"), 413),
    ],
)
def test_what_the_service_refuses_is_told_in_its_public_words(
    asker: Asker, session: str, service: Service, error: Exception, status: int
) -> None:
    service.error = error

    answer = put(asker, session, b"bytes")

    assert answer.status == status
    assert "private" not in str(answer.said)
    assert answer.said["error"]


def test_one_phone_cannot_name_a_photograph_of_another(
    asker: Asker, session: str, desk: Desk
) -> None:
    put(asker, session, b"bytes")
    other = asker.ask("POST", "/phone/api/open", desk.invite("en")).said["session"]

    asked = asker.ask("GET", f"/phone/api/photographs/{KEY}", other)

    assert asked.said == {"received": 0, "complete": False}


def test_an_exam_runs_once_however_often_it_is_asked_for(
    asker: Asker, session: str, service: Service
) -> None:
    put(asker, session, photograph_jpeg())
    for _ in range(3):
        assert asker.ask("POST", "/phone/api/exam", session, wanted(age=61, sex="F")).status == 202

    (exam,) = service.asked
    assert (exam.person.age_years, exam.person.sex.value) == (61, "F")
    assert service.how["idempotency_key"] == "e" * 32
    assert service.how["upload_keys"] == tuple(service.held)
    other = asker.ask("POST", "/phone/api/exam", session, wanted(key="f" * 32))
    assert other.status == 409


def test_the_result_comes_in_words(asker: Asker, session: str, desk: Desk) -> None:
    put(asker, session, photograph_jpeg())
    asker.ask("POST", "/phone/api/exam", session, wanted())
    exam = desk.phone(session).exam
    assert exam is not None
    assert exam.run.wait(30.0)

    told = asker.ask("GET", "/phone/api/exam", session).said

    assert told["finished"]
    assert "Photograph the other eye too" in told["html"]


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"[]",
        wanted(photographs=[]),
        wanted(key="../etc"),
        wanted(age=400),
        wanted(sex="X"),
        wanted(photographs=[{"key": KEY, "name": "a", "eye": "third"}]),
        wanted(photographs=[{"key": KEY, "name": "a", "eye": "OD"}] * 17),
    ],
)
def test_an_exam_that_no_page_of_ours_asks_for_is_refused(
    asker: Asker, session: str, service: Service, body: bytes
) -> None:
    assert asker.ask("POST", "/phone/api/exam", session, body).status == 400
    assert service.asked == []


def test_an_exam_waits_until_all_has_arrived(asker: Asker, session: str, service: Service) -> None:
    put(asker, session, b"half", whole=b"halfhalf")

    assert asker.ask("POST", "/phone/api/exam", session, wanted()).status == 409
    assert service.asked == []


@pytest.mark.parametrize("path", ["photographs/" + KEY, "exam"])
def test_without_a_session_nothing_is_answered(asker: Asker, path: str) -> None:
    assert asker.ask("GET", f"/phone/api/{path}", "guessed").status == 403


def test_nothing_of_an_answer_is_kept_on_the_way(asker: Asker, session: str) -> None:
    headers = asker.ask("GET", "/phone/api/exam", session).headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_a_token_lets_one_phone_in_again_when_its_answer_was_lost_and_no_other(desk: Desk) -> None:
    token = desk.invite("zh")
    assert desk.state(token) == "waiting"
    phone = desk.open(token, NAME)

    assert desk.open(token, NAME) is phone
    assert phone.language == "zh"
    assert desk.state(token) == "opened"
    with pytest.raises(Refused, match="used"):
        desk.open(token, "another-phone-here")


def test_a_token_and_a_phone_end_in_time() -> None:
    clock = [0.0]
    desk = Desk(lambda: clock[0])
    late = desk.invite("en")
    phone = desk.open(desk.invite("en"), NAME)

    clock[0] = INVITED_S + 1
    with pytest.raises(Refused, match="expired"):
        desk.open(late, NAME)
    assert desk.phone(phone.session) is phone

    clock[0] = OPEN_S + 1
    with pytest.raises(Refused, match="expired"):
        desk.phone(phone.session)


def test_there_are_only_so_many_codes_at_a_time(desk: Desk) -> None:
    for _ in range(MAX_PHONES):
        desk.invite("en")

    with pytest.raises(Refused, match="too_many"):
        desk.invite("en")
