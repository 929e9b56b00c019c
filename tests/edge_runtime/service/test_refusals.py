"""What is refused, with which status, and that nothing private leaves the server."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from dataclasses import replace

import grpc
import pytest

from edge_runtime.domain import Person, PhotographFile
from edge_runtime.errors import (
    ArchiveEntryRefused,
    ForeseyeError,
    InferenceFailed,
    InvalidField,
    ManifestError,
    NotInBundle,
    Overloaded,
    PhotographTooLarge,
    QuotaExceeded,
    RequestTooLarge,
    ServerFailed,
    ServerUnreachable,
)
from edge_runtime.records.errors import WrongState
from edge_runtime.service.refusals import blotter, ending_when_nobody_listens
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import ExamStream, ScreeningClient
from edge_runtime.wire.screening_pb2_grpc import ScreeningStub
from edge_runtime.wire.status import STATUS_OF
from tests.edge_runtime.service.held_screener import HeldScreener, an_exam
from tests.edge_runtime.service.live_server import LiveServer, live_server

AN_EYE = pb.PhotographUpload(name="eye.jpg", content=b"1")

INVALID = {
    "photographs": pb.ScreenRequest(),
    "exam_id": pb.ScreenRequest(exam_id="../x", photographs=[AN_EYE]),
    "picture_side_px": pb.ScreenRequest(photographs=[AN_EYE], picture_side_px=255),
    "photographs[1].content": pb.ScreenRequest(
        photographs=[AN_EYE, pb.PhotographUpload(name="empty.jpg")]
    ),
    "photographs[0].name": pb.ScreenRequest(
        photographs=[pb.PhotographUpload(name="a" * 256, content=b"1")]
    ),
    "photographs[0].eye": pb.ScreenRequest(
        photographs=[pb.PhotographUpload(name="a", content=b"1", eye=7)]  # type: ignore[arg-type]
    ),
    "person.person_id": pb.ScreenRequest(photographs=[AN_EYE], person=pb.Person(person_id="")),
    "person.age_years": pb.ScreenRequest(photographs=[AN_EYE], person=pb.Person(age_years=121.0)),
    "person.sex": pb.ScreenRequest(
        photographs=[AN_EYE],
        person=pb.Person(sex=9),  # type: ignore[arg-type]
    ),
    "person.covariates": pb.ScreenRequest(
        photographs=[AN_EYE], person=pb.Person(covariates={"shoe_size": 44.0})
    ),
    "person.covariates[sbp_mmhg]": pb.ScreenRequest(
        photographs=[AN_EYE], person=pb.Person(covariates={"sbp_mmhg": math.inf})
    ),
    "person.covariates[hba1c_percent]": pb.ScreenRequest(
        photographs=[AN_EYE], person=pb.Person(covariates={"hba1c_percent": 48.0})
    ),
}


def raised_by(client: ScreeningClient, request: pb.ScreenRequest) -> ForeseyeError:
    with pytest.raises(ForeseyeError) as raised:
        list(ExamStream(client._stub.Screen(request)))
    return raised.value


@pytest.mark.parametrize("field", INVALID)
def test_a_field_out_of_range_is_named(client: ScreeningClient, field: str) -> None:
    error = raised_by(client, INVALID[field])

    assert isinstance(error, InvalidField)
    assert error.field == field
    assert error.public_message.startswith(f"{field}: ")


def test_the_status_of_a_field_out_of_range_is_invalid_argument(live: LiveServer) -> None:
    with grpc.insecure_channel(live.address) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            list(ScreeningStub(channel).Screen(INVALID["exam_id"]))

        assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert ("foreseye-field", "exam_id") in tuple(raised.value.trailing_metadata())


def test_more_photographs_than_an_exam_may_have_are_refused(client: ScreeningClient) -> None:
    with pytest.raises(InvalidField, match="photographs: needs 1 to 16"):
        list(client.screen(an_exam(*[b"1"] * 17)))


def test_a_photograph_over_the_limit_is_refused_by_its_place(screener: HeldScreener) -> None:
    settings = replace(Settings(), max_photograph_bytes=10)
    with live_server(screener, settings) as live, ScreeningClient(live.address) as client:
        with pytest.raises(PhotographTooLarge) as raised:
            list(client.screen(an_exam(b"1", b"12345678901")))

        assert "photographs[1] is too large" in raised.value.public_message
    assert screener.exams == []


def test_a_request_over_the_limit_is_refused_unread(screener: HeldScreener) -> None:
    settings = replace(Settings(), max_request_bytes=10_000)
    with live_server(screener, settings) as live, ScreeningClient(live.address) as client:
        with pytest.raises(RequestTooLarge):
            list(client.screen(an_exam(b"1" * 20_000)))

        list(client.screen(an_exam(b"1")))


def errors_to_raise() -> list[ForeseyeError]:
    special = {
        InvalidField: InvalidField("person.age_years", "must be 0 to 120"),
        Overloaded: Overloaded("private", retry_after_ms=1234),
        QuotaExceeded: QuotaExceeded("private", retry_after_ms=1234),
        WrongState: WrongState("The exam is signed."),
        ArchiveEntryRefused: ArchiveEntryRefused("it is encrypted"),
        ManifestError: ManifestError("/private/manifest.csv", 3, "age_years", "private"),
    }
    return [special.get(kind) or kind("private") for kind in STATUS_OF]


@pytest.mark.parametrize("error", errors_to_raise(), ids=lambda error: type(error).__name__)
def test_each_error_is_raised_again_by_the_client(
    client: ScreeningClient, screener: HeldScreener, error: ForeseyeError
) -> None:
    screener.error = error

    with pytest.raises(ForeseyeError) as raised:
        list(client.screen(an_exam()))

    again = raised.value
    assert type(again) is type(error)
    assert again.public_message == error.public_message
    assert "private" not in str(again) + again.public_message or isinstance(error, InvalidField)
    for attribute in ("field", "reason", "retry_after_ms"):
        if not isinstance(error, ManifestError):
            assert getattr(again, attribute, None) == getattr(error, attribute, None)


@pytest.mark.parametrize("kind", STATUS_OF)
def test_each_error_has_its_status_on_the_wire(
    live: LiveServer, screener: HeldScreener, kind: type[ForeseyeError]
) -> None:
    (screener.error,) = (error for error in errors_to_raise() if type(error) is kind)

    with grpc.insecure_channel(live.address) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            list(ScreeningStub(channel).Screen(pb.ScreenRequest(photographs=[AN_EYE])))

        assert raised.value.code() is STATUS_OF[kind]


def test_what_was_not_foreseen_gets_a_ticket_that_finds_it_in_the_log(
    client: ScreeningClient, screener: HeldScreener, caplog: pytest.LogCaptureFixture
) -> None:
    screener.error = RuntimeError("a pointer to nowhere")

    with pytest.raises(ServerFailed) as raised:
        list(client.screen(an_exam()))

    ticket = re.search(r"Quote ticket ([0-9a-f]{8}) to support", raised.value.public_message)
    assert ticket
    assert f"ticket {ticket[1]}" in caplog.text
    assert "a pointer to nowhere" in caplog.text
    assert "pointer" not in raised.value.public_message


def test_a_branch_of_the_error_tree_counts_as_not_foreseen(
    client: ScreeningClient, screener: HeldScreener
) -> None:
    screener.error = ForeseyeError("nobody raises a branch")

    with pytest.raises(ServerFailed, match="ticket"):
        list(client.screen(an_exam()))


CANARY = "Canary-Bird"


@pytest.mark.parametrize("kind", [RuntimeError, InferenceFailed])
def test_names_and_ids_of_patients_reach_neither_the_log_nor_the_status(
    client: ScreeningClient,
    screener: HeldScreener,
    caplog: pytest.LogCaptureFixture,
    kind: type[Exception],
) -> None:
    caplog.set_level(logging.DEBUG)
    file = PhotographFile(f"{CANARY} 1961.jpg", b"1", None)
    exam = replace(an_exam(exam_id=CANARY, person=Person(CANARY)), photographs=(file,))
    screener.error = kind(f"/tmp/x/{CANARY} 1961.png of {CANARY} ({CANARY} 1961.jpg) is odd")

    with pytest.raises(ForeseyeError) as raised:
        list(client.screen(exam))

    assert "is odd" in caplog.text
    assert CANARY not in caplog.text
    assert CANARY not in str(raised.value) + raised.value.public_message


@pytest.mark.parametrize("field", INVALID)
def test_a_refused_request_is_not_quoted(
    client: ScreeningClient, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    caplog.set_level(logging.DEBUG)

    error = raised_by(client, INVALID[field])

    # gRPC's own lines hold addresses of objects, in which any three digits may stand.
    said = [r.getMessage() for r in caplog.records if not r.name.startswith("grpc")]
    quoted = "\n".join([*said, str(error)])
    assert not any(text in quoted for text in ("../x", "121", "48.0", "shoe", "a" * 256))


def test_a_blotter_takes_whole_words_only() -> None:
    blotted = blotter(["a.jpg", "p1"])

    assert blotted("a.jpg and a.png of p1, p12 and camera") == (
        "[hidden] and [hidden].png of [hidden], p12 and camera"
    )


def test_simulated_visits_are_not_in_the_bundle(live: LiveServer) -> None:
    with grpc.insecure_channel(live.address) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            list(ScreeningStub(channel).Simulate(pb.SimulateRequest()))

        assert raised.value.code() is grpc.StatusCode.NOT_FOUND
        assert ("foreseye-error", NotInBundle.__name__) in tuple(raised.value.trailing_metadata())


def test_a_server_that_is_down_is_said_to_be_so() -> None:
    with (
        ScreeningClient("localhost:1", timeout_s=2.0) as client,
        pytest.raises(ServerUnreachable),
    ):
        list(client.screen(an_exam(), timeout_s=5.0))


def test_a_call_that_nobody_listens_to_any_more_ends_quietly() -> None:
    with pytest.raises(asyncio.CancelledError), ending_when_nobody_listens("Screen"):
        raise grpc.aio.InternalError("failed to send")
