"""What of an ONNX graph is network and what is arithmetic around it.

Between its first and its last convolution a picture model is a network, which bears fewer bits.
Before (light and contrast evened out) and after (temperature, sigmoid, softmax) lies arithmetic
that does not; it stays in fp32 in every precision.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import numpy_helper

ACTIVATIONS = ("Relu", "Clip", "LeakyRelu")
SCALE_KEEPING = ("Concat", "MaxPool", "Resize")
"""Their output lies in the range of their inputs: both are kept at one scale."""

BETWEEN = (*ACTIVATIONS, *SCALE_KEEPING, "Add")
"""What may stand between convolutions without leaving integers."""

HEAD_CHANNELS = 16
"""A last convolution of fewer channels is a head: it costs nothing and every bit of it shows."""


def without_idle_pads(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph without pads of zero width: they change nothing and are not free.

    Each also parts two convolutions whose layout the engine would otherwise keep (measured on the
    anatomy model: 6 to 8 % of its time).
    """
    slim = onnx.ModelProto()
    slim.CopyFrom(graph)
    constants = constants_of(slim)
    renamed: dict[str, str] = {}
    kept = []
    for node in slim.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = renamed.get(name, name)
        if node.op_type == "Pad" and not constants.get(node.input[1], np.ones(1)).any():
            renamed[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    del slim.graph.node[:]
    slim.graph.node.extend(kept)
    drop_unused(slim)
    return slim


def constants_of(graph: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Return the graph's initialisers by name."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}


def convolutions(graph: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the convolutions in order."""
    return [node for node in graph.graph.node if node.op_type == "Conv"]


def network_nodes(graph: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the nodes that bear integers: convolutions but for heads, and what is between them."""
    convolved = {node.output[0] for node in convolutions(graph)}
    below = _below(graph, convolved)
    above = _above(graph, convolved)
    heads = {node.output[0] for node in heads_of(graph)}
    return [
        node
        for node in graph.graph.node
        if node.output[0] not in heads
        and (
            node.output[0] in convolved
            or (node.op_type in BETWEEN and node.output[0] in below and node.output[0] in above)
        )
    ]


def heads_of(graph: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the last convolutions that are heads, after which no other convolution comes."""
    constants = constants_of(graph)
    above = _above(graph, {node.output[0] for node in convolutions(graph)})
    return [
        node
        for node in convolutions(graph)
        if node.output[0] not in above and constants[node.input[1]].shape[0] < HEAD_CHANNELS
    ]


def activation_after(graph: onnx.ModelProto, node: onnx.NodeProto) -> onnx.NodeProto | None:
    """Return the ReLU or clip that alone reads a convolution's output, None where there is none."""
    readers = [other for other in graph.graph.node if node.output[0] in other.input]
    alone = len(readers) == 1 and readers[0].op_type in ACTIVATIONS
    return readers[0] if alone else None


def float_inputs(node: onnx.NodeProto) -> Iterator[str]:
    """Yield the inputs of a network node that carry the picture (not sizes, bounds or weights)."""
    yield from (node.input if node.op_type in ("Concat", "Add") else node.input[:1])


def drop_unused(graph: onnx.ModelProto) -> None:
    """Take the constants that no node reads out of the graph."""
    read = {name for node in graph.graph.node for name in node.input}
    kept = [tensor for tensor in graph.graph.initializer if tensor.name in read]
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)


def _below(graph: onnx.ModelProto, names: set[str]) -> set[str]:
    """Return the nodes that anything named feeds, directly or through others."""
    fed: set[str] = set()
    found: set[str] = set()
    for node in graph.graph.node:  # in order, as ONNX demands
        if fed.intersection(node.input):
            found.add(node.output[0])
        if node.output[0] in names or node.output[0] in found:
            fed.update(node.output)
    return found


def _above(graph: onnx.ModelProto, names: set[str]) -> set[str]:
    """Return the nodes that feed anything named, directly or through others."""
    read: set[str] = set()
    found: set[str] = set()
    for node in reversed(graph.graph.node):
        if read.intersection(node.output):
            found.add(node.output[0])
        if node.output[0] in names or node.output[0] in found:
            read.update(node.input)
    return found
