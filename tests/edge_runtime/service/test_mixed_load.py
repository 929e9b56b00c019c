"""All kinds of callers at once on the real server: no answer is lost or another one's, none fails.

Seconds here; `make soak` runs it for half an hour and then holds the memory too.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import secrets
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import np_to_triton_dtype

from edge_runtime.domain import Exam, Eye, Person, PhotographFile, Tensors
from edge_runtime.service.generation import golden_inputs
from edge_runtime.wire.client import (
    Accepted,
    ExamDone,
    Overloaded,
    PhotographDone,
    PhotographRefused,
    ScreeningClient,
    UploadPart,
    Urgency,
)
from tests.edge_runtime.cli.command_line import opened_once, sample_eye
from tests.edge_runtime.service.real_server import a_real_server, one_of_a_kind
from tests.measure_drawing_memory import family, pss_mib

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("SOAK_SECONDS", "8"))
REPORT = os.environ.get("SOAK_REPORT", "")
SETTLED_S = 300.0
"""After so long memory must not grow any more."""
MAX_GROWTH = 0.05
PATIENCE_S = 120.0
PART_BYTES = 64 * 1024


@dataclass
class Load:
    """What the callers share: when to stop, what they did, and what the right answers are."""

    address: str
    until: float
    done: Counter[str] = field(default_factory=Counter)
    readings: dict[Eye, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def did(self, what: str) -> None:
        with self._lock:
            self.done[what] += 1

    def check_reading(self, eye: Eye, event: PhotographDone) -> None:
        """The same eye reads the same whoever asks: an answer of the other eye shows here."""
        told = json.loads(event.result.to_json())
        reading = json.dumps({key: told[key] for key in ("eye", "quality", "biomarkers")})
        with self._lock:
            assert self.readings.setdefault(eye, reading) == reading


def an_eye(eye: Eye, content: bytes) -> Exam:
    file = PhotographFile(f"{eye.value}.jpg", content, eye)
    return Exam(secrets.token_hex(8), (file,), Person(age_years=60.0))


def check_answer(load: Load, eye: Eye, exam: Exam, content: bytes, events: list[Any]) -> None:
    [done] = [event for event in events if isinstance(event, PhotographDone)]
    assert done.result.photograph.sha256 == hashlib.sha256(content).hexdigest()
    assert isinstance(events[0], Accepted)
    assert events[0].exam_id == exam.exam_id
    assert isinstance(events[-1], ExamDone)
    assert events[-1].record.exam_id == exam.exam_id
    load.check_reading(eye, done)


def at_the_kiosk(load: Load, client: ScreeningClient, dice: random.Random) -> None:
    eye = dice.choice([Eye.OD, Eye.OS])
    content = one_of_a_kind(sample_eye(eye))
    exam = an_eye(eye, content)
    with client.screen(exam, timeout_s=PATIENCE_S) as stream:
        check_answer(load, eye, exam, content, list(stream))


def with_a_phone(load: Load, client: ScreeningClient, dice: random.Random) -> None:
    """Send in parts; one in three breaks off, and nobody ever asks for it."""
    eye = dice.choice([Eye.OD, Eye.OS])
    content = one_of_a_kind(sample_eye(eye))
    key, sha256 = secrets.token_hex(16), hashlib.sha256(content).hexdigest()
    breaks_off = dice.random() < 1 / 3
    for offset in range(0, len(content) // (2 if breaks_off else 1), PART_BYTES):
        part = content[offset : offset + PART_BYTES]
        client.upload_part(UploadPart(key, len(content), sha256, offset, part))
    if breaks_off:
        load.did("uploads broken off")
        return
    exam = an_eye(eye, b"")
    asked: dict[str, Any] = {
        "urgency": Urgency.PHONE,
        "upload_keys": [key],
        "timeout_s": PATIENCE_S,
    }
    events = list(client.screen(exam, with_pictures=False, **asked))
    check_answer(load, eye, exam, content, events)


def that_leave(load: Load, client: ScreeningClient, dice: random.Random) -> None:
    del load
    with client.screen(an_eye(Eye.OD, sample_eye()), timeout_s=PATIENCE_S) as stream:
        for _ in range(dice.randint(1, 3)):
            next(stream)


def with_bad_bytes(load: Load, client: ScreeningClient, dice: random.Random) -> None:
    del load
    whole = sample_eye()
    content = dice.choice(
        [whole[: dice.randrange(3, len(whole) // 2)], secrets.token_bytes(50_000)]
    )
    events = list(client.screen(an_eye(Eye.OD, content), timeout_s=PATIENCE_S))
    assert [type(e) for e in events if isinstance(e, PhotographRefused)] == [PhotographRefused]
    assert isinstance(events[-1], ExamDone)


CALLERS: dict[str, Callable[[Load, ScreeningClient, random.Random], None]] = {
    "kiosk": at_the_kiosk,
    "phone": with_a_phone,
    "leaving": that_leave,
    "bad bytes": with_bad_bytes,
}


def call(load: Load, kind: str, seed: int) -> None:
    dice = random.Random(seed)
    with ScreeningClient(load.address) as client:
        while time.monotonic() < load.until or not load.done[kind]:
            try:
                CALLERS[kind](load, client, dice)
                load.did(kind)
            except Overloaded as error:
                load.did("told to come back")
                time.sleep(error.retry_after_ms / 1000)


def infer(load: Load) -> None:
    """A stock client asks for a bare model, and gets the same bits each time."""
    pipeline = opened_once()
    given: Tensors = golden_inputs(pipeline.bundle, "findings", pipeline.loaded["findings"].entry)[
        0
    ]
    expected: dict[str, Any] = {}
    with triton.InferenceServerClient(load.address) as client:
        names = [o["name"] for o in client.get_model_metadata("findings", as_json=True)["outputs"]]
        while time.monotonic() < load.until or not load.done["stock"]:
            inputs = []
            for name, array in given.items():
                kind = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
                kind.set_data_from_numpy(array)
                inputs.append(kind)
            answer = client.infer("findings", inputs, client_timeout=PATIENCE_S)
            for name in names:
                out = answer.as_numpy(name)
                assert np.array_equal(expected.setdefault(name, out), out)
            load.did("stock")
            time.sleep(0.2)


def memory_mib(pid: int) -> float:
    return sum(pss_mib(each) for each in family(pid))


def watched(process: subprocess.Popen[str], until: float) -> list[tuple[float, float]]:
    """Return seconds and PSS of the server and all its processes, until then."""
    began, samples = time.monotonic(), []
    while (now := time.monotonic()) < until:
        samples.append((now - began, memory_mib(process.pid)))
        time.sleep(1.0)
    return samples


def growth(samples: list[tuple[float, float]]) -> float | None:
    """Return by what share memory grew after it had settled; None for too short a run."""
    settled = [mib for at, mib in samples if SETTLED_S <= at < SETTLED_S + 60]
    last = [mib for at, mib in samples if at >= samples[-1][0] - 60]
    if samples[-1][0] < SETTLED_S + 120:
        return None
    return float(np.median(last) / np.median(settled) - 1.0)


def test_callers_of_all_kinds_get_their_own_answers_and_memory_stays() -> None:
    with a_real_server("--open-inference") as (process, address):
        load = Load(address, time.monotonic() + SECONDS)
        with ThreadPoolExecutor(len(CALLERS) + 3) as crowd:
            kinds = [*CALLERS, "kiosk"]
            calling = [crowd.submit(call, load, kind, n) for n, kind in enumerate(kinds)]
            calling.append(crowd.submit(infer, load))
            samples = watched(process, load.until)
            for each in calling:
                each.result()
        with ScreeningClient(address) as client:
            assert client.is_ready()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0

    assert all(load.done[kind] for kind in (*CALLERS, "stock"))
    grew = growth(samples)
    if REPORT:
        told = {"seconds": SECONDS, "done": load.done, "grew": grew, "pss_mib": samples[::60]}
        Path(REPORT).write_text(json.dumps(told, indent=1), encoding="utf-8")
    assert grew is None or grew < MAX_GROWTH
