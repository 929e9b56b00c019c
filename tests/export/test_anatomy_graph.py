"""The exported graph keeps the contract and does what the network does."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.domain import UInt8Array
from export.errors import OutputNameError, ToleranceError
from export.parity import map_parity
from export.to_onnx import OPSET, axes, check_contract, element_type, picture_graph
from training.anatomy.deployed import LABELS, DeployedAnatomy
from training.anatomy.structure_network import structure_network
from training.anatomy.vessel_network import vessel_network

pytestmark = pytest.mark.slow

SIDE = 64
STRUCTURE_SIDE = 32
SHIFT = {"vessel": 0.1, "disc": -0.4, "cup": 0.5, "fovea": 0.2}


@pytest.fixture(scope="module")
def deployed() -> DeployedAnatomy:
    torch.manual_seed(3)
    vessels, structures = vessel_network((4, 4, 8, 8, 8, 4)), structure_network("random")
    return DeployedAnatomy(vessels, structures, STRUCTURE_SIDE, SHIFT).eval()


@pytest.fixture(scope="module")
def graph(deployed: DeployedAnatomy) -> bytes:
    return picture_graph("anatomy", deployed, SIDE)


@pytest.fixture
def images(rng: np.random.Generator) -> UInt8Array:
    return rng.integers(0, 256, size=(3, SIDE, SIDE, 3), dtype=np.uint8)


def test_the_graph_takes_pictures_as_they_are_and_any_batch(graph: bytes):
    model = onnx.load_from_string(graph)

    picture = model.graph.input[0]
    assert (picture.name, element_type(picture)) == ("image_NHWC", "uint8")
    assert isinstance(axes(picture)[0], str)
    assert axes(picture)[1:] == [SIDE, SIDE, 3]
    assert {entry.version for entry in model.opset_import if entry.domain == ""} == {OPSET}


def test_the_graph_agrees_with_the_network(deployed, graph, images):
    report = map_parity(deployed, OnnxRuntimeCpu(graph, threads=1), images, "fp32", LABELS)

    assert report.largest_difference < 1e-4
    assert report.samples == 3
    assert "no probability differs by more than" in report.in_words


def test_a_batch_gives_what_its_pictures_give_alone(graph, images):
    backend = OnnxRuntimeCpu(graph, threads=1)

    together = backend.run({"image_NHWC": images})["probability_NKHW"]
    alone = [backend.run({"image_NHWC": i[None]})["probability_NKHW"][0] for i in images]

    np.testing.assert_allclose(together, np.stack(alone), atol=1e-5)


def test_the_shift_is_inside_the_graph(deployed, graph, images):
    shifted = OnnxRuntimeCpu(graph, 1).run({"image_NHWC": images})["probability_NKHW"]
    with torch.no_grad():
        unshifted = deployed.calibrated({})(torch.from_numpy(images)).numpy()

    def logit(p):
        return np.log(p / (1 - p))

    moved = (logit(shifted) - logit(unshifted)).mean(axis=(0, 2, 3))
    for name, by in SHIFT.items():
        assert moved[LABELS.index(name)] == pytest.approx(by, abs=1e-3)


def test_a_temperature_softens_the_vessel_alone(deployed, images):
    with torch.no_grad():
        plain = deployed.calibrated({})(torch.from_numpy(images)).numpy()
        soft = deployed.calibrated({}, vessel_temperature=2.0)(torch.from_numpy(images)).numpy()

    def logit(p):
        return np.log(p / (1 - p))

    np.testing.assert_allclose(logit(soft[:, 0]), logit(plain[:, 0]) / 2.0, atol=1e-3)
    np.testing.assert_array_equal(soft[:, 3:], plain[:, 3:])


def test_a_vessel_is_shared_between_arteriole_and_venule(graph, images):
    probability = OnnxRuntimeCpu(graph, 1).run({"image_NHWC": images})["probability_NKHW"]
    vessel, arteriole, venule = probability[:, 0], probability[:, 1], probability[:, 2]

    np.testing.assert_allclose(arteriole + venule, vessel, atol=1e-5)


def test_weights_that_differ_by_a_little_are_refused(deployed, graph, images):
    other = deployed.calibrated({name: by + 0.05 for name, by in SHIFT.items()})

    with pytest.raises(ToleranceError, match="largest difference"):
        map_parity(other, OnnxRuntimeCpu(graph, threads=1), images, "fp32", LABELS)


def test_a_graph_with_another_name_breaks_the_contract(graph: bytes):
    model = onnx.load_from_string(graph)
    model.graph.input[0].name = "picture"
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name == "image_NHWC":
                node.input[index] = "picture"

    with pytest.raises(OutputNameError, match="picture"):
        check_contract(model, "anatomy")
