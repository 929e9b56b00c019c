"""What TensorRT 10.3, 10.16 and 11 read of ONNX, so that a graph is refused here and not there.

No TensorRT builds without a GPU, so the rules of its parser are held here as a list.

Sources: onnx-tensorrt docs/operators.md, a copy of the 8.4 era (what it lists is still read by
later ones; opset 20 from 10.0 on), and the TensorRT documentation on types: uint8 is for network
inputs alone and is cast before anything else. To be checked against the list of 10.3 itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto, helper

from export.precisions.network import constants_of

NEWEST_OPSET = 20

OPERATORS = frozenset(
    {
        "Add", "AveragePool", "Cast", "Ceil", "Clip", "Concat", "Constant", "Conv", "DepthToSpace",
        "DequantizeLinear", "Div", "Erf", "Exp", "Expand", "Flatten", "Gather", "Gemm",
        "GlobalAveragePool", "GlobalMaxPool", "Greater", "Identity", "LeakyRelu", "Less", "Log",
        "MatMul", "Max", "MaxPool", "Min", "Mul", "Neg", "Pad", "Pow", "QuantizeLinear",
        "ReduceMax", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Resize", "Shape", "Sigmoid",
        "Slice", "Softmax", "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
        "Where",
    }
)  # fmt: skip
"""Those that we use or may come to use, of the parser's list."""

TYPES = frozenset(
    {
        TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT8, TensorProto.INT32,
        TensorProto.INT64, TensorProto.BOOL,
    }
)  # fmt: skip

RESIZE_MODES = frozenset({"nearest", "linear"})
RESIZE_COORDINATES = frozenset(
    {"half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "half_pixel_symmetric"}
)
CONSTANT_INPUTS = {"Slice": (3,), "Squeeze": (1,), "Unsqueeze": (1,), "ReduceMax": (1,),
                   "ReduceMean": (1,), "ReduceSum": (1,), "Split": (1,), "Pad": (1,)}  # fmt: skip
"""Inputs that must be constants, by operator."""


def cast_before_transposed(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with each uint8 picture cast before it is transposed: bit for bit the same.

    Processors transpose bytes, a quarter of the memory; TensorRT takes no uint8 beyond a cast.
    """
    made = onnx.ModelProto()
    made.CopyFrom(graph)
    pictures = {v.name for v in made.graph.input if _kind(v) == TensorProto.UINT8}
    readers = {name: node for node in made.graph.node for name in node.input}
    for node in list(made.graph.node):
        if node.op_type != "Transpose" or node.input[0] not in pictures:
            continue
        cast = readers[node.output[0]]
        if cast.op_type != "Cast":
            continue
        picture, moved, floats = node.input[0], node.output[0], cast.output[0]
        to, order = cast.attribute[0].i, list(node.attribute[0].ints)
        node.CopyFrom(helper.make_node("Cast", [picture], [moved], node.name, to=to))
        cast.CopyFrom(helper.make_node("Transpose", [moved], [floats], cast.name, perm=order))
        del made.graph.value_info[:]
    onnx.checker.check_model(made)
    return made


def complaints(graph: onnx.ModelProto) -> list[str]:
    """Return everything that TensorRT's parser would refuse, a sentence each."""
    return [*_of_the_whole(graph), *_of_operators(graph), *_of_types(graph), *_of_rounding(graph)]


def _of_the_whole(graph: onnx.ModelProto) -> Iterator[str]:
    for opset in graph.opset_import:
        if opset.domain or opset.version > NEWEST_OPSET:
            yield f"opset {opset.domain or 'ai.onnx'} {opset.version}, at most {NEWEST_OPSET}"
    for tensor in graph.graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            yield f"{tensor.name} lies outside of the file"


def _of_operators(graph: onnx.ModelProto) -> Iterator[str]:
    constants = constants_of(graph)
    for node in graph.graph.node:
        if node.op_type not in OPERATORS:
            yield f"no operator {node.op_type}"
        for place in CONSTANT_INPUTS.get(node.op_type, ()):
            if len(node.input) > place and node.input[place] not in constants:
                yield f"{node.op_type} {node.output[0]}: input {place} is no constant"
        if node.op_type == "Conv" and not _is_constant(node.input[1], graph, constants):
            yield f"Conv {node.output[0]}: its weights are no constant"
        if node.op_type == "Resize":
            yield from _of_resize(node)


def _of_resize(node: onnx.NodeProto) -> Iterator[str]:
    told = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    mode = told.get("mode", b"nearest").decode()
    coordinates = told.get("coordinate_transformation_mode", b"half_pixel").decode()
    if mode not in RESIZE_MODES or coordinates not in RESIZE_COORDINATES:
        yield f"Resize {node.output[0]} is {mode}, {coordinates}"
    if told.get("antialias", 0):
        yield f"Resize {node.output[0]} is antialiased"


def _of_types(graph: onnx.ModelProto) -> Iterator[str]:
    whole = onnx.shape_inference.infer_shapes(graph, strict_mode=True)
    pictures = {v.name for v in whole.graph.input if _kind(v) == TensorProto.UINT8}
    for node in whole.graph.node:
        if node.op_type != "Cast" and pictures.intersection(node.input):
            yield f"{node.op_type} {node.output[0]} reads uint8, which may only be cast"
    for value in (*whole.graph.value_info, *whole.graph.output):
        if _kind(value) not in TYPES:
            yield f"{value.name} is {TensorProto.DataType.Name(_kind(value))}"


def _of_rounding(graph: onnx.ModelProto) -> Iterator[str]:
    constants = constants_of(graph)
    for node in graph.graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            zero = constants.get(node.input[2]) if len(node.input) > 2 else None
            if zero is None or zero.dtype != np.int8 or zero.any():
                yield f"{node.op_type} {node.output[0]} is not int8 around zero"


def _is_constant(name: str, graph: onnx.ModelProto, constants: dict[str, np.ndarray]) -> bool:
    if name in constants:
        return True
    made = [n for n in graph.graph.node if name in n.output and n.op_type == "DequantizeLinear"]
    return bool(made) and made[0].input[0] in constants


def _kind(value: onnx.ValueInfoProto) -> int:
    return int(value.type.tensor_type.elem_type)
