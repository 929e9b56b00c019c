"""Chooses and opens an engine for a model. The only place that imports engines, and lazily."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import get_args

from edge_runtime.backends.base import Backend
from edge_runtime.contracts.bundle import Precision
from edge_runtime.errors import BackendUnavailable, SettingsError

RUNS: dict[str, tuple[Precision, ...]] = {
    "onnxruntime-cpu": ("int8-cpu", "fp32"),
}
"""Engines that foreseye knows, and the precisions that each runs. On a plain processor fp16 would
be cast to fp32 and back at every step, slower than fp32 itself."""

_NEEDS = {"onnxruntime-cpu": "onnxruntime"}
"""The Python module of each engine."""


def engine_of(order: Sequence[str]) -> str:
    """Return the first engine of `order` that is on this machine.

    What the order does not list is never used. Raises SettingsError for an engine that is not
    known, BackendUnavailable when none of those listed is here.
    """
    unknown = sorted(set(order) - set(RUNS))
    if unknown or not order:
        raise SettingsError(f"unknown engines {unknown}; known: {', '.join(RUNS)}")
    for name in order:
        if find_spec(_NEEDS[name]) is not None:
            return name
    raise BackendUnavailable(
        f"none of {', '.join(order)} is installed; for onnxruntime-cpu: pip install 'foreseye[cpu]'"
    )


def precisions_of(order: Sequence[str], engine: str) -> list[Precision]:
    """Return those precisions of `order` that the engine runs, in that order.

    Raises SettingsError for a precision that is not known, or when the engine runs none of them.
    """
    unknown = sorted(set(order) - set(get_args(Precision)))
    if unknown:
        known = ", ".join(get_args(Precision))
        raise SettingsError(f"unknown precisions {unknown}; known: {known}")
    run = [precision for precision in order if precision in RUNS[engine]]
    if not run:
        raise SettingsError(f"{engine} runs {', '.join(RUNS[engine])}, not {', '.join(order)}")
    return run


def open_backend(graph: bytes, engine: str, threads: int) -> Backend:
    """Return an engine with the graph loaded.

    Raises InferenceFailed when the engine refuses the graph: that is a fault, not a reason to try
    the next.
    """
    assert engine == "onnxruntime-cpu", "engine_of knows no other"
    from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu

    return OnnxRuntimeCpu(graph, threads)
