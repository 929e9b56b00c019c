"""The network of signs: an encoder, an attention for each sign, and its value.

Each sign is read where it lies: its attention over the picture pools the features that its value is
read from, and is what the map of evidence is made of (out of the graph, no gradients).

Legend: N photographs, C channels, H rows, W columns, S signs, B values of the body, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_runtime.forecast.signs import BODY, SIGNS
from training.anatomy.vessel_network import colours, evened_colours
from training.networks.efficientnet_lite import STAGES, EfficientNetLite0, load_imagenet

STRIDE, ENCODED = 16, 112
COLOUR_STRIDE, COLOUR_STAGE = 4, 1
SPREADS = (0.05, 3.0)
"""Bounds of a predicted standard deviation, in deviations of the value."""


class SignsNetwork(nn.Module):
    """Returns what each photograph shows.

    Signs (N, S) and values of the body (N, B), in standard scores; the body's log deviations
    (N, B); attention (N, S, h, w), which sums to 1 over the picture; features (N, F) of the whole.
    """

    sign_mean_S: Tensor
    sign_by_S: Tensor
    body_mean_B: Tensor
    body_by_B: Tensor

    def __init__(self, start: str, wide: int, frozen_stages: int) -> None:
        """The stem and the first `frozen_stages` stages stay as they start, 0 for none."""
        super().__init__()
        for name, count in (("sign", len(SIGNS)), ("body", len(BODY))):
            letter = name[0].upper()
            self.register_buffer(f"{name}_mean_{letter}", torch.zeros(count))
            self.register_buffer(f"{name}_by_{letter}", torch.ones(count))
        self.encoder = EfficientNetLite0(STRIDE)
        if start == "imagenet":
            load_imagenet(self.encoder)
        self._frozen = [self.encoder.stem, *self.encoder.stages[:frozen_stages]]
        self._frozen = self._frozen if frozen_stages else []
        for layer in self._frozen:
            layer.requires_grad_(False)
        # The encoder sees local contrast alone, as cameras differ; how red or pale all is comes in
        # after its first stages, at first with no weight.
        self.colour = nn.Conv2d(3, STAGES[COLOUR_STAGE][3], 1, bias=False)
        nn.init.zeros_(self.colour.weight)
        self.widen = nn.Sequential(
            nn.Conv2d(ENCODED, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU6(inplace=True)
        )
        self.look = nn.Conv2d(wide, len(SIGNS), 1)
        self.read = nn.Parameter(torch.randn(len(SIGNS), wide) / wide**0.5)
        self.whole = nn.Linear(2 * wide, len(SIGNS))
        self.tell = nn.Linear(2 * wide, 2 * len(BODY))

    def train(self, mode: bool = True) -> SignsNetwork:
        """Set the mode; what is frozen keeps its statistics too."""
        super().train(mode)
        for layer in self._frozen:
            layer.eval()
        return self

    def forward(self, image_NHWC: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return signs, body, log deviations of the body, attention and features."""
        features = self.widen(self._encoded(image_NHWC))
        logits = self.look(features)
        attention = torch.softmax(logits.flatten(2).float(), dim=2)
        flat_NCX = features.flatten(2).float()
        pooled_NSC = attention @ flat_NCX.transpose(1, 2)
        whole = torch.cat([flat_NCX.mean(dim=2), flat_NCX.amax(dim=2)], dim=1)
        sign_NS = (pooled_NSC * self.read).sum(dim=2) + self.whole(whole)
        body, spread = self.tell(whole).split([len(BODY), len(BODY)], dim=1)
        bounds = torch.log(torch.tensor(SPREADS))
        spread = spread.clamp(float(bounds[0]), float(bounds[1]))
        return sign_NS, body, spread, attention.reshape(logits.shape), whole

    def in_units(self, sign_NS: Tensor) -> Tensor:
        """Return signs in their own units, within the span of each."""
        low, high = (
            torch.tensor([getattr(sign, end) for sign in SIGNS], device=sign_NS.device)
            for end in ("lowest", "highest")
        )
        inside: Tensor = (sign_NS * self.sign_by_S + self.sign_mean_S).clamp(low, high)
        return inside

    def _encoded(self, image_NHWC: Tensor) -> Tensor:
        colour_NCHW = colours(image_NHWC)
        features: Tensor = self.encoder.stem(evened_colours(colour_NCHW)[:, 3:] * 0.5)
        for number, stage in enumerate(self.encoder.stages):
            features = stage(features)
            if number == COLOUR_STAGE:
                coarse = functional.avg_pool2d(colour_NCHW, COLOUR_STRIDE) * 2.0 - 1.0
                features = features + self.colour(coarse)
        return features
