"""Static int8 as quantise and dequantise pairs (QDQ) in the graph, which every engine reads.

Two kinds, as the engines' integer kernels want them: on processors activations are uint8 with a
zero point; on TensorRT they are int8 around zero and an activation stays with its convolution.
Weights are int8 around zero, one scale a channel, in both.

Source: Jacob et al. 2018, CVPR (arithmetic); ONNX operators QuantizeLinear, DequantizeLinear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper, numpy_helper

from edge_runtime.domain import FloatArray
from export.precisions.network import (
    SCALE_KEEPING,
    activation_after,
    constants_of,
    drop_unused,
    float_inputs,
)
from export.precisions.ranges import Range

WEIGHT_LEVELS = 127
SMALLEST_SCALE = 1e-8
"""Of a channel whose weights are all zero."""


@dataclass(frozen=True)
class Kind:
    """How one sort of engine wants its int8."""

    name: str
    is_symmetric: bool
    """Activations are int8 around zero; else uint8 with a zero point."""
    rounds_before_activation: bool
    """A leaky ReLU is an operator of its own, on integers; else the engine fuses it."""
    has_integer_bias: bool


CPU = Kind("int8-cpu", is_symmetric=False, rounds_before_activation=True, has_integer_bias=True)
TRT = Kind("int8-trt", is_symmetric=True, rounds_before_activation=False, has_integer_bias=False)


@dataclass(frozen=True)
class Scale:
    """What one step of an activation's 8 bits is worth, and which step is zero."""

    step: float
    zero: int


def rounded_places(
    graph: onnx.ModelProto, nodes: Iterable[onnx.NodeProto], kind: Kind
) -> list[str]:
    """Return the activations that are rounded to 8 bits when these nodes work on integers."""
    fused = {node.output[0] for node in nodes if _passes_on_unrounded(graph, node, kind)}
    places: dict[str, None] = {}
    for node in nodes:
        places.update(dict.fromkeys([*float_inputs(node), node.output[0]]))
    return [place for place in places if place not in fused]


def quantised(
    graph: onnx.ModelProto,
    nodes: list[onnx.NodeProto],
    ranges: Mapping[str, Range],
    kind: Kind,
) -> onnx.ModelProto:
    """Return the graph with these nodes on integers; `ranges` holds each of `rounded_places`."""
    made = onnx.ModelProto()
    made.CopyFrom(graph)
    writer = _Writer(made, kind, _scales(graph, nodes, ranges, kind))
    chosen = {node.output[0] for node in nodes}
    old = list(made.graph.node)
    del made.graph.node[:]
    for name in [value.name for value in made.graph.input]:
        writer.round(name)
    for node in old:
        if node.output[0] in chosen:
            writer.write_on_integers(node)
        else:
            writer.write_on_floats(node)
    drop_unused(made)
    onnx.checker.check_model(made)
    return made


def _passes_on_unrounded(graph: onnx.ModelProto, node: onnx.NodeProto, kind: Kind) -> bool:
    """Return whether a convolution and its activation are one kernel, with no rounding between."""
    if node.op_type != "Conv":
        return False
    after = activation_after(graph, node)
    if after is None:
        return False
    return after.op_type != "LeakyRelu" or not kind.rounds_before_activation


def _scales(
    graph: onnx.ModelProto,
    nodes: list[onnx.NodeProto],
    ranges: Mapping[str, Range],
    kind: Kind,
) -> dict[str, Scale]:
    """Return each place's scale; what only moves values about has one scale on both sides."""
    first = {place: place for place in rounded_places(graph, nodes, kind)}

    def root(place: str) -> str:
        while first[place] != place:
            place = first[place]
        return place

    rectified = {node.output[0] for node in nodes if node.op_type in ("Relu", "Clip")}
    for node in nodes:
        if node.op_type in SCALE_KEEPING:
            for place in float_inputs(node):
                # A ReLU is free only while zero is its lowest step: it keeps a scale of its own.
                if node.op_type == "Concat" and rectified & _group(first, root(place)):
                    continue
                first[root(place)] = root(node.output[0])
    joined: dict[str, Range] = {}
    for place in first:
        found = ranges[place]
        joined[root(place)] = joined.get(root(place), found).joined(found)
    return {place: _scale(joined[root(place)], kind) for place in first}


def _group(first: dict[str, str], root: str) -> set[str]:
    """Return all places whose scale is that of `root`."""
    group = {root}
    for place in [*first, *first]:
        if first[place] in group:
            group.add(place)
    return group


def _scale(values: Range, kind: Kind) -> Scale:
    if kind.is_symmetric:
        reach = max(-values.low, values.high, SMALLEST_SCALE)
        return Scale(reach / WEIGHT_LEVELS, 0)
    step = max(values.high - values.low, SMALLEST_SCALE) / 255.0
    return Scale(step, int(np.clip(round(-values.low / step), 0, 255)))


class _Writer:
    """Writes a graph's nodes anew, with the rounding between them."""

    def __init__(self, graph: onnx.ModelProto, kind: Kind, scales: dict[str, Scale]) -> None:
        self._graph, self._kind, self._scales = graph, kind, scales
        self._constants = constants_of(graph)
        self._rounded: dict[str, str] = {}
        self._from_integers: set[str] = set()

    def write_on_floats(self, node: onnx.NodeProto) -> None:
        """Write a node that works on floats; what comes from integers it reads as they gave it."""
        for place, name in enumerate(node.input):
            if name in self._from_integers:
                node.input[place] = self._rounded.get(name, name)
        self._write(node)

    def write_on_integers(self, node: onnx.NodeProto) -> None:
        """Write a node that reads rounded activations and, for a convolution, rounded weights."""
        if node.op_type == "Conv":
            self._round_weights(node, self._scales[node.input[0]].step)
        for place, name in enumerate(node.input):
            node.input[place] = self._rounded.get(name, name)
        self._from_integers.update(node.output)
        self._write(node)

    def round(self, place: str) -> None:
        """Write the pair that rounds an activation, where its values are to be rounded."""
        if place not in self._scales:
            return
        scale = self._scales[place]
        zero = np.array(scale.zero, np.int8 if self._kind.is_symmetric else np.uint8)
        step = self._constant(f"{place}.step", np.array(scale.step, np.float32))
        parameters = [step, self._constant(f"{place}.zero", zero)]
        integers, rounded = f"{place}.integers", f"{place}.rounded"
        self._node("QuantizeLinear", [place, *parameters], integers)
        self._node("DequantizeLinear", [integers, *parameters], rounded)
        self._rounded[place] = rounded

    def _write(self, node: onnx.NodeProto) -> None:
        self._graph.graph.node.append(node)
        for name in node.output:
            self.round(name)

    def _round_weights(self, node: onnx.NodeProto, input_step: float) -> None:
        name = node.input[1]
        weights = self._constants[name]
        reach_K = np.abs(weights.reshape(len(weights), -1)).max(axis=1)
        step_K = np.maximum(reach_K / WEIGHT_LEVELS, SMALLEST_SCALE).astype(np.float32)
        shape = (-1, *([1] * (weights.ndim - 1)))
        levels = np.clip(np.round(weights / step_K.reshape(shape)), -WEIGHT_LEVELS, WEIGHT_LEVELS)
        zero_K = np.zeros(len(weights), np.int8)
        node.input[1] = self._dequantised(name, levels.astype(np.int8), step_K, zero_K)
        if len(node.input) > 2 and node.input[2] and self._kind.has_integer_bias:
            bias_step_K = step_K * np.float32(input_step)
            levels_K = np.round(self._constants[node.input[2]] / bias_step_K)
            bounds = np.iinfo(np.int32)
            bias_K = np.clip(levels_K.astype(np.float64), bounds.min, bounds.max).astype(np.int32)
            node.input[2] = self._dequantised(
                f"{node.input[2]}.of.{node.output[0]}", bias_K, bias_step_K, np.zeros_like(bias_K)
            )

    def _dequantised(
        self, name: str, levels: np.ndarray, step_K: FloatArray, zero_K: np.ndarray
    ) -> str:
        inputs = [
            self._constant(f"{name}.levels", levels),
            self._constant(f"{name}.step", step_K),
            self._constant(f"{name}.zero", zero_K),
        ]
        self._node("DequantizeLinear", inputs, f"{name}.rounded", axis=0)
        return f"{name}.rounded"

    def _constant(self, name: str, value: np.ndarray) -> str:
        self._graph.graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def _node(self, operator: str, inputs: list[str], output: str, axis: int | None = None) -> None:
        self._graph.graph.node.append(
            helper.make_node(operator, inputs, [output], name=output, axis=axis)
        )
