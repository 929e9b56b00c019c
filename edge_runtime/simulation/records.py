"""What is asked of a simulation and what comes out of it, one record an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge_runtime.contracts.result import Quality
from edge_runtime.domain import Evidence, FloatArray, UInt8Array
from edge_runtime.errors import InvalidField
from edge_runtime.fundus.preprocess import NetworkFrame

LONGEST_YEARS = 10.0
FEWEST_SAMPLES, MOST_SAMPLES = 3, 16
"""One simulated picture alone would be taken for a prediction."""
MOST_HORIZONS = 10
LARGEST_SEED = 2**64 - 1


@dataclass(frozen=True)
class SimulationWish:
    """What to simulate, every field in its range."""

    horizons_years: tuple[float, ...]
    """Years ahead, 0 to 10, ascending."""
    samples: int
    seed: int
    side_px: int | None = None
    """Longer side of the pictures, never more than the photograph's; None: the photograph's."""


def wish_of(
    horizons_years: Iterable[float], samples: int, seed: int, side_px: int | None = None
) -> SimulationWish:
    """Return the wish, horizons in order and each once. Raises InvalidField."""
    horizons = tuple(sorted(set(horizons_years)))
    if not 1 <= len(horizons) <= MOST_HORIZONS:
        raise InvalidField("horizon_years", f"needs 1 to {MOST_HORIZONS} of them")
    if not all(0.0 <= years <= LONGEST_YEARS for years in horizons):
        raise InvalidField("horizon_years", f"must be 0 to {LONGEST_YEARS:g} years")
    if not FEWEST_SAMPLES <= samples <= MOST_SAMPLES:
        raise InvalidField("samples", f"must be {FEWEST_SAMPLES} to {MOST_SAMPLES}")
    if not 0 <= seed <= LARGEST_SEED:
        raise InvalidField("seed", "must be a whole number from 0 to 2^64 - 1")
    return SimulationWish(horizons, samples, seed, side_px)


@dataclass(frozen=True)
class QualityJudged:
    """The verdict on the photograph; one that is not gradable is not simulated."""

    quality: Quality


@dataclass(frozen=True)
class SimulatedVisit:
    """One possible appearance of this eye, without any label: never to be shown as it is."""

    horizon_years: float
    sample: int
    """From 0; the same sample at several horizons is one course of this eye."""
    seed: int
    picture_HWC: UInt8Array
    difference_HW: FloatArray
    """Grey levels lighter than now, mean of the colours, on the network image."""
    frame: NetworkFrame
    """Where the network image lies, in the picture's pixels."""
    evidence: Evidence


@dataclass(frozen=True)
class SimulatedSpread:
    """How far the samples of one horizon differ."""

    horizon_years: float
    spread_HW: FloatArray
    """Standard deviation over samples of `difference_HW`, grey levels, on the network image."""
    frame: NetworkFrame
    picture_shape: tuple[int, int]
    """Rows and columns of this horizon's pictures."""
    evidence: Evidence


SimulationEvent = QualityJudged | SimulatedVisit | SimulatedSpread
