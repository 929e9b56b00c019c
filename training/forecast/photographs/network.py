"""The network from photographs: an encoder, one attention a condition, and what is added.

Each condition looks where it must: its attention over the picture pools the features from which
its signs are read, and is the map of evidence that the graph gives (no gradients on the device).

Legend: N photographs, P people, C channels, H rows, W columns, K conditions, D covariates,
L labels, S signs read, V values of the body.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from edge_runtime.forecast.covariates import NAMES
from training.anatomy.vessel_network import evened
from training.forecast.networks import CONDITIONS
from training.forecast.photographs.seen import LABELS
from training.networks.efficientnet_lite import EfficientNetLite0, load_imagenet

STRIDE, ENCODED = 16, 112
WIDE = 96
SIGNS = 4
"""Signs read a condition."""
SPREADS = (0.05, 3.0)
"""Bounds of a predicted standard deviation, in deviations of the covariate."""


class EyeNetwork(nn.Module):
    """Returns what each photograph shows.

    Signs (N, K, S); every covariate as the eye tells it (N, D) with its log deviation (N, D), in
    standard scores (a yes or no as a logit); logits of the labels (N, L); attention (N, K, h, w),
    which sums to 1 over the picture.
    """

    def __init__(self, start: str) -> None:
        super().__init__()
        self.encoder = EfficientNetLite0(STRIDE)
        if start == "imagenet":
            load_imagenet(self.encoder)
        self.widen = nn.Sequential(
            nn.Conv2d(ENCODED, WIDE, 1, bias=False), nn.BatchNorm2d(WIDE), nn.ReLU6(inplace=True)
        )
        self.look = nn.Conv2d(WIDE, CONDITIONS, 1)
        self.read = nn.Parameter(torch.randn(CONDITIONS, WIDE, SIGNS) / WIDE**0.5)
        self.tell = nn.Linear(2 * WIDE, 2 * len(NAMES) + len(LABELS))

    def forward(self, image_NHWC: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return signs, body, log deviations of the body, labels and attention."""
        seen_NCHW = evened(image_NHWC)[:, 3:] * 0.5
        features = self.widen(self.encoder(seen_NCHW)[STRIDE])
        logits = self.look(features)
        attention = torch.softmax(logits.flatten(2), dim=2)
        flat_NCX = features.flatten(2)
        pooled_NKC = attention @ flat_NCX.transpose(1, 2)
        signs_NKS = torch.einsum("nkc,kcs->nks", pooled_NKC, self.read)
        whole = torch.cat([flat_NCX.mean(dim=2), flat_NCX.amax(dim=2)], dim=1)
        body, spread, labels = self.tell(whole).split([len(NAMES), len(NAMES), len(LABELS)], dim=1)
        bounds = torch.log(torch.tensor(SPREADS))
        spread = spread.clamp(float(bounds[0]), float(bounds[1]))
        return signs_NKS, body, spread, labels, attention.reshape(logits.shape)


class AddingNetwork(nn.Module):
    """Returns what photographs add to each condition's log rate, (P, K).

    Signs and the body as the eyes tell it, beside what is known already: an HbA1c that was measured
    leaves less to learn of it from the picture. It begins at nothing added.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        inputs = CONDITIONS * SIGNS + 3 * len(NAMES) + len(LABELS)
        self.small = nn.Sequential(
            nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, CONDITIONS)
        )
        self.gain = nn.Parameter(torch.zeros(CONDITIONS, SIGNS))
        last = self.small[-1]
        nn.init.zeros_(last.weight)  # type: ignore[arg-type]
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]

    def forward(
        self, signs_PKS: Tensor, body_PD: Tensor, labels_PL: Tensor, seen_P2D: Tensor
    ) -> Tensor:
        """Return the increments; `seen_P2D` is `networks.standardised` of the covariates."""
        told = torch.cat([signs_PKS.flatten(1), body_PD, labels_PL, seen_P2D], dim=1)
        own: Tensor = (signs_PKS * self.gain).sum(dim=2)
        added: Tensor = own + self.small(told)
        return added.clamp(-4.0, 4.0)


class PhotographNetwork(nn.Module):
    """Eyes and adding, trained together; `person_N` says whose each photograph is."""

    def __init__(self, start: str, width: int) -> None:
        super().__init__()
        self.eye = EyeNetwork(start)
        self.adding = AddingNetwork(width)

    def forward(
        self, image_NHWC: Tensor, share_PN: Tensor, seen_P2D: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return increments (P, K), then body, log deviations and labels of each photograph.

        `share_PN` are the shares of the photographs in each person's mean, summing to 1.
        """
        signs, body, spread, labels, _ = self.eye(image_NHWC)
        of_person = [
            share_PN @ signs.flatten(1),
            share_PN @ body,
            share_PN @ labels,
        ]
        signs_PKS = of_person[0].reshape(-1, CONDITIONS, SIGNS)
        added_PK = self.adding(signs_PKS, of_person[1], of_person[2], seen_P2D)
        return added_PK, body, spread, labels
