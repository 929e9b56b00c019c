"""The models of a bundle, loaded on their engines and proved on the golden samples."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import cast

import numpy as np

from edge_runtime.backends.base import Backend
from edge_runtime.backends.opening import EngineOptions, candidates, open_backend
from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import (
    DISC_SQUARE,
    FIELD_SQUARE,
    ModelEntry,
    ModelName,
    Precision,
)
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.contracts.tensors import DISC_CHANNELS, LAYOUTS
from edge_runtime.domain import Tensors
from edge_runtime.errors import BackendUnavailable, BundleUnsupported, GoldenMismatch
from edge_runtime.fundus.findings import conditions_of
from edge_runtime.settings import Settings

log = logging.getLogger(__name__)

RUNNABLE = ("anatomy", "disc", "findings", "signs", "forecast", "progression")
"""Models that this version of foreseye can run. A bundle with others is refused, not trimmed."""

_SEEN_BY = {"disc": DISC_SQUARE, "forecast": None}
"""What a model looks at where that is not the whole field."""

WITH_OWN_GOLDEN: tuple[Precision, ...] = ("int8-cpu", "int8-trt")
"""Precisions that are held against golden outputs of their own: rounding to 8 bits moves single
pixels far, but moves them alike on every device. The others are held against those of fp32."""

Candidate = tuple[str, Precision]
"""An engine and a precision."""

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

    Each runs on the first engine of the settings' order that is on this machine and runs one of
    the settings' precisions that the bundle holds, and in the first of those whose golden samples
    come out right; each that is passed over is logged. Raises BundleUnsupported,
    BackendUnavailable, EngineRefused, InferenceFailed, SettingsError or GoldenMismatch.
    """
    for name, entry in bundle.manifest.models.items():
        _check_layout(name, entry)
    order = candidates(settings.backends.split(","), settings.precisions.split(","))
    return {name: _proved_model(bundle, name, order, settings) for name in bundle.manifest.models}


def _proved_model(
    bundle: Bundle, name: ModelName, order: Sequence[Candidate], settings: Settings
) -> LoadedModel:
    """Return a model on the first candidate that is here and proves itself on this device."""
    artefacts = bundle.manifest.models[name].artefacts
    held = [candidate for candidate in order if candidate[1] in artefacts]
    if not held:
        asked = ", ".join(f"{precision} on {engine}" for engine, precision in order)
        raise BundleUnsupported(f"{name} is there in {', '.join(artefacts)}; asked for is {asked}")
    for candidate in held:
        try:
            return _proved_on(bundle, name, candidate, settings)
        except (BackendUnavailable, GoldenMismatch) as error:
            if candidate == held[-1]:
                raise
            engine, precision = candidate
            log.warning("not %s on %s on this machine: %s", precision, engine, error)
    raise AssertionError("the last candidate is proved or raises")


def engine_options(settings: Settings, precision: Precision) -> EngineOptions:
    """Return what an engine is told to run a model in a precision."""
    return EngineOptions(
        settings.thread_count,
        precision,
        settings.engines,
        settings.engine_workspace_mb,
        settings.max_batch_size,
    )


def _proved_on(
    bundle: Bundle, name: ModelName, candidate: Candidate, settings: Settings
) -> LoadedModel:
    engine, precision = candidate
    entry = bundle.manifest.models[name]
    options = engine_options(settings, precision)
    backend = open_backend(bundle.read(entry.artefacts[precision].file), engine, options)
    identity = ModelIdentity(backend=backend.name, precision=precision)
    model = LoadedModel(name, entry, identity, backend, threading.Lock())
    try:
        check_golden(bundle, {name: model})
    except GoldenMismatch:
        backend.close()
        raise
    return model


def golden_key(precision: Precision, tensor: str) -> str:
    """Return the name of a golden output in a sample's file."""
    return f"output.{precision}.{tensor}" if precision in WITH_OWN_GOLDEN else f"output.{tensor}"


def check_golden(bundle: Bundle, models: Mapping[str, LoadedModel]) -> None:
    """Return when each golden sample gives the expected outputs; raise GoldenMismatch if not."""
    for sample in bundle.manifest.golden:
        for name, file in sample.expected.items():
            if name in models:
                _check_sample(models[name], sample.photograph, bundle.read(file))


def _check_sample(model: LoadedModel, photograph: str, kept: bytes) -> None:
    with np.load(io.BytesIO(kept), allow_pickle=False) as file:
        arrays = dict(file)
    precision = cast("Precision", model.identity.precision)
    tolerance = model.entry.artefacts[precision].golden_tolerance
    outputs = model.run({t.name: arrays[f"input.{t.name}"] for t in model.entry.inputs})
    for tensor in model.entry.outputs:
        golden = arrays.get(golden_key(precision, tensor.name))
        if golden is None:
            raise GoldenMismatch(f"{model.name} has no golden {tensor.name} in {precision}")
        difference = _difference(outputs[tensor.name], golden)
        if not difference <= tolerance:
            raise GoldenMismatch(
                f"{model.name} on {photograph}: {tensor.name} in {precision} is off by "
                f"{difference:.4g}, at most {tolerance:.4g} is allowed"
            )


def _difference(actual: np.ndarray, golden: np.ndarray) -> float:
    """Return the largest difference, of values beyond 1 as a share of them.

    NaN (never within a tolerance) if shapes differ.
    """
    if actual.shape != golden.shape:
        return float("nan")
    if golden.dtype == np.uint8:
        return float(np.abs(actual - golden.astype(np.float32) * PROBABILITY_STEP).max())
    expected = golden.astype(np.float32)
    return float((np.abs(actual - expected) / np.maximum(np.abs(expected), 1.0)).max())


def _check_layout(name: str, entry: ModelEntry) -> None:
    if name not in RUNNABLE:
        raise BundleUnsupported(f"this version cannot run {name}")
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
