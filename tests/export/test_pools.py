"""Average pools in steps of rows and columns, against the pools that they stand for."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, helper
from torch.nn import functional

from edge_runtime.domain import FloatArray
from export.pools import with_quick_pools


def pool(side: int, stride: int, pad: int, *, shape: tuple[int, int, int] = (3, 32, 48)):
    """Return a graph of one average pool, of any number of pictures."""
    node = helper.make_node(
        "AveragePool",
        ["map"],
        ["mean"],
        kernel_shape=[side, side],
        strides=[stride, stride],
        pads=[pad] * 4,
        count_include_pad=1,
    )
    graph = helper.make_graph(
        [node],
        "pool",
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["N", *shape])],
        [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["N", None, None, None])],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def run(model: onnx.ModelProto, map_NCHW: FloatArray) -> FloatArray:
    session = ort.InferenceSession(model.SerializeToString())
    return np.asarray(session.run(None, {"map": map_NCHW})[0])


def operators(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


@pytest.mark.parametrize(("side", "stride", "pad"), [(16, 16, 0), (8, 8, 0), (5, 1, 2), (11, 1, 5)])
def test_the_averages_are_those_of_the_pool_for_any_number_of_pictures(
    side: int, stride: int, pad: int, rng: np.random.Generator
):
    quick = with_quick_pools(pool(side, stride, pad))

    assert "AveragePool" not in operators(quick)
    for pictures in (1, 3):
        map_NCHW = rng.random((pictures, 3, 32, 48), np.float32)
        theirs = functional.avg_pool2d(torch.from_numpy(map_NCHW), side, stride, pad).numpy()
        np.testing.assert_allclose(run(quick, map_NCHW), theirs, atol=1e-6)


def test_a_cell_of_ones_and_twos_averages_as_by_hand():
    map_NCHW = np.ones((1, 1, 16, 32), np.float32)
    map_NCHW[..., 16:] = 2.0
    map_NCHW[0, 0, 0, 0] = 257.0

    found = run(with_quick_pools(pool(16, 16, 0, shape=(1, 16, 32))), map_NCHW)

    assert found.tolist() == [[[[2.0, 2.0]]]]


@pytest.mark.parametrize(
    ("side", "stride", "pad"),
    [
        (3, 1, 1),  # narrow
        (16, 8, 0),  # overlapping
        (10, 10, 0),  # does not fill the map
        (5, 1, 0),  # the edge is cut off
    ],
)
def test_other_pools_stay_as_they_are(side: int, stride: int, pad: int):
    assert operators(with_quick_pools(pool(side, stride, pad))) == ["AveragePool"]
