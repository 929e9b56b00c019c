"""The energy score of simulated changes: what a sample misses, less how far samples lie apart.

It is least for samples of the true distribution (Gneiting & Raftery 2007, JASA 102:359), so a
network that only blurs or only copies is worse than one whose samples differ as eyes do. Distances
are taken over the whole field, over the field at a quarter of its size (light and colour), and over
small squares (lesions and vessels in their places).

Legend: N pictures, C colours, H rows, W columns.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SQUARE_PX = 16
COARSER = 4
LEAST = 1e-3
"""Grey levels squared: a distance has no slope at 0."""
WEIGHTS = {"whole": 1.0, "coarse": 1.0, "squares": 0.5}


def distance(change_NCHW: Tensor, other_NCHW: Tensor, inside_N1HW: Tensor) -> Tensor:
    """Return the distance of two changes, (N,), in grey levels: a weighted sum over scales."""
    apart = (change_NCHW - other_NCHW) * inside_N1HW
    size_N = 3.0 * inside_N1HW.mean(dim=(1, 2, 3))
    square = apart.square().sum(dim=1, keepdim=True)
    coarse = functional.avg_pool2d(apart, COARSER).square().sum(dim=1).mean(dim=(1, 2))
    squares = functional.avg_pool2d(square, SQUARE_PX) + LEAST
    return (
        WEIGHTS["whole"] * _root(square.mean(dim=(1, 2, 3)) / size_N)
        + WEIGHTS["coarse"] * _root(coarse / size_N)
        + WEIGHTS["squares"] * squares.sqrt().mean(dim=(1, 2, 3))
    )


def energy_score(
    first_NCHW: Tensor, second_NCHW: Tensor, truth_NCHW: Tensor, inside_N1HW: Tensor
) -> Tensor:
    """Return the energy score of two samples, (N,); of two equal ones the distance alone."""
    missed = 0.5 * (
        distance(first_NCHW, truth_NCHW, inside_N1HW)
        + distance(second_NCHW, truth_NCHW, inside_N1HW)
    )
    return missed - 0.5 * distance(first_NCHW, second_NCHW, inside_N1HW)


def whole_field(apart_NCHW: Tensor, inside_N1HW: Tensor) -> Tensor:
    """Return the root mean square of a difference over the field, (N,), grey levels."""
    square = (apart_NCHW * inside_N1HW).square().sum(dim=(1, 2, 3))
    return torch.sqrt(square / (3.0 * inside_N1HW.sum(dim=(1, 2, 3))))


def _root(square_N: Tensor) -> Tensor:
    return torch.sqrt(square_N + LEAST)
