"""One process of the local engine: opens the bundle once, then screens the shards it is given.

    python -m edge_runtime.batch.engines.worker DESCRIPTOR

The descriptor is one end of a connection. The plan comes first and is answered with `Ready`; then
tasks come, each answered with `ExamBegun` and `ExamFinished` for its exams and `ScreenedShard` at
its end; None ends the process. It dies with its parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from dataclasses import replace
from multiprocessing.connection import Connection

import cv2

from edge_runtime.batch.engines.messages import ExamBegun, Memory, Ready
from edge_runtime.batch.engines.refused import Refused
from edge_runtime.batch.plan import ShardTask, WorkPlan
from edge_runtime.batch.screening import ShardScreening, shard_screening
from edge_runtime.errors import ForeseyeError
from edge_runtime.memory import peak_memory_mb
from edge_runtime.pipeline import Pipeline

PR_SET_PDEATHSIG = 1


class Answers:
    """What the parent is told, from any thread, a message at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()

    def send(self, message: object) -> None:
        """Send a message whole."""
        with self._lock:
            self._connection.send(message)


def main(descriptor: int) -> None:
    """Serve one parent until it says no more or is gone."""
    die_with_the_parent()
    connection = Connection(descriptor)
    answers = Answers(connection)
    plan = connection.recv()
    assert isinstance(plan, WorkPlan)
    cv2.setNumThreads(plan.settings.thread_count)
    try:
        pipeline = Pipeline.open(plan.settings)
        with shard_screening(plan, pipeline) as core:
            answers.send(Ready(core.facts))
            while (task := connection.recv()) is not None:
                _screen(core, task, answers)
    except ForeseyeError as error:
        answers.send(Refused.of(error))
    except (EOFError, BrokenPipeError):  # the parent is gone
        return


def _screen(core: ShardScreening, task: ShardTask, answers: Answers) -> None:
    steps = core.screen(task, lambda place: answers.send(ExamBegun(place)))
    while True:
        try:
            answers.send(next(steps))
        except StopIteration as ended:
            answers.send(Memory(peak_memory_mb()))
            answers.send(ended.value)
            return


def die_with_the_parent() -> None:
    """Have the kernel end this process when its parent's does, even by SIGKILL."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:  # it was gone before we asked
        sys.exit(1)


def with_threads(plan: WorkPlan, num_processes: int, processors: int) -> WorkPlan:
    """Return the plan of one of several processes: its share of the processors for the models."""
    share = max(1, processors // num_processes)
    settings = replace(plan.settings, threads=plan.settings.threads or share)
    return replace(plan, settings=settings)


if __name__ == "__main__":
    main(int(sys.argv[1]))
