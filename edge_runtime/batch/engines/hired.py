"""The parent's side of one worker process: what it is at, and what it may have died of."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe

from edge_runtime.batch.engines.messages import ExamBegun, Memory
from edge_runtime.batch.engines.refused import Refused
from edge_runtime.batch.plan import ScreenedShard, ShardTask, WorkPlan
from edge_runtime.batch.screening import ExamFinished

SINGLE_THREADED = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""Each process has its share of the processors; no library in it may take them all."""


class HiredWorker:
    """One worker process. Ended by `end`, at the latest with this process."""

    def __init__(self, plan: WorkPlan) -> None:
        ours, theirs = Pipe()
        self.connection: Connection = ours
        self.task: ShardTask | None = None
        """The shard that it is at; None while it has none."""
        self.under_way: set[int] = set()
        """Places of the shard's exams that were begun and are not finished."""
        self.peak_memory_mb = 0.0
        self.last_sign = time.monotonic()
        """When it was given something or told something last."""
        with theirs:
            descriptor = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "edge_runtime.batch.engines.worker", str(descriptor)],
                stdin=subprocess.DEVNULL,
                pass_fds=[descriptor],
                # Ctrl-C is for the run, which ends us.
                start_new_session=True,
                env={**os.environ, **SINGLE_THREADED},
            )
        with suppress(BrokenPipeError):  # it died at once: noticed when its word is waited for
            self.connection.send(plan)

    def give(self, task: ShardTask) -> None:
        """Give it a shard."""
        self.task, self.under_way, self.last_sign = task, set(), time.monotonic()
        with suppress(BrokenPipeError):
            self.connection.send(task)

    def heard(self) -> object | None:
        """Return its next message; None when it died. Raises what it refused."""
        try:
            message: object = self.connection.recv()
        except (EOFError, OSError):
            return None
        self.last_sign = time.monotonic()
        if isinstance(message, Refused):
            raise message.as_error()
        if isinstance(message, ExamBegun):
            self.under_way.add(message.place)
        elif isinstance(message, ExamFinished):
            self.under_way.discard(message.place)
        elif isinstance(message, Memory):
            self.peak_memory_mb = message.peak_mb
        elif isinstance(message, ScreenedShard):
            self.task = None
        return message

    def end(self) -> str:
        """End the process, whatever it is at, and return how it ended, in words."""
        self._process.kill()
        code = self._process.wait()
        self.connection.close()
        return f"signal {-code}" if code < 0 else f"exit code {code}"
