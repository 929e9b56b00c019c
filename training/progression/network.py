"""The progression network: this eye, a horizon, what is known and noise, to a field of change.

It never paints a picture. It says how far each place moves, how much lighter or darker it becomes,
and what is added; `composed` (here for training, `edge_runtime/simulation/composing.py` at the
photograph's own size) applies that to the picture. What is added is in part the picture's own
detail at three scales times a smooth map: blur, clearer or paler vessels, narrower walls.

Legend: N pictures, C colours, H rows, W columns, K channels, D covariates.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_runtime.contracts.tensors import CHANGE_CHANNELS, NOISE_SHAPE
from training.anatomy.vessel_network import colours, evened_colours

WIDTHS = (16, 32, 64, 96)
"""Channels at 1/2, 1/4, 1/8 and 1/16 of the picture's side."""
LAST_WIDTH = 12
"""Channels of the finest features that the change is read from, at 1/2."""
DETAILS = 3
"""Scales of the picture's own detail."""
TOLD = 96
"""Width of what is told of horizon, person and chance."""
FURTHEST_PX = 4.0
"""How far a place may move, in network pixels."""
STRONGEST_GAIN = 0.5
"""Bound of the logarithm of lighter or darker."""
SLOW_YEARS = 2.0
"""The field is multiplied by h / (h + 2 years): nothing changes at horizon 0."""


@dataclass(frozen=True)
class Encoded:
    """What is seen of a picture, whatever the horizon: features by scale, and its own detail."""

    features: tuple[Tensor, ...]
    """At 1/2, 1/4, 1/8 and 1/16."""
    detail_NKHW: Tensor
    inside_N1HW: Tensor


class ProgressionNetwork(nn.Module):
    """Returns the change (N, K, H, W): shift in x and y (network pixels), log gain of each colour,
    and what is added to each (grey levels of 255); 0 outside the field and at horizon 0.
    """

    mean_D: Tensor
    deviation_D: Tensor

    def __init__(self, mean_D: Tensor, deviation_D: Tensor) -> None:
        """`mean_D` and `deviation_D` of each covariate among the people of training."""
        super().__init__()
        self.register_buffer("mean_D", mean_D)
        self.register_buffer("deviation_D", deviation_D)
        half, quarter, eighth, sixteenth = WIDTHS
        chance = NOISE_SHAPE[0]
        self.stem = _seen(6, half, stride=2)
        self.to_quarter = nn.Sequential(_seen(half, quarter, stride=2), _seen(quarter, quarter))
        self.to_eighth = nn.Sequential(_seen(quarter, eighth, stride=2), _seen(eighth, eighth))
        self.to_sixteenth = nn.Sequential(
            _seen(eighth, sixteenth, stride=2), _seen(sixteenth, sixteenth)
        )
        told = 2 * len(mean_D) + 3 + chance
        self.tell = nn.Sequential(
            nn.Linear(told, TOLD), nn.SiLU(), nn.Linear(TOLD, TOLD), nn.SiLU()
        )
        self.deep = _Told(sixteenth + chance, sixteenth)
        self.up_eighth = _Joined(sixteenth, eighth, eighth)
        self.up_quarter = _Joined(eighth, quarter, quarter)
        self.up_half = _Joined(quarter, half, LAST_WIDTH)
        self.smooth = nn.Conv2d(quarter, 2 + 3 + 3 * DETAILS, 1)
        self.fine = nn.Conv2d(LAST_WIDTH, 3 * 4, 3, padding=1)
        for head in (self.smooth, self.fine):
            # Near to nothing at first, so that training begins at copying.
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)  # type: ignore[arg-type]

    def forward(
        self,
        image_NHWC: Tensor,
        noise_NKHW: Tensor,
        horizon_years_N: Tensor,
        covariate_ND: Tensor,
        known_ND: Tensor,
    ) -> Tensor:
        """Return the change of each picture."""
        encoded = self.encode(colours(image_NHWC))
        return self.change(encoded, noise_NKHW, horizon_years_N, covariate_ND, known_ND)

    def encode(self, colour_NCHW: Tensor) -> Encoded:
        """Return what is seen of pictures, colours in [0, 1]."""
        half = self.stem(evened_colours(colour_NCHW))
        quarter = self.to_quarter(half)
        eighth = self.to_eighth(quarter)
        inside = (colour_NCHW.amax(dim=1, keepdim=True) > 0).to(colour_NCHW.dtype)
        features = (half, quarter, eighth, self.to_sixteenth(eighth))
        return Encoded(features, details(colour_NCHW * 255.0, inside), inside)

    def change(
        self,
        encoded: Encoded,
        noise_NKHW: Tensor,
        horizon_years_N: Tensor,
        covariate_ND: Tensor,
        known_ND: Tensor,
    ) -> Tensor:
        """Return the change (N, K, H, W) of encoded pictures."""
        told = self.tell(_told(self, noise_NKHW, horizon_years_N, covariate_ND, known_ND))
        half, quarter, eighth, sixteenth = encoded.features
        chance = functional.interpolate(noise_NKHW, size=sixteenth.shape[2:], mode="nearest")
        deep = self.deep(torch.cat([sixteenth, chance], dim=1), told)
        at_quarter = self.up_quarter(self.up_eighth(deep, eighth, told), quarter, told)
        fine = functional.pixel_shuffle(self.fine(self.up_half(at_quarter, half, told)), 2)
        smooth = functional.interpolate(
            self.smooth(at_quarter), scale_factor=4.0, mode="bilinear", align_corners=False
        )
        shift, gain, own = torch.split(smooth, [2, 3, 3 * DETAILS], dim=1)
        added = 10.0 * fine
        for scale, part in enumerate(torch.split(own, 3, dim=1)):
            added = added + part * encoded.detail_NKHW[:, 3 * scale : 3 * scale + 3]
        change = torch.cat(
            [FURTHEST_PX * torch.tanh(shift), STRONGEST_GAIN * torch.tanh(gain), added], dim=1
        )
        passed_N = horizon_years_N / (horizon_years_N + SLOW_YEARS)
        return change * encoded.inside_N1HW * passed_N[:, None, None, None]


def details(level_NCHW: Tensor, inside_N1HW: Tensor) -> Tensor:
    """Return the picture's own detail at three scales, (N, 3 x C, H, W), 0 near the field's edge.

    Where a vessel is a dark line, these are the ways in which a line becomes wider, narrower,
    paler or less sharp.
    """
    finest = functional.avg_pool2d(level_NCHW, 3, 1, 1)
    middle = functional.avg_pool2d(functional.avg_pool2d(level_NCHW, 5, 1, 2), 5, 1, 2)
    coarse = functional.avg_pool2d(functional.avg_pool2d(level_NCHW, 11, 1, 5), 11, 1, 5)
    # The field's edge is no detail of the eye.
    within = (functional.avg_pool2d(inside_N1HW, 23, 1, 11) > 0.999).to(level_NCHW.dtype)
    found = torch.cat([level_NCHW - finest, finest - middle, middle - coarse], dim=1)
    return found * within


def composed(colour_NCHW: Tensor, change_NKHW: Tensor) -> Tensor:
    """Return the simulated pictures, levels of 0 to 255 that are not rounded; as the runtime does.

    The colours are in [0, 1].
    """
    level = colour_NCHW * 255.0
    shift, gain, added = torch.split(
        change_NKHW, [len(names) for names in CHANGE_CHANNELS.values()], dim=1
    )
    height, width = level.shape[2:]
    rows, columns = torch.meshgrid(
        torch.arange(height, dtype=level.dtype, device=level.device),
        torch.arange(width, dtype=level.dtype, device=level.device),
        indexing="ij",
    )
    # Pixel centres in grid_sample's coordinates, -1 to 1 from edge to edge.
    at_x = (columns + shift[:, 0] + 0.5) * 2.0 / width - 1.0
    at_y = (rows + shift[:, 1] + 0.5) * 2.0 / height - 1.0
    moved = functional.grid_sample(
        level, torch.stack([at_x, at_y], dim=-1), padding_mode="border", align_corners=False
    )
    simulated: Tensor = moved * torch.exp(gain) + added
    return simulated


def _told(
    network: ProgressionNetwork,
    noise_NKHW: Tensor,
    horizon_years_N: Tensor,
    covariate_ND: Tensor,
    known_ND: Tensor,
) -> Tensor:
    """Return what is told of horizon, person and chance, one row a picture."""
    score_ND = (covariate_ND - network.mean_D) / network.deviation_D * known_ND
    ahead_N3 = torch.stack(
        [horizon_years_N / 10.0, torch.log1p(horizon_years_N), torch.sqrt(horizon_years_N)], dim=1
    )
    # The mean over places, scaled to unit deviation: what chance says of the whole eye.
    cells = noise_NKHW.shape[2] * noise_NKHW.shape[3]
    whole_NK = noise_NKHW.mean(dim=(2, 3)) * cells**0.5
    return torch.cat([ahead_N3, score_ND.clamp(-4.0, 4.0), known_ND, whole_NK], dim=1)


class _Told(nn.Module):
    """A convolution whose features are scaled and shifted by what is told."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.see = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.even = nn.BatchNorm2d(out)
        self.scale = nn.Linear(TOLD, 2 * out)

    def forward(self, features: Tensor, told: Tensor) -> Tensor:
        scale, shift = self.scale(told)[:, :, None, None].chunk(2, dim=1)
        return functional.leaky_relu(self.even(self.see(features)) * (1.0 + scale) + shift, 0.1)


class _Joined(nn.Module):
    """Coarse features enlarged and joined with finer ones, by what is told."""

    def __init__(self, coarse: int, fine: int, out: int) -> None:
        super().__init__()
        self.from_coarse = nn.Conv2d(coarse, out, 1)
        self.from_fine = nn.Conv2d(fine, out, 1)
        self.told = _Told(out, out)

    def forward(self, coarse: Tensor, fine: Tensor, told: Tensor) -> Tensor:
        enlarged = functional.interpolate(
            self.from_coarse(coarse), scale_factor=2.0, mode="nearest"
        )
        joined: Tensor = self.told(enlarged + self.from_fine(fine), told)
        return joined


def _seen(channels: int, out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out, 3, stride, 1, bias=False),
        nn.BatchNorm2d(out),
        nn.LeakyReLU(0.1, inplace=True),
    )
