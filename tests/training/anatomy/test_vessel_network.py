"""The vessel network on squares of pixels, against torch's own way of laying pixels out."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from training.anatomy.vessel_network import evened, vessel_network

FEATURES = (4, 4, 8, 8, 8, 4)


@pytest.mark.parametrize("square_px", [1, 2])
def test_there_is_a_logit_for_each_pixel(square_px: int):
    side = 16 * square_px

    logits = vessel_network(FEATURES, square_px=square_px)(torch.zeros(2, 6, side, 2 * side))

    assert logits.shape == (2, 1, side, 2 * side)


def test_the_first_convolution_sees_three_by_three_squares_of_two_by_two_pixels():
    network = vessel_network(FEATURES, square_px=2)
    first = network.get_submodule("0.conv_0.conv_0.conv")
    assert isinstance(first, nn.Conv2d)
    image = torch.rand(1, 6, 32, 32)

    # The same weights on squares whose pixels lie behind each other as channels.
    weight = first.weight.reshape(4, 6, 3, 2, 3, 2).permute(0, 1, 3, 5, 2, 4).reshape(4, 24, 3, 3)
    laid_out = functional.pixel_unshuffle(image, 2)
    expected = functional.conv2d(laid_out, weight, first.bias, padding=1)

    assert torch.allclose(first(image), expected, atol=1e-5)


def test_light_is_evened_out_within_the_field_alone():
    image = torch.zeros(1, 96, 96, 3, dtype=torch.uint8)
    image[:, :, 48:] = 120
    image[:, 40:44, 70:74] = 60

    even = evened(image)[0, 3:]

    assert even.shape == (3, 96, 96)
    assert (even[:, :, :48] == 0.0).all()
    assert float(even[:, 42, 72].max()) < -1.0
    assert float(even[:, 8, 88].abs().max()) < 0.2
