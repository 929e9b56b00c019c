"""The disc network's graph keeps the contract and does what the network does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.tensors import DISC_CHANNELS
from edge_runtime.domain import UInt8Array
from export.errors import ToleranceError
from export.parity import map_parity
from export.to_onnx import picture_graph
from training.anatomy.disc_network import DeployedDisc, disc_network

pytestmark = pytest.mark.slow

SIDE = 64


@pytest.fixture(scope="module")
def deployed() -> DeployedDisc:
    torch.manual_seed(3)
    return DeployedDisc(disc_network("random")).eval()


@pytest.fixture(scope="module")
def graph(deployed: DeployedDisc) -> bytes:
    return picture_graph("disc", deployed, SIDE)


@pytest.fixture
def crops(rng: np.random.Generator) -> UInt8Array:
    crops = rng.integers(1, 256, size=(3, SIDE, SIDE, 3), dtype=np.uint8)
    crops[1, :, : SIDE // 3] = 0  # cut by the field's edge
    return crops


def test_the_graph_agrees_with_the_network(deployed: DeployedDisc, graph: bytes, crops: UInt8Array):
    backend = OnnxRuntimeCpu(graph, threads=1)

    report = map_parity(deployed, backend, crops, "fp32", DISC_CHANNELS)

    assert report.largest_difference < 1e-4
    assert report.samples == 3


def test_it_is_small_enough_for_a_kiosk(graph: bytes):
    assert len(graph) <= 4_000_000


def test_a_batch_gives_what_its_crops_give_alone(graph: bytes, crops: UInt8Array):
    backend = OnnxRuntimeCpu(graph, threads=1)

    together = backend.run({"image_NHWC": crops})["probability_NKHW"]
    alone = [backend.run({"image_NHWC": crop[None]})["probability_NKHW"][0] for crop in crops]

    assert together.shape == (3, 2, SIDE, SIDE)
    np.testing.assert_allclose(together, np.stack(alone), atol=1e-5)


def test_a_black_crop_gives_numbers_all_the_same(graph: bytes):
    black = np.zeros((1, SIDE, SIDE, 3), np.uint8)

    probability = OnnxRuntimeCpu(graph, threads=1).run({"image_NHWC": black})["probability_NKHW"]

    assert np.isfinite(probability).all()


def test_other_weights_are_refused(graph: bytes, crops: UInt8Array):
    torch.manual_seed(4)
    other = DeployedDisc(disc_network("random")).eval()

    with pytest.raises(ToleranceError, match="largest difference"):
        map_parity(other, OnnxRuntimeCpu(graph, threads=1), crops, "fp32", DISC_CHANNELS)


def test_it_tells_nothing_of_the_machine_that_exported_it(graph: bytes):
    assert b"disc_network" not in graph
    assert b'File "' not in graph
