"""What the bundle's entries of all models say alike."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import cast, get_args

import onnx

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import Artefact, ModelEntry, ModelName, TensorSpec
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.models import LoadedModel
from export.errors import ExportError
from export.to_onnx import OPSET, axes, element_type

GOLDEN_TOLERANCE_FP32 = 0.02
"""Of a probability: kernels of other processors add in another order, and a golden value is kept
to 1/255. A wrong weight or a wrong preprocessing moves it far more."""


def fp32_artefact(file: str) -> Artefact:
    """Return the entry of a graph in fp32."""
    return Artefact(file=file, opset=OPSET, golden_tolerance=GOLDEN_TOLERANCE_FP32)


def loaded(name: str, graph: bytes, entry: ModelEntry) -> LoadedModel:
    """Return an exported model as the runtime will run it; its backend is the caller's to close."""
    backend = OnnxRuntimeCpu(graph, threads=1)
    identity = ModelIdentity(backend=backend.name, precision="fp32")
    return LoadedModel(name, entry, identity, backend, threading.Lock())


def graph_tensors(content: bytes) -> tuple[list[TensorSpec], list[TensorSpec]]:
    """Return the inputs and outputs of an ONNX graph as the bundle states them."""
    graph = onnx.load_from_string(content).graph
    return [_spec(value) for value in graph.input], [_spec(value) for value in graph.output]


def _spec(value: onnx.ValueInfoProto) -> TensorSpec:
    return TensorSpec(name=value.name, dtype=element_type(value), shape=axes(value))


def models_named(names: Sequence[str]) -> tuple[ModelName, ...]:
    """Return models by their names. Raises ExportError for a name that is none of theirs."""
    unknown = sorted(set(names) - set(get_args(ModelName)))
    if unknown:
        raise ExportError(f"no such models: {', '.join(unknown)}")
    return tuple(cast("ModelName", name) for name in names)
