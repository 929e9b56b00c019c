"""A network small enough to follow by hand: a picture of 0 to 255, two convolutions and a head."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 8


def small_graph(weight_K: tuple[float, ...] = (1.0, -2.0)) -> onnx.ModelProto:
    """Return picture / 255 -> Conv 1x1 (3 to 2) -> Relu -> idle pad -> Conv 1x1 (2 to 16) ->
    LeakyRelu -> Conv 1x1 (16 to 1, the head) -> Sigmoid.
    """
    first = np.zeros((2, 3, 1, 1), np.float32)
    first[0, 0], first[1, 1] = weight_K
    second = np.linspace(-1.0, 1.0, 32, dtype=np.float32).reshape(16, 2, 1, 1)
    head = np.full((1, 16, 1, 1), 0.25, np.float32)
    constants = {
        "most": np.array(255.0, np.float32),
        "first": first,
        "first_bias": np.array([0.25, 1.5], np.float32),
        "none": np.zeros(8, np.int64),
        "second": second,
        "second_bias": np.zeros(16, np.float32),
        "head": head,
    }
    make = helper.make_node
    nodes = [
        make("Transpose", ["image_NHWC"], ["planes"], "transpose", perm=[0, 3, 1, 2]),
        make("Cast", ["planes"], ["floats"], "cast", to=TensorProto.FLOAT),
        make("Div", ["floats", "most"], ["light"], "divide"),
        make("Conv", ["light", "first", "first_bias"], ["a"], "conv_1"),
        make("Relu", ["a"], ["b"], "relu"),
        make("Pad", ["b", "none"], ["c"], "pad"),
        make("Conv", ["c", "second", "second_bias"], ["d"], "conv_2"),
        make("LeakyRelu", ["d"], ["e"], "leaky", alpha=0.1),
        make("Conv", ["e", "head"], ["f"], "conv_head"),
        make("Sigmoid", ["f"], ["probability_NKHW"], "sigmoid"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image_NHWC", TensorProto.UINT8, ["N", SIDE, SIDE, 3])],
        [
            helper.make_tensor_value_info(
                "probability_NKHW", TensorProto.FLOAT, ["N", 1, SIDE, SIDE]
            )
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def picture(seed: int = 0) -> np.ndarray:
    """Return a picture of noise, shape (H, W, C)."""
    return np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
