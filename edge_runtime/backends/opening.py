"""Chooses and opens an engine for a model. The only place that imports engines, and lazily."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import get_args

from edge_runtime.backends.base import Backend
from edge_runtime.contracts.bundle import Precision
from edge_runtime.errors import BackendUnavailable, SettingsError

RUNS: dict[str, tuple[Precision, ...]] = {
    "onnxruntime-cpu": ("int8-cpu", "fp32"),
    "tensorrt": ("int8-trt", "fp16"),
}
"""Engines that foreseye knows, and the precisions that each runs. On a plain processor fp16 would
be cast to fp32 and back at every step, slower than fp32 itself; TensorRT reads the graphs whose
types are written for it."""

_NEEDS = {"onnxruntime-cpu": "onnxruntime", "tensorrt": "tensorrt"}
"""The Python module of each engine."""


@dataclass(frozen=True)
class EngineOptions:
    """What an engine needs to know beyond the graph."""

    threads: int
    precision: Precision
    engines: str
    """Folder of built engines."""
    workspace_mb: int
    largest_batch: int


def candidates(engines: Sequence[str], precisions: Sequence[str]) -> list[tuple[str, Precision]]:
    """Return what may run a model, in order: each engine that is here with each of its precisions.

    What the orders do not list is never used. Raises SettingsError for an engine or a precision
    that is not known or when no engine runs any of the precisions, BackendUnavailable when none of
    the engines is here.
    """
    _check_known(engines, tuple(RUNS), "engines")
    _check_known(precisions, get_args(Precision), "precisions")
    here = [name for name in engines if find_spec(_NEEDS[name]) is not None]
    if not here:
        raise BackendUnavailable(
            f"none of {', '.join(engines)} is installed; onnxruntime-cpu: "
            "pip install 'foreseye[cpu]'; tensorrt: the device's own packages (docs/jetson.md)"
        )
    found = [(name, p) for name in here for p in precisions if p in RUNS[name]]
    if not found:
        raise SettingsError(f"{', '.join(here)} runs none of {', '.join(precisions)}")
    return found


def _check_known(named: Sequence[str], known: Sequence[str], what: str) -> None:
    unknown = sorted(set(named) - set(known))
    if unknown or not named:
        raise SettingsError(f"unknown {what} {unknown}; known: {', '.join(known)}")


def open_backend(graph: bytes, engine: str, options: EngineOptions) -> Backend:
    """Return an engine with the graph loaded; TensorRT builds its engine when there is none yet.

    Raises InferenceFailed when the engine refuses the graph: that is a fault, not a reason to try
    the next. TensorRT raises EngineRefused, and SettingsError without a folder for its engines.
    """
    if engine == "tensorrt":
        from edge_runtime.backends.tensorrt_engine import opened_engine

        return opened_engine(graph, options)
    from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu

    return OnnxRuntimeCpu(graph, options.threads)
