"""Engines of one line of arithmetic, which a test can hold, count and break."""

from __future__ import annotations

import threading

import numpy as np

from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.domain import Tensors
from edge_runtime.models import LoadedModel
from edge_runtime.service.engines.job import Caller, Job
from edge_runtime.wire.urgency import Urgency
from tests.edge_runtime.service.held_screener import PATIENCE_S


class CountingEngine:
    """Doubles its input, and remembers each run's, and its thread."""

    def __init__(self, name: str = "onnxruntime-cpu") -> None:
        self.name = name
        self.runs: list[list[float]] = []
        self.threads: list[int] = []
        self.error: Exception | None = None
        self.begun = threading.Event()
        self._let: threading.Semaphore | None = None

    def hold(self) -> None:
        self._let = threading.Semaphore(0)

    def let(self, runs: int = 1000) -> None:
        if self._let is not None:
            self._let.release(runs)

    def run(self, inputs: Tensors) -> Tensors:
        self.runs.append(inputs["x"][:, 0].tolist())
        self.threads.append(threading.get_ident())
        self.begun.set()
        if self._let is not None:
            assert self._let.acquire(timeout=PATIENCE_S)
        if self.error is not None:
            raise self.error
        return {"y": inputs["x"] * 2}

    def close(self) -> None:
        """Hold nothing."""


def loaded(engine: CountingEngine, name: str = "a") -> LoadedModel:
    identity = ModelIdentity(backend=engine.name, precision="fp32")
    # The room never looks at a model's entry.
    return LoadedModel(name, None, identity, engine, threading.Lock())  # type: ignore[arg-type]


def a_job(*values: float, urgency: Urgency = Urgency.KIOSK, columns: int = 2) -> Job:
    inputs = {"x": np.asarray([[value] * columns for value in values], np.float32)}
    return Job(inputs, Caller(urgency))
