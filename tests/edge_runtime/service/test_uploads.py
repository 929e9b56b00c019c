"""Photographs in chunks over a real socket: nothing lost, nothing doubled, nothing shared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.domain import Exam, PhotographFile
from edge_runtime.errors import InvalidField, Overloaded, PhotographTooLarge
from edge_runtime.service import uploads
from edge_runtime.service.uploads import ArrivingFile, Uploads
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import ExamDone, ScreeningClient
from edge_runtime.wire.screening_pb2_grpc import ScreeningStub
from edge_runtime.wire.uploading import chunks
from tests.edge_runtime.service.held_screener import PATIENCE_S, HeldScreener
from tests.edge_runtime.service.live_server import LiveServer, live_server

KEY = "a-random-key-of-a-phone"
CONTENT = bytes(range(256)) * 2000  # 512,000 bytes, four chunks


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def stub(live: LiveServer) -> Iterator[Any]:
    with grpc.insecure_channel(live.address) as channel:
        yield ScreeningStub(channel)  # type: ignore[no-untyped-call]


def received(stub: Any, key: str = KEY) -> int:
    return int(stub.UploadProgress(pb.UploadProgressRequest(upload_key=key)).received_bytes)


def breaking_off(stub: Any, after: int) -> None:
    """Send an upload's first chunks, then lose the connection."""

    def some() -> Iterator[pb.UploadChunk]:
        for number, chunk in enumerate(chunks(KEY, CONTENT)):
            if number > after:
                while received(stub) < after * 128 * 1024:
                    pass
                call.cancel()
                return
            yield chunk

    call = stub.Upload.future(some())
    with pytest.raises((grpc.RpcError, grpc.FutureCancelledError)):
        call.result(PATIENCE_S)


def test_an_uploaded_photograph_reaches_the_pipeline_byte_for_byte(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    exam = Exam("exam-1", (PhotographFile("a.jpg", b""), PhotographFile("b.jpg", b"sent along")))

    client.upload(CONTENT, KEY)
    events = list(client.screen(exam, upload_keys=[KEY]))

    assert isinstance(events[-1], ExamDone)
    assert [file.content for file in screener.exams[0].photographs] == [CONTENT, b"sent along"]


def test_an_upload_that_broke_off_goes_on_where_it_stopped(
    stub: Any, client: ScreeningClient, screener: HeldScreener
) -> None:
    breaking_off(stub, after=2)
    arrived = received(stub)
    assert 0 < arrived < len(CONTENT)
    sent = sum(len(chunk.content) for chunk in chunks(KEY, CONTENT, arrived))
    assert sent == len(CONTENT) - arrived

    client.upload(CONTENT, KEY)

    assert received(stub) == len(CONTENT)
    list(client.screen(Exam("exam-1", (PhotographFile("a.jpg", b""),)), upload_keys=[KEY]))
    assert [exam.photographs[0].content for exam in screener.exams] == [CONTENT]


def test_sending_a_complete_upload_again_changes_nothing(
    stub: Any, client: ScreeningClient
) -> None:
    client.upload(CONTENT, KEY)
    client.upload(CONTENT, KEY)

    reply = stub.Upload(chunks(KEY, CONTENT))  # from byte 0, as one who never asked would

    assert (reply.received_bytes, reply.complete) == (len(CONTENT), True)


@given(cuts=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=20))
def test_chunks_that_overlap_in_any_way_give_the_file(cuts: list[tuple[int, int]]) -> None:
    content = bytes(range(100))
    file = ArrivingFile(100, sha256(content))

    for start, end in [*cuts, (file.received_bytes, 100)]:
        if start <= file.received_bytes:
            file.add(start, content[start : max(start, end)])
    file.add(file.received_bytes, content[file.received_bytes :])
    file.finish()

    assert file.complete
    assert bytes(file.content) == content


@pytest.mark.parametrize(
    ("field", "chunk"),
    [
        ("upload_key", {"upload_key": "short"}),
        ("upload_key", {"upload_key": "../" * 10}),
        ("total_bytes", {"total_bytes": 0}),
        ("sha256", {"sha256": "not a hash"}),
        ("offset", {"offset": 1}),
        ("content", {"content": CONTENT[:101]}),
    ],
)
def test_a_chunk_that_cannot_be_is_refused_by_its_field(
    stub: Any, field: str, chunk: dict[str, Any]
) -> None:
    whole = {
        "upload_key": KEY,
        "total_bytes": 100,
        "sha256": sha256(CONTENT[:100]),
        "content": b"",
        **chunk,
    }

    with pytest.raises(grpc.RpcError) as raised:
        stub.Upload(iter([pb.UploadChunk(**whole)]))

    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert ("foreseye-field", field) in tuple(raised.value.trailing_metadata())


def test_an_upload_without_a_chunk_is_refused(stub: Any) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        stub.Upload(iter([]))

    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_file_with_another_hash_than_promised_begins_again(stub: Any) -> None:
    torn = pb.UploadChunk(
        upload_key=KEY, total_bytes=3, sha256=sha256(b"abc"), content=b"abd", offset=0
    )

    with pytest.raises(grpc.RpcError) as raised:
        stub.Upload(iter([torn]))

    assert ("foreseye-field", "sha256") in tuple(raised.value.trailing_metadata())
    assert received(stub) == 0
    assert stub.Upload(chunks(KEY, b"abc")).complete


def test_a_key_is_not_used_for_two_files(stub: Any) -> None:
    stub.Upload(chunks(KEY, b"abc"))

    with pytest.raises(grpc.RpcError) as raised:
        stub.Upload(chunks(KEY, b"abcd"))

    assert "that of another file" in raised.value.details()


def test_an_exam_cannot_name_an_upload_that_is_not_complete(
    stub: Any, client: ScreeningClient, screener: HeldScreener
) -> None:
    breaking_off(stub, after=1)
    exam = Exam("exam-1", (PhotographFile("a.jpg", b""),))

    for key in (KEY, "a-key-that-nobody-knows"):
        with pytest.raises(InvalidField) as raised:
            list(client.screen(exam, upload_keys=[key]))
        assert raised.value.field == "photographs[0].upload_key"
    assert screener.exams == []


def test_a_photograph_comes_in_one_way(stub: Any) -> None:
    both = pb.PhotographUpload(name="a.jpg", content=b"1", upload_key=KEY)

    with pytest.raises(grpc.RpcError) as raised:
        list(stub.Screen(pb.ScreenRequest(photographs=[both])))

    assert "given together" in raised.value.details()


def test_a_file_over_the_limit_is_refused_before_it_is_sent(screener: HeldScreener) -> None:
    settings = replace(Settings(), max_photograph_bytes=1000)
    with (
        live_server(screener, settings) as live,
        ScreeningClient(live.address) as client,
        pytest.raises(PhotographTooLarge),
    ):
        client.upload(CONTENT, KEY)


def test_another_clients_key_is_not_known() -> None:
    held = Uploads(1000, 1000)
    file = held.begin("host:1.1.1.1", KEY, 3, sha256(b"abc"))
    file.add(0, b"abc")
    file.finish()

    assert held.content("host:1.1.1.1", KEY, "upload_key") == b"abc"
    assert held.progress("host:2.2.2.2", KEY) is None
    with pytest.raises(InvalidField):
        held.content("host:2.2.2.2", KEY, "upload_key")


def test_what_was_begun_can_be_finished_and_what_does_not_fit_is_not_begun() -> None:
    held = Uploads(1000, 800)
    held.begin("a", KEY, 700, sha256(b""))

    with pytest.raises(Overloaded):
        held.begin("b", KEY, 400, sha256(b""))
    held.begin("b", KEY, 300, sha256(b""))


def test_one_client_cannot_take_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_OF_ONE_CLIENT", 2)
    held = Uploads(1000, 1000)
    for number in range(2):
        held.begin("a", f"{KEY}-{number}", 1, sha256(b""))

    with pytest.raises(Overloaded):
        held.begin("a", f"{KEY}-3", 1, sha256(b""))
    held.begin("b", KEY, 1, sha256(b""))


def test_an_upload_that_nobody_goes_on_with_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Uploads(1000, 1000)
    held.begin("a", KEY, 1000, sha256(b""))
    monkeypatch.setattr(uploads, "KEPT_S", 0.0)

    assert held.progress("a", KEY) is None
    held.begin("b", KEY, 1000, sha256(b""))
