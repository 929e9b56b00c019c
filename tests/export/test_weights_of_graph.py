"""A network whose weights were read back from its graph gives what the graph gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.bundle.opening import open_bundle, reference_bundle_path
from edge_runtime.domain import UInt8Array
from export.errors import WeightsError
from export.to_onnx import picture_graph
from export.trained import trained_models
from export.weights_of_graph import unfolded, write_weights
from training.anatomy.disc_network import DeployedDisc, disc_network

pytestmark = pytest.mark.slow

SIDE = 64


def lived_in(network: nn.Module) -> nn.Module:
    """Return the network with batch normalisations that do something, as after training."""
    torch.manual_seed(5)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return network.eval()


@pytest.fixture(scope="module")
def graph() -> bytes:
    return picture_graph("disc", DeployedDisc(lived_in(disc_network("random"))), SIDE)


@pytest.fixture
def crops(rng: np.random.Generator) -> UInt8Array:
    return rng.integers(0, 256, size=(2, SIDE, SIDE, 3), dtype=np.uint8)


def test_folded_normalisations_come_back(graph: bytes, crops: UInt8Array) -> None:
    network = disc_network("random")
    network.load_state_dict(unfolded(network, onnx.load_from_string(graph), "network."))

    with torch.no_grad():
        ours = DeployedDisc(network).eval()(torch.from_numpy(crops)).numpy()
    theirs = OnnxRuntimeCpu(graph, threads=1).run({"image_NHWC": crops})["probability_NKHW"]

    np.testing.assert_allclose(ours, theirs, atol=2e-4)


def test_a_graph_without_a_weight_is_refused_by_the_weights_name(graph: bytes) -> None:
    torn = onnx.load_from_string(graph)
    first = next(i for i in torn.graph.initializer if i.name.startswith("network.encoder"))
    name = first.name
    torn.graph.initializer.remove(first)

    with pytest.raises(WeightsError, match=r"does not hold network\.encoder\.stem") as raised:
        unfolded(disc_network("random"), torn, "network.")

    assert name in str(raised.value)


def test_another_network_is_refused(graph: bytes) -> None:
    with pytest.raises(WeightsError):
        unfolded(nn.Sequential(nn.Conv2d(3, 4, 3)), onnx.load_from_string(graph), "network.")


def test_what_ships_can_be_exported_again(tmp_path: Path) -> None:
    bundle = open_bundle(reference_bundle_path(), ())

    write_weights(bundle, tmp_path, lambda _: None)

    trained = trained_models(tmp_path / "anatomy", tmp_path / "findings", None)
    without = {"signs", "forecast", "progression"}  # those are taught by drawn eyes alone
    assert set(trained.sets) == bundle.manifest.models.keys() - without
    assert trained.fold == bundle.manifest.held_out_fold
