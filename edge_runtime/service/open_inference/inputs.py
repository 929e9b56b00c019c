"""The tensors of a request as arrays: raw bytes without a copy, or typed contents."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.bundle import TensorSpec
from edge_runtime.domain import Tensors
from edge_runtime.service.open_inference.refused import invalid, named, not_offered
from edge_runtime.service.open_inference.served_model import DATATYPE, ServedModel, shape_of

CONTENTS = {"uint8": "uint_contents", "float32": "fp32_contents"}
"""Which field of InferTensorContents holds a type."""

CONTENT_TYPES = {
    "bool_contents": "BOOL",
    "int_contents": "INT32",
    "int64_contents": "INT64",
    "uint_contents": "UINT32",
    "uint64_contents": "UINT64",
    "fp32_contents": "FP32",
    "fp64_contents": "FP64",
    "bytes_contents": "BYTES",
}

KNOWN_DATATYPES = {
    *("BOOL", "BYTES", "FP16", "BF16", "FP32", "FP64"),
    *("UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64"),
}

BATCH_NOTE = (
    " NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be "
    "prepended to each input shape. If you want to specify the full shape including the batch dim "
    "in your input dims config, try setting max_batch_size to zero. See the model configuration "
    "docs for more info on max_batch_size."
)


def inputs_from(request: Any, model: ServedModel) -> Tensors:
    """Return a model's inputs by name, each with its batch first.

    Raises InvalidField in Triton's words, and NotOffered for tensors in shared memory.
    """
    sent = _sent(request, model)
    _check_names(request.id, list(sent), model)
    num_items = None
    arrays = {}
    for spec in model.entry.inputs:
        tensor, raw = sent[spec.name]
        _check_tensor(request.id, tensor, spec, model)
        if num_items is not None and tensor.shape[0] != num_items:
            text = f"input '{spec.name}' batch size does not match other inputs for '{model.name}'"
            raise invalid("inputs.shape", named(request.id, text))
        num_items = tensor.shape[0]
        arrays[spec.name] = _array(request.id, tensor, raw, spec, model)
    return arrays


def _sent(request: Any, model: ServedModel) -> dict[str, tuple[Any, bytes | None]]:
    """Return each tensor of the request with its raw bytes, None where its contents are typed."""
    raws = request.raw_input_contents
    sent: dict[str, tuple[Any, bytes | None]] = {}
    for index, tensor in enumerate(request.inputs):
        _check_carried(tensor, index, len(raws), model)
        if tensor.name in sent:
            text = f"input '{tensor.name}' already exists in request"
            raise invalid("inputs.name", named(request.id, text))
        sent[tensor.name] = (tensor, raws[index] if raws else None)
    if len(raws) > len(request.inputs):
        text = f"{len(raws)} raw_input_contents for {len(request.inputs)} inputs"
        raise invalid("raw_input_contents", f"{text} for model '{model.name}'")
    return sent


def _check_carried(tensor: Any, index: int, num_raw: int, model: ServedModel) -> None:
    where = f"'{tensor.name}' for model '{model.name}'"
    if "shared_memory_region" in tensor.parameters:
        raise not_offered(f"shared memory is not served, asked for by input {where}")
    if num_raw and tensor.HasField("contents"):
        text = f"contents field must not be specified when using raw_input_contents for {where}"
        raise invalid("inputs.contents", text)
    if (num_raw and index >= num_raw) or not (num_raw or tensor.HasField("contents")):
        text = f"unable to find data for input tensor {where} in request."
        raise invalid("inputs.contents", text)


def _check_names(request_id: str, names: list[str], model: ServedModel) -> None:
    required = [spec.name for spec in model.entry.inputs]
    if len(names) != len(required):
        missing = [name for name in required if name not in names]
        text = (
            f"expected {len(required)} inputs but got {len(names)} inputs for model "
            f"'{model.name}'. Got input(s) {_listed(names)}, but missing required input(s) "
            f"{_listed(missing)}. Please provide all required input(s)."
        )
        raise invalid("inputs", named(request_id, text))
    for name in names:
        if name not in required:
            text = f"unexpected inference input '{name}' for model '{model.name}'"
            raise invalid("inputs.name", named(request_id, text))


def _check_tensor(request_id: str, tensor: Any, spec: TensorSpec, model: ServedModel) -> None:
    datatype = tensor.datatype if tensor.datatype in KNOWN_DATATYPES else "<invalid>"
    if datatype != DATATYPE[spec.dtype]:
        text = (
            f"inference input '{spec.name}' data-type is '{datatype}', but model '{model.name}' "
            f"expects '{DATATYPE[spec.dtype]}'"
        )
        raise invalid("inputs.datatype", named(request_id, text))
    shape, expected = list(tensor.shape), shape_of(spec)
    if not _fits(shape, expected):
        text = (
            f"unexpected shape for input '{spec.name}' for model '{model.name}'. Expected "
            f"[{_numbers(expected)}], got [{_numbers(shape)}].{BATCH_NOTE}"
        )
        raise invalid("inputs.shape", named(request_id, text))
    if shape[0] > model.max_items:
        text = f"inference request batch-size must be <= {model.max_items} for '{model.name}'"
        raise invalid("inputs.shape", named(request_id, text))


def _array(
    request_id: str, tensor: Any, raw: bytes | None, spec: TensorSpec, model: ServedModel
) -> npt.NDArray[Any]:
    dtype = np.dtype(spec.dtype).newbyteorder("<")
    content = _typed(tensor, spec, model) if raw is None else np.frombuffer(raw, np.uint8)
    expected = math.prod(tensor.shape) * dtype.itemsize
    if content.nbytes != expected:
        text = (
            f"input byte size mismatch for input '{spec.name}' for model '{model.name}'. "
            f"Expected {expected}, got {content.nbytes}"
        )
        raise invalid("inputs.contents", named(request_id, text))
    return content.view(dtype).reshape(tuple(tensor.shape))


def _typed(tensor: Any, spec: TensorSpec, model: ServedModel) -> npt.NDArray[Any]:
    field = CONTENTS[spec.dtype]
    for other in tensor.contents.DESCRIPTOR.fields_by_name:
        if other != field and len(getattr(tensor.contents, other)):
            text = (
                f"unexpected explicit tensor data for input tensor '{spec.name}' for model "
                f"'{model.name}' of type '{CONTENT_TYPES[other]}', expected datatype "
                f"'{DATATYPE[spec.dtype]}'"
            )
            raise invalid("inputs.contents", text)
    values = np.asarray(getattr(tensor.contents, field), dtype=np.float64)
    # Triton lets 300 pass as a uint8 of 44; a wrong picture is worse than none.
    if spec.dtype == "uint8" and values.size and values.max() > np.iinfo(np.uint8).max:
        text = f"a value of input '{spec.name}' for model '{model.name}' is above 255"
        raise invalid("inputs.contents", text)
    return values.astype(np.dtype(spec.dtype).newbyteorder("<"))


def _fits(shape: list[int], expected: list[int]) -> bool:
    if len(shape) != len(expected):
        return False
    return all(
        got >= 1 and wanted in (-1, got) for got, wanted in zip(shape, expected, strict=True)
    )


def _numbers(shape: list[int]) -> str:
    return ",".join(map(str, shape))


def _listed(names: list[str]) -> str:
    return "[" + ",".join(f"'{name}'" for name in names) + "]"
