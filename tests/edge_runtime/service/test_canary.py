"""A string planted wherever a caller can put one is in no log, metric, error or left file.

The server is the real program with the real pipeline, in folders of its own.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from PIL import Image

from edge_runtime.domain import Eye
from edge_runtime.errors import ForeseyeError
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.client import ExamDone, ExamStream, ScreeningClient
from edge_runtime.wire.open_inference import message
from edge_runtime.wire.screening_pb2_grpc import ScreeningStub
from tests.edge_runtime.cli.command_line import sample_eye
from tests.edge_runtime.cli.test_serve import json_from

CANARY = "Kanarienvogel"
METADATA = (("x-patient", CANARY), ("authorization", f"Bearer {CANARY}"), ("user-agent", CANARY))
START_S = 120.0

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Program:
    """A server that runs, and where it may leave things."""

    address: str
    metrics: str
    process: subprocess.Popen[str]


@contextmanager
def program(folder: Path) -> Iterator[Program]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }
    options = ["--address", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--open-inference", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.edge_runtime.service.serve_real", *options],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            ready = json_from(process)
            yield Program(str(ready["address"]), str(ready["metrics"]), process)
        finally:
            process.kill()


def with_exif() -> bytes:
    """A drawn eye whose EXIF, comment and further segments name somebody."""
    picture = Image.open(io.BytesIO(sample_eye(Eye.OD)))
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x9286] = CANARY
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=92, exif=exif, comment=CANARY.encode())
    return file.getvalue()


def requests() -> Iterator[pb.ScreenRequest]:
    """One exam that is read, then one for each way that it may be refused."""
    person = pb.Person(person_id=CANARY, age_years=61.0)
    eye = pb.PhotographUpload(name=f"{CANARY}/{CANARY}.jpg", content=with_exif())
    torn = pb.PhotographUpload(name=f"{CANARY}.jpg", content=with_exif()[:9000])
    text = pb.PhotographUpload(name=CANARY, content=CANARY.encode() * 10)
    yield pb.ScreenRequest(
        exam_id=CANARY, person=person, photographs=[eye, torn, text], idempotency_key=CANARY * 2
    )
    yield pb.ScreenRequest(exam_id=f"../{CANARY}", photographs=[text])
    yield pb.ScreenRequest(photographs=[pb.PhotographUpload(name=CANARY * 40, content=b"1")])
    yield pb.ScreenRequest(photographs=[pb.PhotographUpload(name=CANARY, upload_key=CANARY * 2)])
    yield pb.ScreenRequest(photographs=[text], idempotency_key=CANARY)
    for covariates in ({CANARY: 1.0}, {f"sbp_mmhg {CANARY}": 150.0}):
        yield pb.ScreenRequest(photographs=[text], person=pb.Person(covariates=covariates))


def errors_of(stub: Any) -> list[str]:
    """Return all that the callers are told in errors."""
    told = []
    for request in requests():
        try:
            for event in ExamStream(stub.Screen(request, metadata=METADATA)):
                if isinstance(event, ExamDone):
                    told += [refused.reason for refused in event.record.refused]
        except ForeseyeError as error:
            told += [error.public_message, str(error)]
    chunk = pb.UploadChunk(upload_key=f"{CANARY} {CANARY}", total_bytes=1, sha256=CANARY)
    for call in (
        lambda: stub.Upload(iter([chunk]), metadata=METADATA),
        lambda: stub.UploadProgress(pb.UploadProgressRequest(upload_key=CANARY)),
    ):
        try:
            call()
        except grpc.RpcError as error:
            told += [error.details(), str(error.trailing_metadata())]
    return told


def infer(channel: Any) -> None:
    """Send the bare models what names somebody, where a stock client may put it."""
    request = message("ModelInferRequest")(model_name="findings", id=CANARY)
    request.inputs.add(name=CANARY, datatype="UINT8", shape=[1])
    request.parameters[CANARY].string_param = CANARY
    call = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
    with pytest.raises(grpc.RpcError):
        call(request.SerializeToString(), metadata=METADATA)


def test_nothing_of_a_patient_is_left_behind(tmp_path: Path) -> None:
    with program(tmp_path) as running, grpc.insecure_channel(running.address) as channel:
        told = errors_of(ScreeningStub(channel))  # type: ignore[no-untyped-call]
        infer(channel)
        with ScreeningClient(running.address) as client:
            assert client.is_ready()
        with urllib.request.urlopen(f"http://{running.metrics}/metrics") as page:
            metrics = page.read().decode()
        running.process.send_signal(signal.SIGTERM)
        out, logged = running.process.communicate(timeout=START_S)

    assert running.process.returncode == 0
    assert len(told) >= 10
    assert not [text for text in told if CANARY in text]
    assert "foreseye_exams_ended_total" in metrics
    assert CANARY not in metrics
    assert "refused" in logged
    assert CANARY not in out + logged
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [
        path for path in left if CANARY in str(path) or CANARY.encode() in path.read_bytes()
    ]
