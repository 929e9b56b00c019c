"""Loss of the anatomy model where only some structures of a photograph are labelled.

Legend: N photographs, K channels, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from monai.losses.dice import DiceLoss
from torch import Tensor, nn
from torch.nn import functional


class MaskedDiceCrossEntropy(nn.Module):
    """Cross entropy plus soft Dice over labelled pixels only.

    Dice is computed over the whole batch (not one photograph at a time), so that a patch without
    a disc does not make the loss jump. Source of the sum: Isensee et al. 2021, Nat Methods 18:203.
    """

    def __init__(
        self, channel_weights: Sequence[float], presence_weights: Sequence[float] | None = None
    ) -> None:
        """`presence_weights`: how much a pixel of each structure counts against one without.

        The smaller a structure, the more: else the cross entropy is content to say that it is
        nowhere.
        """
        super().__init__()
        self.register_buffer("weight_K", torch.tensor(channel_weights, dtype=torch.float32))
        presence = [1.0] * len(channel_weights) if presence_weights is None else presence_weights
        self.register_buffer("presence_K11", torch.tensor(presence).view(-1, 1, 1))
        self.dice = DiceLoss(batch=True, reduction="none", smooth_nr=1.0, smooth_dr=1.0)

    def forward(self, logits_NKHW: Tensor, label_NKHW: Tensor, known_NKHW: Tensor) -> Tensor:
        """Return the weighted mean over the channels that are labelled somewhere in the batch."""
        pixels_K = known_NKHW.sum(dim=(0, 2, 3))
        weight_K = self.get_buffer("weight_K").to(pixels_K.device) * (pixels_K > 0)
        entropy = functional.binary_cross_entropy_with_logits(
            logits_NKHW,
            label_NKHW,
            weight=known_NKHW,
            reduction="none",
            pos_weight=self.get_buffer("presence_K11").to(logits_NKHW.device),
        )
        entropy_K = entropy.sum(dim=(0, 2, 3)) / pixels_K.clamp(min=1.0)
        probability = torch.sigmoid(logits_NKHW) * known_NKHW
        dice_K = self.dice(probability, label_NKHW * known_NKHW).flatten()
        both_K = entropy_K + dice_K
        mean: Tensor = (both_K * weight_K).sum() / weight_K.sum().clamp(min=1e-6)
        return mean
