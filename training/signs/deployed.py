"""The network of signs as it ships: units, honest spreads, and how strange a photograph is.

How strange: the root mean square of the whole picture's features after they were whitened by those
of the photographs that were learned from (Mahalanobis' distance; Lee et al. 2018, NeurIPS).

Legend: N photographs, S signs, B values of the body, F features.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.cli.progress import progress_bar
from edge_runtime.domain import FloatArray
from training.signs.eyes import SignedEye
from training.signs.network import SignsNetwork
from training.signs.pictures import Pictures
from training.signs.reading import TOGETHER, trained_signs

FITTED = "fitted.npz"
MOST_LOOKED_AT = 1500
"""Photographs of each role whose features are looked at, spread over all."""
SHRUNK = 0.05
"""Share of the mean variance in every direction, so that none counts for nothing."""
KEPT = 0.99
"""Share of tuning photographs that are not strange."""
WITHIN, NORMAL_90 = 0.9, 1.6449


class DeployedSigns(nn.Module):
    """Returns signs and values of the body in their units, deviations, attention, strangeness."""

    mean_F: Tensor
    whiten_FF: Tensor
    spread_B: Tensor

    def __init__(
        self, network: SignsNetwork, mean_F: Tensor, whiten_FF: Tensor, spread_B: Tensor
    ) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("mean_F", mean_F)
        self.register_buffer("whiten_FF", whiten_FF)
        self.register_buffer("spread_B", spread_B)

    def forward(self, image_NHWC: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return signs (N, S), body and its deviations (N, B), attention, strangeness (N,)."""
        sign_NS, body, log_spread, attention, whole_NF = self.network(image_NHWC)
        body_NB = body * self.network.body_by_B + self.network.body_mean_B
        deviation_NB = torch.exp(log_spread) * self.network.body_by_B * self.spread_B
        off_NF = (whole_NF - self.mean_F) @ self.whiten_FF
        strangeness_N = (off_NF * off_NF).mean(dim=1).sqrt()
        return self.network.in_units(sign_NS), body_NB, deviation_NB, attention, strangeness_N


def fit_deployed(run: Path, learn: Pictures, tune: Pictures) -> None:
    """Write beside a run's weights what ships with them, fitted on its photographs."""
    _, network = trained_signs(run)
    feature_NF = _seen(network, learn, _spread(learn))[0]
    mean_F, whiten_FF = whitening(feature_NF)
    tuned_NF, body_NB, spread_NB = _seen(network, tune, _spread(tune))
    off_NF = (tuned_NF - mean_F) @ whiten_FF
    strangeness_N = np.sqrt((off_NF**2).mean(axis=1))
    np.savez(
        run / FITTED,
        mean_F=mean_F.astype(np.float32),
        whiten_FF=whiten_FF.astype(np.float32),
        spread_B=_honest(network, [tune.eyes[i] for i in _spread(tune)], body_NB, spread_NB),
        threshold=np.float32(np.quantile(strangeness_N, KEPT)),
    )


def deployed_signs(run: Path) -> tuple[DeployedSigns, float]:
    """Return a finished run's network as it ships, and from which strangeness it refuses."""
    _, network = trained_signs(run)
    with np.load(run / FITTED, allow_pickle=False) as fitted:
        parts = [torch.from_numpy(fitted[name]) for name in ("mean_F", "whiten_FF", "spread_B")]
        return DeployedSigns(network, *parts).eval(), float(fitted["threshold"])


def whitening(feature_NF: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean (F,) and the matrix (F, F) after which features have unit covariance, nearly."""
    mean_F = feature_NF.mean(axis=0, dtype=np.float64)
    covariance = np.cov(feature_NF.astype(np.float64), rowvar=False)
    variance, direction = np.linalg.eigh(covariance)
    shrunk = variance + SHRUNK * variance.mean()
    return mean_F, direction / np.sqrt(shrunk)


def _spread(pictures: Pictures) -> range:
    return range(0, len(pictures), max(1, len(pictures) // MOST_LOOKED_AT))


@torch.no_grad()
def _seen(
    network: SignsNetwork, pictures: Pictures, numbers: range
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return features, body and log deviations of some pictures."""
    found = []
    with progress_bar("Looking at photographs", len(numbers)) as show:
        for start in range(0, len(numbers), TOGETHER):
            chosen = numbers[start : start + TOGETHER]
            images = torch.from_numpy(np.stack([pictures.image(i) for i in chosen]))
            _, body, spread, _, whole = network(images)
            found.append((whole.numpy(), body.numpy(), spread.numpy()))
            show(start + len(chosen))
    feature, body, spread = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return feature, body, spread


def _honest(
    network: SignsNetwork, eyes: list[SignedEye], body_NB: FloatArray, spread_NB: FloatArray
) -> FloatArray:
    """Return by what to multiply deviations, (B,), so that 90 % of tuning values lie within."""
    true_NB = np.stack([eye.body_B for eye in eyes])
    score_NB = (true_NB - network.body_mean_B.numpy()) / network.body_by_B.numpy()
    off_NB = np.abs(score_NB - body_NB) / np.exp(spread_NB)
    return np.asarray(np.nanquantile(off_NB, WITHIN, axis=0) / NORMAL_90, np.float32)
