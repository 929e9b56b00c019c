"""config.pbtxt of one model and of the ensemble, in Triton's own words.

Source: triton-inference-server/common, protobuf/model_config.proto (2.51 and later). The text is
parsed against that very schema in the tests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edge_runtime.contracts.bundle import ModelEntry, TensorSpec

TYPES = {"uint8": "TYPE_UINT8", "float32": "TYPE_FP32"}

QUEUED, QUEUE_DELAY_US, QUEUE_TIMEOUT_US = 64, 2000, 2_000_000
"""Requests that wait for a model at most, for company and at all; beyond it they are refused."""

VERSIONS_KEPT = 2


@dataclass(frozen=True)
class Deployment:
    """How the models are to be run."""

    on_gpu: bool
    largest_batch: int
    threads: int
    """Of ONNX Runtime on processors."""


def model_config(
    name: str,
    entry: ModelEntry,
    deployment: Deployment,
    warm_up: Mapping[str, Sequence[str]],
    parameters: Mapping[str, str],
) -> str:
    """Return config.pbtxt of one ONNX model.

    `warm_up` names, for each sample, the data file of each input in order.
    """
    kind = "KIND_GPU" if deployment.on_gpu else "KIND_CPU"
    told = {**parameters, "intra_op_thread_count": str(deployment.threads)}
    parts = [
        f"name: {_text(name)}",
        'backend: "onnxruntime"',
        'default_model_filename: "model.onnx"',
        f"max_batch_size: {deployment.largest_batch}",
        *(_tensor("input", tensor) for tensor in entry.inputs),
        *(_tensor("output", tensor) for tensor in entry.outputs),
        f"instance_group [ {{ count: 1 kind: {kind} }} ]",
        "dynamic_batching {",
        f"  max_queue_delay_microseconds: {QUEUE_DELAY_US}",
        "  default_queue_policy {",
        f"    timeout_action: REJECT default_timeout_microseconds: {QUEUE_TIMEOUT_US}",
        f"    allow_timeout_override: true max_queue_size: {QUEUED}",
        "  }",
        "}",
        f"version_policy {{ latest {{ num_versions: {VERSIONS_KEPT} }} }}",
        *(_warm_up(sample, entry.inputs, files) for sample, files in warm_up.items()),
        *(_parameter(key, value) for key, value in told.items()),
    ]
    return "\n".join(parts) + "\n"


def ensemble_config(name: str, models: Mapping[str, ModelEntry], largest_batch: int) -> str:
    """Return config.pbtxt of an ensemble that runs these models side by side.

    Each sees its own picture, which the caller cuts: an input is named `<model>.<tensor>`, and so
    is an output.
    """
    inputs = [(m, t) for m, entry in models.items() for t in entry.inputs]
    outputs = [(m, t) for m, entry in models.items() for t in entry.outputs]
    parts = [
        f"name: {_text(name)}",
        'platform: "ensemble"',
        f"max_batch_size: {largest_batch}",
        *(_tensor("input", tensor, f"{model}.{tensor.name}") for model, tensor in inputs),
        *(_tensor("output", tensor, f"{model}.{tensor.name}") for model, tensor in outputs),
        "ensemble_scheduling {",
        *(_step(model, entry) for model, entry in models.items()),
        "}",
    ]
    return "\n".join(parts) + "\n"


def _step(model: str, entry: ModelEntry) -> str:
    maps = [
        f"    {kind}_map {{ key: {_text(t.name)} value: {_text(f'{model}.{t.name}')} }}"
        for kind, tensors in (("input", entry.inputs), ("output", entry.outputs))
        for t in tensors
    ]
    return "\n".join(
        ["  step [ {", f"    model_name: {_text(model)} model_version: -1", *maps, "  } ]"]
    )


def _tensor(kind: str, tensor: TensorSpec, name: str = "") -> str:
    # The first axis is the batch, which Triton puts in front itself.
    sides = ", ".join(str(axis) if isinstance(axis, int) else "-1" for axis in tensor.shape[1:])
    told = f"name: {_text(name or tensor.name)} data_type: {TYPES[tensor.dtype]}"
    return f"{kind} [ {{ {told} dims: [ {sides} ] }} ]"


def _warm_up(sample: str, inputs: Sequence[TensorSpec], files: Sequence[str]) -> str:
    fed = []
    for tensor, file in zip(inputs, files, strict=True):
        sides = ", ".join(str(axis) for axis in tensor.shape[1:])
        value = f"data_type: {TYPES[tensor.dtype]} dims: [ {sides} ] input_data_file: {_text(file)}"
        fed.append(f"inputs {{ key: {_text(tensor.name)} value {{ {value} }} }}")
    return f"model_warmup [ {{ name: {_text(sample)} batch_size: 1 {' '.join(fed)} }} ]"


def _parameter(key: str, value: str) -> str:
    return f"parameters {{ key: {_text(key)} value {{ string_value: {_text(value)} }} }}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=True)
