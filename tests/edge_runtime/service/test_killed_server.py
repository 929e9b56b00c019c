"""`kill -9` of the server at any moment: the caller goes on with the next one, and has one exam."""

from __future__ import annotations

import hashlib
import os
import random
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from edge_runtime.domain import Exam, Eye, Person, PhotographFile
from edge_runtime.wire.client import (
    ExamDone,
    InvalidField,
    Overloaded,
    PhotographDone,
    ScreeningClient,
    ServerUnreachable,
    UploadPart,
)
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.service.real_server import a_real_server, one_of_a_kind

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("SERVER_KILLS", "2"))
PART_BYTES = 16 * 1024
PATIENCE_S = 180.0


def upload(client: ScreeningClient, content: bytes, key: str) -> None:
    """Send what the server does not have yet, as slowly as a phone."""
    sha256 = hashlib.sha256(content).hexdigest()
    arrived = client.upload_progress(key)
    offset = arrived.received_bytes
    while not arrived.complete:
        part = content[offset : offset + PART_BYTES]
        arrived = client.upload_part(UploadPart(key, len(content), sha256, offset, part))
        offset = arrived.received_bytes
        time.sleep(0.01)


def an_exam_to_its_end(address: str, content: bytes, begun: Event) -> list[PhotographDone]:
    """Return what the exam found, begun again as often as the server died under it."""
    key, once = secrets.token_hex(16), secrets.token_hex(16)
    exam = Exam("e1", (PhotographFile("od.jpg", b"", Eye.OD),), Person())
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        try:
            with ScreeningClient(address) as client:
                begun.set()
                upload(client, content, key)
                events = list(client.screen(exam, idempotency_key=once, upload_keys=[key]))
            assert isinstance(events[-1], ExamDone)
            return [event for event in events if isinstance(event, PhotographDone)]
        except (ServerUnreachable, Overloaded):
            time.sleep(0.1)
        except InvalidField as error:
            if "upload" not in error.public_message:
                raise
            # The next server has never heard of the upload: it is sent again.
    pytest.fail("the exam never ended")


def test_an_exam_outlives_the_server() -> None:
    dice = random.Random(20261130)
    address = "127.0.0.1:0"
    with ThreadPoolExecutor(1) as callers:
        for _ in range(KILLS):
            content, begun = one_of_a_kind(sample_eye()), Event()
            with a_real_server(address=address) as (process, address):
                exam = callers.submit(an_exam_to_its_end, address, content, begun)
                assert begun.wait(PATIENCE_S)
                time.sleep(dice.uniform(0.0, 1.2))
                process.kill()
                process.wait()
            with a_real_server(address=address):
                [done] = exam.result()
            assert done.result.photograph.sha256 == hashlib.sha256(content).hexdigest()
