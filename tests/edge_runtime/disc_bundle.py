"""A signed bundle that holds a disc model beside the reference bundle's own models.

The graph is a real one: from one brightness on a pixel is disc, from a higher one it is cup. In the
drawn samples that is roughly so, and a hand can count what must come out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from edge_runtime.contracts.bundle import (
    DISC_SQUARE,
    Artefact,
    ModelEntry,
    Preprocessing,
    TensorSpec,
)
from edge_runtime.contracts.tensors import DISC_CHANNELS
from edge_runtime.domain import Evidence
from tests.edge_runtime.findings_bundle import MadeBundle, bundle_with, untrained_parity

SIZE_PX, MARGIN = 96, 1.0
"""Others than the shipped recipe's, so that the bundle's own must be used."""

GRAPH_FILE = "disc.fp32.onnx"
CUTS = (0.40, 0.55)
"""Green from which on a pixel is disc, and cup."""

STEEPNESS = 40.0


def brightness_graph() -> bytes:
    """uint8 crop in, probabilities of disc and cup out, by green light alone."""
    kernel = np.zeros((2, 3, 1, 1), np.float32)
    kernel[:, 1] = STEEPNESS / 255.0
    weights = {"kernel": kernel, "bias": -STEEPNESS * np.asarray(CUTS, np.float32)}
    nodes = [
        helper.make_node("Cast", ["image_NHWC"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["nchw"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["nchw", "kernel", "bias"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["probability_NKHW"]),
    ]
    picture, maps = ["N", SIZE_PX, SIZE_PX, 3], ["N", 2, SIZE_PX, SIZE_PX]
    graph = helper.make_graph(
        nodes,
        "disc",
        [helper.make_tensor_value_info("image_NHWC", TensorProto.UINT8, picture)],
        [helper.make_tensor_value_info("probability_NKHW", TensorProto.FLOAT, maps)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def disc_entry(**changes: Any) -> ModelEntry:
    """The disc model's entry in bundle.json; `changes` are fields of ModelEntry."""
    picture: list[int | str] = ["N", SIZE_PX, SIZE_PX, 3]
    maps: list[int | str] = ["N", 2, SIZE_PX, SIZE_PX]
    entry = ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(kind=DISC_SQUARE, image_size_px=SIZE_PX, margin=MARGIN),
        inputs=[TensorSpec(name="image_NHWC", dtype="uint8", shape=picture)],
        outputs=[TensorSpec(name="probability_NKHW", dtype="float32", shape=maps)],
        labels=list(DISC_CHANNELS),
        artefacts={"fp32": Artefact(file=GRAPH_FILE, opset=20, golden_tolerance=0.02)},
        parity={"fp32": untrained_parity()},
        metrics=[],
    )
    return entry.model_copy(update=changes)


def bundle_with_disc(folder: Path, **changes: Any) -> MadeBundle:
    """Write the bundle, signed with a new key; `changes` are fields of the disc entry."""
    return bundle_with(folder, "disc", disc_entry(**changes), brightness_graph())
