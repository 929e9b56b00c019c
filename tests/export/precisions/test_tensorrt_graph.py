"""What TensorRT's parser would refuse is refused when a graph is made; no GPU is needed for it."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import helper, numpy_helper

from edge_runtime.bundle.opening import open_bundle
from export.precisions import tensorrt_graph
from export.precisions.half import halved, unhalved
from export.precisions.int8 import CPU, TRT, quantised, rounded_places
from export.precisions.network import network_nodes, without_idle_pads
from export.precisions.ranges import Range
from export.precisions.tensorrt_graph import cast_before_transposed, complaints
from tests.export.precisions.small_graph import picture, small_graph


def integers(graph: onnx.ModelProto, kind=TRT) -> onnx.ModelProto:
    slim = without_idle_pads(graph)
    nodes = network_nodes(slim)
    places = rounded_places(slim, nodes, kind)
    return quantised(slim, nodes, dict.fromkeys(places, Range(-1.0, 1.0)), kind)


def test_a_picture_of_bytes_may_only_be_cast():
    assert any("reads uint8" in told for told in complaints(small_graph()))


def test_casting_before_transposing_changes_no_bit():
    graph = small_graph()

    moved = cast_before_transposed(graph)

    runs = [
        ort.InferenceSession(g.SerializeToString(), providers=["CPUExecutionProvider"]).run(
            None, {"image_NHWC": picture()[None]}
        )[0]
        for g in (graph, moved)
    ]
    assert np.array_equal(*runs)
    assert complaints(moved) == []


def test_zero_points_must_be_zero():
    assert any("not int8 around zero" in t for t in complaints(integers(small_graph(), CPU)))
    assert complaints(cast_before_transposed(integers(small_graph()))) == []


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (lambda node: setattr(node, "op_type", "Mish"), "no operator Mish"),
        (lambda node: node.input.__setitem__(1, "light"), "weights are no constant"),
    ],
)
def test_an_operator_or_input_that_the_parser_does_not_know_is_told(spoilt, told: str):
    graph = cast_before_transposed(small_graph())
    (node,) = (n for n in graph.graph.node if n.output[0] == "a")
    if told.startswith("no operator"):
        (node,) = (n for n in graph.graph.node if n.output[0] == "b")
        graph.opset_import[0].version = 18
    spoilt(node)

    assert any(told in line for line in tensorrt_graph._of_operators(graph))


def test_a_cubic_resize_is_told():
    node = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="cubic")

    assert any("cubic" in told for told in tensorrt_graph._of_resize(node))


def test_an_opset_beyond_jetpack_6_is_told():
    graph = cast_before_transposed(small_graph())
    graph.opset_import[0].version = 21

    assert any("at most 20" in told for told in complaints(graph))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["anatomy", "findings", "disc"])
def test_every_shipped_picture_model_is_read_in_fp16_and_int8(model: str):
    bundle = open_bundle(None)
    if model not in bundle.manifest.models:
        pytest.skip(f"the reference bundle holds no {model}")
    file = bundle.manifest.models[model].artefacts["fp32"].file
    graph = without_idle_pads(unhalved(onnx.load_from_string(bundle.read(file))))

    assert complaints(cast_before_transposed(halved(graph))) == []
    assert complaints(cast_before_transposed(integers(graph))) == []
    # As fp32 stands in the bundle: its picture alone keeps TensorRT from it.
    assert all("uint8" in t.lower() for t in complaints(graph))


def test_a_graph_with_parts_in_other_files_is_told():
    graph = cast_before_transposed(small_graph())
    tensor = numpy_helper.from_array(np.zeros(3, np.float32), "elsewhere")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    graph.graph.initializer.append(tensor)

    assert any("outside of the file" in told for told in tensorrt_graph._of_the_whole(graph))
