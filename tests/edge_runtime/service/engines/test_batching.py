"""A model is batched only where company changes no bit of an answer, and only where it pays."""

from __future__ import annotations

import numpy as np

from edge_runtime.domain import Tensors
from edge_runtime.service.engines import batching
from edge_runtime.service.engines.batching import LARGE_ITEM_BYTES, Trial
from tests.edge_runtime.service.engines.counting_engine import CountingEngine

SAMPLES: list[Tensors] = [{"x": np.full((1, 2), n, np.float32)} for n in (1, 2)]


class Timed(CountingEngine):
    """Its runs take the time that a test says, on a clock of its own."""

    run_s, item_s = 0.0, 0.0

    def __init__(self, name: str = "onnxruntime-cpu") -> None:
        super().__init__(name)
        self.clock_s = 0.0

    def run(self, inputs: Tensors) -> Tensors:
        self.clock_s += self.run_s + self.item_s * len(inputs["x"])
        return super().run(inputs)


class SlowToStart(Timed):
    """Each run costs a millisecond, however many items it has."""

    run_s = 0.001


class SlowPerItem(Timed):
    item_s = 0.001


def tried(engine: Timed, samples: list[Tensors], max_batch_size: int) -> Trial:
    return batching.tried(engine, samples, max_batch_size, lambda: engine.clock_s)


class ChangedByCompany(SlowToStart):
    """As a matrix product may be, whose kernel depends on the number of rows."""

    def run(self, inputs: Tensors) -> Tensors:
        outputs = super().run(inputs)
        if len(inputs["x"]) >= 3:
            outputs["y"] = np.nextafter(outputs["y"], np.float32(np.inf))
        return outputs


def test_a_model_whose_runs_cost_more_than_their_items_is_batched() -> None:
    assert tried(SlowToStart(), SAMPLES, 4).batch_size == 4


def test_a_model_that_gains_nothing_is_not() -> None:
    assert tried(SlowPerItem(), SAMPLES, 4).batch_size == 1


def test_a_model_whose_answers_depend_on_company_is_not() -> None:
    assert tried(ChangedByCompany(), SAMPLES, 4).batch_size == 1
    assert tried(ChangedByCompany(), SAMPLES, 2).batch_size == 2


def test_large_pictures_are_not_even_tried_on_processors() -> None:
    columns = LARGE_ITEM_BYTES // 4 + 1
    samples: list[Tensors] = [{"x": np.full((1, columns), n, np.float32)} for n in (1, 2)]
    on_cpu, on_gpu = SlowToStart(), SlowToStart("tensorrt")

    assert tried(on_cpu, samples, 4).batch_size == 1
    assert tried(on_cpu, samples, 4) == Trial(1, False)
    assert on_cpu.runs == []
    assert tried(on_gpu, samples, 4).batch_size == 4


def test_without_two_samples_nothing_is_proved() -> None:
    assert tried(SlowToStart(), SAMPLES[:1], 4).batch_size == 1
    assert tried(SlowToStart(), SAMPLES, 1).batch_size == 1


def test_a_model_is_quick_when_its_run_is_shorter_than_waking_a_thread() -> None:
    assert tried(Timed(), SAMPLES, 1).quick
    assert not tried(SlowToStart(), SAMPLES, 1).quick
    assert not tried(Timed(), [], 1).quick
