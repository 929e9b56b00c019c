"""What fewer bits make of a network that can be followed by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, numpy_helper

from export.precisions.half import halved, kept_in_half, unhalved
from export.precisions.int8 import CPU, TRT, Kind, quantised, rounded_places
from export.precisions.network import heads_of, network_nodes, without_idle_pads
from export.precisions.ranges import Range, ranges_of
from export.precisions.sensitivity import most_sensitive_first, multiplications
from tests.export.precisions.small_graph import picture, small_graph

RANGES = {
    "light": Range(0.0, 1.0),
    "b": Range(0.0, 1.5),
    "d": Range(-3.0, 3.0),
    "e": Range(-0.3, 3.0),
}


def run(graph: onnx.ModelProto, image_HWC: np.ndarray) -> np.ndarray:
    options = ort.SessionOptions()
    session = ort.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"image_NHWC": image_HWC[None]})[0]


def constant(graph: onnx.ModelProto, name: str) -> np.ndarray:
    (found,) = (t for t in graph.graph.initializer if t.name == name)
    return numpy_helper.to_array(found)


def integers(graph: onnx.ModelProto, kind: Kind) -> onnx.ModelProto:
    slim = without_idle_pads(graph)
    nodes = network_nodes(slim)
    seen = {place: RANGES[place] for place in rounded_places(slim, nodes, kind)}
    return quantised(slim, nodes, seen, kind)


def test_a_pad_of_no_width_goes_and_changes_no_bit():
    whole = small_graph()

    slim = without_idle_pads(whole)

    assert "Pad" in {node.op_type for node in whole.graph.node}
    assert "Pad" not in {node.op_type for node in slim.graph.node}
    assert np.array_equal(run(slim, picture()), run(whole, picture()))


def test_the_network_ends_before_its_head():
    graph = without_idle_pads(small_graph())

    assert [node.output[0] for node in network_nodes(graph)] == ["a", "b", "d", "e"]
    assert [node.output[0] for node in heads_of(graph)] == ["f"]


def test_the_steps_of_uint8_span_the_range_and_hold_zero():
    made = integers(small_graph(), CPU)

    assert constant(made, "light.step") == pytest.approx(1.0 / 255.0)
    assert constant(made, "light.zero") == 0
    assert constant(made, "d.step") == pytest.approx(6.0 / 255.0)
    assert constant(made, "d.zero") == 128  # round(127.5), ties to even
    assert constant(made, "d.zero").dtype == np.uint8


def test_the_steps_of_tensorrt_lie_around_zero():
    made = integers(small_graph(), TRT)

    assert constant(made, "light.step") == pytest.approx(1.0 / 127.0)
    assert constant(made, "e.step") == pytest.approx(3.0 / 127.0)
    zeros = [t for t in made.graph.initializer if t.name.endswith(".zero")]
    assert all(not numpy_helper.to_array(zero).any() for zero in zeros)
    assert {zero.data_type for zero in zeros} == {TensorProto.INT8}


def test_weights_have_one_step_for_each_channel():
    made = integers(small_graph(weight_K=(1.0, -2.0)), CPU)

    assert constant(made, "first.step") == pytest.approx([1.0 / 127.0, 2.0 / 127.0])
    levels = constant(made, "first.levels")
    assert levels.dtype == np.int8
    assert levels[:, :, 0, 0].tolist() == [[127, 0, 0], [0, -127, 0]]


def test_a_bias_counts_in_steps_of_its_products():
    made = integers(small_graph(), CPU)

    step_K = constant(made, "first_bias.of.a.step")
    assert step_K == pytest.approx([1 / 127 / 255, 2 / 127 / 255])
    expected = [round(0.25 * 127 * 255), round(1.5 * 127 * 255 / 2)]
    assert constant(made, "first_bias.of.a.levels").tolist() == expected


def test_tensorrt_keeps_its_bias_in_floats():
    made = integers(small_graph(), TRT)

    assert "first_bias" in {tensor.name for tensor in made.graph.initializer}


def test_a_leaky_activation_is_rounded_apart_on_processors_alone():
    slim = without_idle_pads(small_graph())
    nodes = network_nodes(slim)

    assert rounded_places(slim, nodes, CPU) == ["light", "b", "d", "e"]
    assert rounded_places(slim, nodes, TRT) == ["light", "b", "e"]


@pytest.mark.parametrize("kind", [CPU, TRT])
def test_integers_give_nearly_what_floats_give(kind: Kind):
    graph = small_graph()

    away = np.abs(run(integers(graph, kind), picture()) - run(graph, picture()))

    assert 0.0 < away.max() < 0.02


def test_the_engine_runs_every_convolution_but_the_head_on_integers(tmp_path: Path):
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.log_severity_level = 3  # it warns that the file is for this machine alone
    made = integers(small_graph(), CPU)

    ort.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])

    kinds = Counter(n.op_type for n in onnx.load(options.optimized_model_filepath).graph.node)
    assert kinds["QLinearConv"] == 2
    assert kinds["QLinearLeakyRelu"] == 1
    assert kinds["Relu"] == 0
    assert kinds["Conv"] == 1


def test_ranges_are_those_of_all_pictures_and_hold_zero():
    dark, light = np.full((8, 8, 3), 51, np.uint8), np.full((8, 8, 3), 255, np.uint8)

    found = ranges_of(without_idle_pads(small_graph()), ["light", "a"], [dark, light], 0.0)

    assert (found["light"].low, found["light"].high) == (0.0, 1.0)
    assert found["a"].low == pytest.approx(1.5 - 2.0)
    assert found["a"].high == pytest.approx(0.25 + 1.0)


def test_a_few_extreme_values_do_not_stretch_a_range():
    image = np.full((8, 8, 3), 102, np.uint8)
    image[0, 0] = 255

    whole = ranges_of(small_graph(), ["light"], [image], 0.0)["light"]
    inner = ranges_of(small_graph(), ["light"], [image], 0.05)["light"]

    assert (whole.high, inner.high) == (1.0, pytest.approx(0.4))


def test_the_convolution_whose_steps_are_coarsest_is_the_most_sensitive():
    slim = without_idle_pads(small_graph())
    nodes = network_nodes(slim)
    coarse = {**RANGES, "b": Range(0.0, 200.0)}

    ranked = most_sensitive_first(slim, nodes, coarse, [picture()], TRT)

    assert set(ranked) == {"a", "d"}
    assert ranked == most_sensitive_first(slim, nodes, coarse, [picture()], TRT)


def test_what_a_convolution_costs_is_counted_as_by_hand():
    # 8 x 8 pixels: 3 to 2, 2 to 16 and 16 to 1 channels.
    assert multiplications(small_graph()) == {"a": 384.0, "d": 2048.0, "f": 1024.0}


def test_halves_are_types_in_the_graph_and_floats_stay_at_both_ends():
    made = halved(without_idle_pads(small_graph()))

    kinds = {v.name: v.type.tensor_type.elem_type for v in made.graph.value_info}
    assert kinds["a"] == kinds["f"] == TensorProto.FLOAT16
    assert kinds["light"] == TensorProto.FLOAT
    assert made.graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    assert constant(made, "second.half").dtype == np.float16
    assert run(made, picture()) == pytest.approx(run(small_graph(), picture()), abs=2e-3)


def test_weights_kept_as_halves_are_multiplied_as_floats():
    graph = without_idle_pads(small_graph())

    made = kept_in_half(graph, least_values=16)

    casts = [node for node in made.graph.node if node.op_type == "Cast"]
    assert {node.output[0] for node in casts} == {"floats", "second", "head", "second_bias"}
    rounded = constant(graph, "second").astype(np.float16).astype(np.float32)
    (weights,) = (t for t in graph.graph.initializer if t.name == "second")
    weights.CopyFrom(numpy_helper.from_array(rounded, "second"))
    assert np.array_equal(run(made, picture()), run(graph, picture()))


def test_weights_that_were_kept_as_halves_come_back_under_their_names():
    graph = without_idle_pads(small_graph())

    back = unhalved(kept_in_half(graph, least_values=16))

    assert {t.name for t in back.graph.initializer} == {t.name for t in graph.graph.initializer}
    assert constant(back, "second") == pytest.approx(constant(graph, "second"), abs=1e-3)
    assert [node.op_type for node in back.graph.node] == [node.op_type for node in graph.graph.node]
    assert unhalved(graph) == graph
