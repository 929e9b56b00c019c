"""Several jobs in one run of the engine, and whether a model may be run so at all.

An answer must not depend on who else was asking. So a model is batched only where its golden
samples, run together, give bit for bit what they give alone, and only where that saves time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from edge_runtime.backends.base import Backend
from edge_runtime.domain import Tensors
from edge_runtime.service.engines.job import Answer, Job, TimesNs

LARGE_ITEM_BYTES = 128_000
"""On processors, items this large gain nothing from company: what batching saves is the cost of
starting a run. Measured on the reference bundle's models (0.8 and 1.5 MB an item): 0.9 to 1.2 times
the time an item in batches of 2 and 4. Not tried, so that a restart is ready sooner."""

WORTH_IT = 0.9
"""Two together must take at most this share of the time that they take apart."""

QUICK_S = 0.000_5
"""A run this short is made where it is asked for: waking another thread costs more."""

TRIALS = 3


def run_batch(backend: Backend, jobs: Sequence[Job], max_items: int) -> list[Answer]:
    """Return each job's own outputs, from one run.

    A job with more items than `max_items` comes alone and is run in parts: what a run costs in
    memory stays bounded. Raises InferenceFailed.
    """
    begun = time.monotonic_ns()
    inputs = jobs[0].inputs if len(jobs) == 1 else _joined([job.inputs for job in jobs])
    joined = time.monotonic_ns()
    outputs = _run_in_parts(backend, inputs, max_items)
    ran = time.monotonic_ns()
    parts = [outputs] if len(jobs) == 1 else _parted(outputs, [job.num_items for job in jobs])
    parted = time.monotonic_ns()
    return [
        Answer(
            part,
            TimesNs(
                queue=begun - job.arrived_ns,
                compute_input=joined - begun,
                compute_infer=ran - joined,
                compute_output=parted - ran,
            ),
        )
        for job, part in zip(jobs, parts, strict=True)
    ]


@dataclass(frozen=True)
class Trial:
    """What the golden samples showed of a model on its engine."""

    batch_size: int
    """Items that may share a run: changes no bit, and saves time."""
    quick: bool
    """A run takes less than handing it to another thread."""


Clock = Callable[[], float]
"""Seconds from some moment on."""


def tried(
    backend: Backend,
    samples: Sequence[Tensors],
    max_batch_size: int,
    clock: Clock = time.perf_counter,
) -> Trial:
    """Return whether a model may be batched, and whether it is quick.

    `samples` are inputs of one item each; with fewer than two nothing can be proved. Sizes between
    two and the largest are proved by the largest, filled with the samples in turn.
    """
    if not samples:
        return Trial(1, False)
    item_bytes = sum(array.nbytes for array in samples[0].values())
    if backend.name.endswith("cpu") and item_bytes > LARGE_ITEM_BYTES:
        return Trial(1, False)
    quick = _seconds(backend, samples[0], clock) < QUICK_S
    return Trial(_batch_size_that_pays(backend, samples, max_batch_size, clock), quick)


def _batch_size_that_pays(
    backend: Backend, samples: Sequence[Tensors], max_batch_size: int, clock: Clock
) -> int:
    if max_batch_size < 2 or len(samples) < 2:
        return 1
    alone = [backend.run(sample) for sample in samples]
    turns = [k % len(samples) for k in range(max_batch_size)]
    for size in range(2, max_batch_size + 1):
        together = backend.run(_joined([samples[k] for k in turns[:size]]))
        parts = _parted(together, [1] * size)
        if not all(_same(part, alone[k]) for part, k in zip(parts, turns, strict=False)):
            return 1
    joined = _joined([samples[k] for k in turns])
    apart_s = _seconds(backend, samples[0], clock) * max_batch_size
    return max_batch_size if _seconds(backend, joined, clock) <= WORTH_IT * apart_s else 1


def _run_in_parts(backend: Backend, inputs: Tensors, max_items: int) -> Tensors:
    num_items = next(iter(inputs.values())).shape[0]
    if num_items <= max_items:
        return backend.run(inputs)
    runs = [
        backend.run({name: array[start : start + max_items] for name, array in inputs.items()})
        for start in range(0, num_items, max_items)
    ]
    return _joined(runs)


def _seconds(backend: Backend, inputs: Tensors, clock: Clock) -> float:
    times = []
    for _ in range(TRIALS):
        started = clock()
        backend.run(inputs)
        times.append(clock() - started)
    return min(times)


def _same(part: Tensors, alone: Tensors) -> bool:
    return all(np.array_equal(part[name], alone[name], equal_nan=True) for name in alone)


def _joined(inputs: Sequence[Tensors]) -> Tensors:
    return {name: np.concatenate([each[name] for each in inputs]) for name in inputs[0]}


def _parted(outputs: Tensors, lengths: Sequence[int]) -> list[Tensors]:
    ends = np.cumsum(lengths)
    starts = ends - lengths
    return [
        {name: array[start:end] for name, array in outputs.items()}
        for start, end in zip(starts, ends, strict=True)
    ]
