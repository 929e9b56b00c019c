"""Signs as a photograph would show them, of drawn people who were never photographed.

Hazards are learned from hundreds of thousands of people, photographs drawn of some thousands. How
a network errs is seen on tuning people: each of the many takes the error of one of those who are
most like in all true signs (a hot deck, Andridge & Little 2010, Int Stat Rev 78:40), so that the
forecast learns how far a reading can be trusted. Errors of all signs come from one donor together.

Legend: N people, M donors, S signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from edge_runtime.domain import FloatArray

NEIGHBOURS = 8
TOGETHER = 4096
LEAST_DEVIATION = 0.05


@dataclass(frozen=True)
class Donors:
    """Tuning people's true signs and those read in their photographs, (M, S) each."""

    true_MS: FloatArray
    read_MS: FloatArray

    def save(self, path: Path) -> None:
        """Write them whole or not at all."""
        temporary = path.with_suffix(".tmp.npz")
        np.savez(temporary, true_MS=self.true_MS, read_MS=self.read_MS)
        temporary.replace(path)

    def readings(self, true_NS: FloatArray, seed: int) -> FloatArray:
        """Return what a photograph would show of people with these true signs, (N, S)."""
        line = _Line(self)
        donor_N = _like(self.true_MS, true_NS, np.random.default_rng([seed, 11]))
        error_MS = self.read_MS - line.at(self.true_MS)
        return np.asarray(line.at(true_NS) + error_MS[donor_N], np.float32)


def load_donors(path: Path) -> Donors:
    """Return the donors of a file that `Donors.save` wrote."""
    with np.load(path, allow_pickle=False) as kept:
        return Donors(kept["true_MS"], kept["read_MS"])


class _Line:
    """The readings' regression on all true signs, by least squares."""

    def __init__(self, donors: Donors) -> None:
        ones = np.ones((len(donors.true_MS), 1))
        self._weight, *_ = np.linalg.lstsq(
            np.concatenate([ones, donors.true_MS], axis=1), donors.read_MS, rcond=None
        )

    def at(self, true_NS: FloatArray) -> FloatArray:
        """Return the mean reading of people with these true signs."""
        return np.asarray(self._weight[0] + true_NS @ self._weight[1:], np.float32)


def _like(
    true_MS: FloatArray, true_NS: FloatArray, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """Return for each person one of the donors most like in true signs."""
    by_S = np.maximum(true_MS.std(axis=0), LEAST_DEVIATION)
    donors = torch.from_numpy(np.asarray(true_MS / by_S, np.float32))
    found = []
    for start in range(0, len(true_NS), TOGETHER):
        people = torch.from_numpy(np.asarray(true_NS[start : start + TOGETHER] / by_S, np.float32))
        near = torch.cdist(people, donors).topk(NEIGHBOURS, largest=False).indices.numpy()
        chosen = rng.integers(NEIGHBOURS, size=len(near))
        found.append(near[np.arange(len(near)), chosen])
    return np.concatenate(found)
