"""fp16 as types in the graph: what TensorRT from 11 on takes its precision from.

Weights and activations of the network are halves; the arithmetic before its first convolution and
after its last stays in fp32 (squares of light, softmax), as do the picture that goes in and the
probabilities that come out. ONNX Runtime's own converter leaves the nodes in an order that ONNX
does not allow (1.31.1), and casts a resize's sizes with the rest.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.precisions.network import (
    constants_of,
    drop_unused,
    float_inputs,
    heads_of,
    network_nodes,
)


def halved(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with its network in fp16."""
    names = {node.output[0] for node in [*network_nodes(graph), *heads_of(graph)]}
    made = onnx.ModelProto()
    made.CopyFrom(graph)
    old = list(made.graph.node)
    del made.graph.node[:]
    del made.graph.value_info[:]
    writer = _Writer(made)
    for node in old:
        writer.write(node, node.output[0] in names)
    drop_unused(made)
    onnx.checker.check_model(made)
    return onnx.shape_inference.infer_shapes(made, check_type=True, strict_mode=True)


class _Writer:
    """Writes a graph's nodes anew, with a cast wherever fp32 meets fp16."""

    def __init__(self, graph: onnx.ModelProto) -> None:
        self._graph = graph
        self._constants = constants_of(graph)
        self._halves: set[str] = set()
        self._casts: set[str] = set()

    def write(self, node: onnx.NodeProto, in_half: bool) -> None:
        """Write a node that works in fp16, or in fp32."""
        pictures = set(float_inputs(node)) if in_half else set()
        for place, name in enumerate(node.input):
            node.input[place] = self._as_read(name, node, name in pictures, in_half)
        self._graph.graph.node.append(node)
        if in_half:
            self._halves.update(node.output)

    def _as_read(self, name: str, node: onnx.NodeProto, is_picture: bool, in_half: bool) -> str:
        if not in_half:
            return self._cast(name, TensorProto.FLOAT) if name in self._halves else name
        if name in self._constants and node.op_type != "Resize":
            return self._halved_constant(name)
        if is_picture and name not in self._halves:
            return self._cast(name, TensorProto.FLOAT16)
        return name

    def _cast(self, name: str, kind: int) -> str:
        cast = f"{name}.as_{'half' if kind == TensorProto.FLOAT16 else 'single'}"
        if cast not in self._casts:
            self._casts.add(cast)
            node = helper.make_node("Cast", [name], [cast], name=cast, to=kind)
            self._graph.graph.node.append(node)
        return cast

    def _halved_constant(self, name: str) -> str:
        value = self._constants[name]
        if value.dtype != np.float32:
            return name
        half = f"{name}.half"
        if half not in self._casts:
            self._casts.add(half)
            bounds = np.finfo(np.float16)
            halves = np.clip(value, bounds.min, bounds.max).astype(np.float16)
            self._graph.graph.initializer.append(numpy_helper.from_array(halves, half))
        return half


def kept_in_half(graph: onnx.ModelProto, least_values: int = 1024) -> onnx.ModelProto:
    """Return the graph with its large fp32 constants kept as halves and cast when it is loaded.

    The arithmetic stays in fp32; the file is half as large.
    """
    made = onnx.ModelProto()
    made.CopyFrom(graph)
    casts = []
    for name, value in constants_of(graph).items():
        if value.dtype != np.float32 or value.size < least_values:
            continue
        half = numpy_helper.from_array(value.astype(np.float16), f"{name}.half")
        made.graph.initializer.append(half)
        casts.append(
            helper.make_node("Cast", [half.name], [name], name=half.name, to=TensorProto.FLOAT)
        )
    nodes = [*casts, *made.graph.node]
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    cast = {node.output[0] for node in casts}
    kept = [tensor for tensor in made.graph.initializer if tensor.name not in cast]
    del made.graph.initializer[:]
    made.graph.initializer.extend(kept)
    onnx.checker.check_model(made)
    return made


def unhalved(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with constants that were kept as halves as fp32 again; their names return.

    A graph that keeps none comes back as it is.
    """
    made = onnx.ModelProto()
    made.CopyFrom(graph)
    constants = constants_of(graph)
    nodes = []
    for node in graph.graph.node:
        if node.op_type == "Cast" and node.input[0] in constants:
            whole = constants[node.input[0]].astype(np.float32)
            made.graph.initializer.append(numpy_helper.from_array(whole, node.output[0]))
        else:
            nodes.append(node)
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    drop_unused(made)
    return made
