"""A model's outputs as the bytes of a ModelInferResponse.

Raw tensors are joined to the message by hand: protobuf would copy each of them three times, and
the anatomy model's is 12 MB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import Tensors
from edge_runtime.service.open_inference.inputs import CONTENTS
from edge_runtime.service.open_inference.request import Asked, Wanted
from edge_runtime.service.open_inference.served_model import DATATYPE, ServedModel
from edge_runtime.wire.open_inference import message

RAW_OUTPUT_TAG = bytes([6 << 3 | 2])
"""Field 6 of ModelInferResponse, length-delimited (protobuf encoding, wire types)."""

INFER_RESPONSE_TAG = bytes([2 << 3 | 2])
"""Field 2 of ModelStreamInferResponse, likewise."""

FINAL = "triton_final_response"

_ModelInferResponse = message("ModelInferResponse")


def response_bytes(
    asked: Asked, outputs: Tensors, model: ServedModel, *, in_a_stream: bool = False
) -> bytes:
    """Return the serialised answer: raw where the request was raw, typed where it was typed."""
    answer = _ModelInferResponse(id=asked.id)
    if in_a_stream:
        answer.parameters[FINAL].bool_param = True
    raws: list[bytes | memoryview] = []
    for wanted in asked.wanted:
        array = outputs[wanted.name]
        if wanted.classes:
            _add_classes(answer, wanted, array, model, raws, raw=asked.raw)
        else:
            _add_tensor(answer, wanted.name, array, raws, raw=asked.raw)
    # Messages may be joined: the fields of the later ones are added to those of the earlier.
    return b"".join([model.answer_head, answer.SerializeToString(), *_fields(RAW_OUTPUT_TAG, raws)])


def stream_bytes(response: bytes) -> bytes:
    """Return a ModelStreamInferResponse around an answer."""
    return b"".join(_fields(INFER_RESPONSE_TAG, [response]))


def best_classes(
    values_NK: npt.NDArray[Any], count: int, labels: list[str]
) -> npt.NDArray[np.object_]:
    """Return the `count` largest of each item, best first, as b"value:index" or with ":label"."""
    best_NK = np.argsort(-values_NK, axis=1, kind="stable")[:, :count]
    rows = [[_class(values_NK[n, k], int(k), labels) for k in row] for n, row in enumerate(best_NK)]
    return np.asarray(rows, dtype=np.object_)


def _class(value: float, index: int, labels: list[str]) -> bytes:
    label = f":{labels[index]}" if index < len(labels) else ""
    return f"{value:f}:{index}{label}".encode()


def _add_tensor(
    answer: Any, name: str, array: npt.NDArray[Any], raws: list[bytes | memoryview], *, raw: bool
) -> None:
    output = answer.outputs.add(name=name, datatype=DATATYPE[array.dtype.name], shape=array.shape)
    if raw:
        contiguous = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        raws.append(contiguous.reshape(-1).view(np.uint8).data)
    else:
        getattr(output.contents, CONTENTS[array.dtype.name]).extend(array.reshape(-1).tolist())


def _add_classes(
    answer: Any,
    wanted: Wanted,
    array: npt.NDArray[Any],
    model: ServedModel,
    raws: list[bytes | memoryview],
    *,
    raw: bool,
) -> None:
    values_NK = array.reshape(array.shape[0], -1)
    texts = best_classes(values_NK, wanted.classes, model.labels_of(wanted.name))
    output = answer.outputs.add(name=wanted.name, datatype="BYTES", shape=texts.shape)
    if raw:
        raws.append(b"".join(len(t).to_bytes(4, "little") + t for t in texts.reshape(-1)))
    else:
        output.contents.bytes_contents.extend(texts.reshape(-1).tolist())


def _fields(tag: bytes, contents: list[Any]) -> list[Any]:
    fields: list[Any] = []
    for content in contents:
        fields += [tag, _varint(len(content)), content]
    return fields


def _varint(number: int) -> bytes:
    """Return a protobuf varint: 7 bits a byte, the least first, the top bit on all but the last."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
