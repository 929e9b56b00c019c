"""The models of a bundle, loaded on their engines and proved on the golden samples."""

from __future__ import annotations

import io
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from edge_runtime.backends.base import Backend
from edge_runtime.backends.opening import open_backend
from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import DISC_SQUARE, FIELD_SQUARE, ModelEntry, Precision
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.contracts.tensors import DISC_CHANNELS, LAYOUTS
from edge_runtime.domain import Tensors
from edge_runtime.errors import BundleUnsupported, GoldenMismatch
from edge_runtime.fundus.findings import conditions_of
from edge_runtime.settings import Settings

RUNNABLE = ("anatomy", "disc", "findings", "forecast")
"""Models that this version of foreseye can run. A bundle with others is refused, not trimmed."""

_SEEN_BY = {"disc": DISC_SQUARE, "forecast": None}
"""What a model looks at where that is not the whole field."""

PRECISION: Precision = "fp32"

PROBABILITY_STEP = 1.0 / 255.0
"""Golden probabilities are kept as uint8: value x 255, rounded."""


@dataclass(frozen=True)
class LoadedModel:
    """One model on its engine. `run` may be called from any thread."""

    name: str
    entry: ModelEntry
    identity: ModelIdentity
    backend: Backend
    lock: AbstractContextManager[object]
    """Held around each run: a lock, but where the backend orders its callers itself."""

    def run(self, inputs: Tensors) -> Tensors:
        """Return the outputs by name; one call at a time reaches the engine."""
        with self.lock:
            return self.backend.run(inputs)


def load_models(bundle: Bundle, settings: Settings) -> dict[str, LoadedModel]:
    """Return the bundle's models, loaded and proved on the golden samples (which warms them).

    Raises BundleUnsupported, BackendUnavailable, InferenceFailed or GoldenMismatch.
    """
    loaded: dict[str, LoadedModel] = {}
    for name, entry in bundle.manifest.models.items():
        _check_layout(name, entry)
        graph = bundle.read(entry.artefacts[PRECISION].file)
        backend = open_backend(graph, settings.backends.split(","), settings.thread_count)
        identity = ModelIdentity(backend=backend.name, precision=PRECISION)
        loaded[name] = LoadedModel(name, entry, identity, backend, threading.Lock())
    check_golden(bundle, loaded)
    return loaded


def check_golden(bundle: Bundle, models: dict[str, LoadedModel]) -> None:
    """Return when each golden sample gives the expected outputs; raise GoldenMismatch if not."""
    for sample in bundle.manifest.golden:
        for name, file in sample.expected.items():
            model = models[name]
            with np.load(io.BytesIO(bundle.read(file)), allow_pickle=False) as kept:
                arrays = dict(kept)
            inputs = {t.name: arrays[f"input.{t.name}"] for t in model.entry.inputs}
            tolerance = model.entry.artefacts[PRECISION].golden_tolerance
            outputs = model.run(inputs)
            for tensor in model.entry.outputs:
                difference = _difference(outputs[tensor.name], arrays[f"output.{tensor.name}"])
                if not difference <= tolerance:
                    raise GoldenMismatch(
                        f"{name} on {sample.photograph}: {tensor.name} is off by "
                        f"{difference:.4g}, at most {tolerance:.4g} is allowed"
                    )


def _difference(actual: np.ndarray, golden: np.ndarray) -> float:
    """Return the largest absolute difference; NaN (never within a tolerance) if shapes differ."""
    if actual.shape != golden.shape:
        return float("nan")
    if golden.dtype == np.uint8:
        return float(np.abs(actual - golden.astype(np.float32) * PROBABILITY_STEP).max())
    return float(np.abs(actual - golden.astype(np.float32)).max())


def _check_layout(name: str, entry: ModelEntry) -> None:
    if name not in RUNNABLE or PRECISION not in entry.artefacts:
        raise BundleUnsupported(f"this version cannot run {name} in {PRECISION}")
    layout = LAYOUTS[name]
    for wanted, held in ((layout.inputs, entry.inputs), (layout.outputs, entry.outputs)):
        names = [(t.name, t.dtype, len(t.axes)) for t in wanted]
        if names != [(t.name, t.dtype, len(t.shape)) for t in held]:
            raise BundleUnsupported(f"{name} has tensors {held}, expected {names}")
    if name == "findings":
        conditions_of(entry)
    if name == "disc" and tuple(entry.labels) != DISC_CHANNELS:
        raise BundleUnsupported(f"disc has labels {entry.labels}, expected {DISC_CHANNELS}")
    seen = None if entry.preprocessing is None else entry.preprocessing.kind
    if seen != _SEEN_BY.get(name, FIELD_SQUARE):
        raise BundleUnsupported(f"{name} looks at a {seen}")
