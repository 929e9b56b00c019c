"""The client's module by itself: the one door for the screens, and a light one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from edge_runtime.errors import ServerFailed
from edge_runtime.wire import client, records
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import ExamStream

HEAVY = ("onnxruntime", "cv2", "skimage", "PIL", "pyarrow", "torch", "streamlit", "sqlalchemy")


def test_importing_the_client_loads_no_engine_and_no_picture_library() -> None:
    program = (
        "import sys, edge_runtime.wire.client\n"
        f"print([m for m in {HEAVY} if m in sys.modules])\n"
        "ours = [m for m in sys.modules if m.startswith('edge_runtime.')]\n"
        "far = ('pipeline', 'backends', 'bundle', 'fundus', 'service', 'models', 'stages')\n"
        "print([m for m in ours if m.split('.')[1] in far])\n"
    )

    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True
    )

    assert (told.stdout.split("\n")[:2], told.returncode) == (["[]", "[]"], 0), told.stderr


def test_every_event_and_what_it_holds_can_be_had_from_the_client() -> None:
    events = [name for name in vars(records) if name[0].isupper() and name != "ClientEvent"]

    assert [name for name in events if name not in client.__all__] == []
    assert [name for name in client.__all__ if not hasattr(client, name)] == []


def answers(*messages: pb.ScreenEvent) -> Any:
    class Call:
        def __iter__(self) -> Iterator[pb.ScreenEvent]:
            return self._messages

        _messages = iter(messages)

    return Call()


def test_a_stream_that_ends_before_the_exam_is_done_is_a_failure() -> None:
    stream = ExamStream(answers(pb.ScreenEvent(accepted=pb.Accepted(photographs=1))))
    next(stream)

    with pytest.raises(ServerFailed, match="before the exam was done"):
        next(stream)


def test_an_event_of_a_newer_server_is_passed_over() -> None:
    newer = pb.ScreenEvent(simulated_visit=pb.SimulatedVisit())
    unknown = pb.ScreenEvent()
    stream = ExamStream(answers(newer, unknown, pb.ScreenEvent(accepted=pb.Accepted())))

    assert isinstance(next(stream), records.Accepted)


@pytest.mark.parametrize(
    "message",
    [
        pb.ScreenEvent(done=pb.ExamDone(exam_json='{"patient": "Canary"}')),
        pb.ScreenEvent(photograph_done=pb.PhotographDone(result_json="Canary")),
        pb.ScreenEvent(quality=pb.QualityEvent(gradable=True, probability=0.5)),
        pb.ScreenEvent(
            quality=pb.QualityEvent(gradable=True, reason="Canary", evidence=pb.EVIDENCE_DRAWN)
        ),
    ],
)
def test_an_answer_that_breaks_its_contract_is_a_failure_and_is_not_quoted(
    message: pb.ScreenEvent,
) -> None:
    with pytest.raises(ServerFailed, match="the server's answer") as raised:
        next(ExamStream(answers(message)))

    assert "Canary" not in str(raised.value)
