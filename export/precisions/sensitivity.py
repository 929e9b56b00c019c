"""Which convolutions lose most by 8 bits for the work that 8 bits save, measured one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import onnxruntime as ort

from edge_runtime.domain import FloatArray, UInt8Array
from export.precisions.int8 import Kind, quantised
from export.precisions.network import activation_after, constants_of, convolutions
from export.precisions.ranges import Range


def most_sensitive_first(
    graph: onnx.ModelProto,
    nodes: Sequence[onnx.NodeProto],
    ranges: Mapping[str, Range],
    images: Sequence[UInt8Array],
    kind: Kind,
) -> list[str]:
    """Return the names of the convolutions among `nodes`, those worth keeping in fp32 first.

    Each is put on integers alone, the rest staying in fp32; how far that moves the outputs is
    weighed against its multiplications, which are dear where few go far: sensitive ones at full
    resolution would cost all the time that integers save.
    """
    work = multiplications(graph)
    exact = [_outputs(graph, image_HWC) for image_HWC in images]
    moved: dict[str, float] = {}
    for node in nodes:
        if node.op_type != "Conv":
            continue
        after = activation_after(graph, node)
        alone = [node] if after is None else [node, after]
        made = quantised(graph, alone, ranges, kind)
        moved[node.output[0]] = float(
            np.mean([_away(_outputs(made, i), e) for i, e in zip(images, exact, strict=True)])
        )
    return sorted(moved, key=lambda name: -moved[name] / work[name])


def multiplications(graph: onnx.ModelProto) -> dict[str, float]:
    """Return those of each convolution for one picture, by its output's name."""
    inferred = onnx.shape_inference.infer_shapes(graph).graph
    sizes = {
        value.name: [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in (*inferred.value_info, *inferred.output)
    }
    constants = constants_of(graph)
    return {
        node.output[0]: float(constants[node.input[1]].size * np.prod(sizes[node.output[0]][2:]))
        for node in convolutions(graph)
    }


def _outputs(graph: onnx.ModelProto, image_HWC: UInt8Array) -> list[FloatArray]:
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    values: list[FloatArray] = session.run(None, {graph.graph.input[0].name: image_HWC[None]})
    return values


def _away(outputs: list[FloatArray], exact: list[FloatArray]) -> float:
    return float(np.mean([np.abs(a - b).mean() for a, b in zip(outputs, exact, strict=True)]))
