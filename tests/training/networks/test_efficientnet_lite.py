"""The encoder is EfficientNet-Lite0: its sizes, and ImageNet's weights in their places."""

from __future__ import annotations

import pytest
import torch

from training.errors import CheckpointError
from training.networks import efficientnet_lite
from training.networks.efficientnet_lite import EfficientNetLite0, load_imagenet

PUBLISHED_PARAMETERS = 4_652_008
"""EfficientNet-Lite0 with its head: 1280 features of 320 channels, then 1000 classes."""

HEAD = 320 * 1280 + 2 * 1280 + 1280 * 1000 + 1000


def test_it_has_the_published_number_of_parameters_without_the_head():
    network = EfficientNetLite0()

    assert sum(p.numel() for p in network.parameters()) == PUBLISHED_PARAMETERS - HEAD


def test_its_features_halve_at_every_stride():
    features = EfficientNetLite0().eval()(torch.zeros(2, 3, 96, 64))

    assert {stride: tuple(f.shape) for stride, f in features.items()} == {
        2: (2, 16, 48, 32),
        4: (2, 24, 24, 16),
        8: (2, 40, 12, 8),
        16: (2, 112, 6, 4),
        32: (2, 320, 3, 2),
    }


def test_weights_of_imagenet_fill_every_layer():
    network = EfficientNetLite0()
    before = {name: value.clone() for name, value in network.state_dict().items()}

    load_imagenet(network)

    changed = {n for n, value in network.state_dict().items() if not torch.equal(value, before[n])}
    weights = {name for name, _ in network.named_parameters()}
    assert weights <= changed


def test_another_file_of_weights_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(efficientnet_lite, "IMAGENET_SHA256", "0" * 64)

    with pytest.raises(CheckpointError, match="not the file"):
        load_imagenet(EfficientNetLite0())
