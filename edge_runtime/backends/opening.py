"""Chooses and opens an engine for a model. The only place that imports engines, and lazily."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from edge_runtime.backends.base import Backend
from edge_runtime.errors import BackendUnavailable, SettingsError

ENGINES = ("onnxruntime-cpu",)
"""Engines that foreseye knows."""


def open_backend(graph: bytes, order: Sequence[str], threads: int) -> Backend:
    """Return the first engine of `order` that is on this machine, with the graph loaded.

    What the order does not list is never used. Raises SettingsError for an engine that is not
    known, BackendUnavailable when none of those listed is here, and InferenceFailed when the
    engine that is here refuses the graph: that is a fault, not a reason to try the next.
    """
    unknown = sorted(set(order) - set(ENGINES))
    if unknown or not order:
        raise SettingsError(f"unknown engines {unknown}; known: {', '.join(ENGINES)}")
    for name in order:
        if name == "onnxruntime-cpu" and find_spec("onnxruntime") is not None:
            from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu

            return OnnxRuntimeCpu(graph, threads)
    raise BackendUnavailable(
        f"none of {', '.join(order)} is installed; for onnxruntime-cpu: pip install 'foreseye[cpu]'"
    )
