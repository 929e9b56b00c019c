"""Simulated visits against true later visits of real eyes (GRAPE): a test of doing no harm.

Pairs are of one eye by one camera. They lie months apart and change little beside what light, aim
and focus do, so copying is hard to beat: what is asked is that simulating is not worse. The later
photograph is laid on the earlier one by vessels; nothing is trained on these eyes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import BoolArray, Evidence, FloatArray, Person, UInt8Array
from edge_runtime.forecast.covariates import known_of
from edge_runtime.fundus.anatomy import PRESENT
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.models import LoadedModel
from edge_runtime.seeing import field_image, whole_field_anatomy
from edge_runtime.settings import Limits
from edge_runtime.simulation.composing import scaled_frame, simulated_picture
from edge_runtime.simulation.simulator import Simulator
from training.bootstrap import interval_95
from training.cohort.grape import SET, rows
from training.cohort.splits import read_splits
from training.progression.courses import as_photograph
from training.progression.picture_scores import dice, ssim
from training.progression.registration import laid_on

SEED = 20261130
SAMPLES = 3
SHORTEST_YEARS = 0.25


@dataclass(frozen=True)
class Pair:
    """Two visits of one eye by one camera."""

    earlier: ManifestRow
    later: ManifestRow

    @property
    def years(self) -> float:
        """Return how far apart they are."""
        return float((self.later.visit_time_years or 0.0) - (self.earlier.visit_time_years or 0.0))


@dataclass(frozen=True)
class JudgedPair:
    """Likeness to the true later visit: of simulated pictures, and of the earlier photograph."""

    person_id: str
    years: float
    ssim_simulated: float
    ssim_copying: float
    dice_simulated: float
    dice_copying: float


@dataclass(frozen=True)
class _Seen:
    picture_HWC: UInt8Array
    vessels_HW: FloatArray
    inside_HW: BoolArray


def same_camera_pairs(data: Path) -> list[Pair]:
    """Return the consecutive visits of each eye that one camera took. Raises ManifestError."""
    known = [row for row in rows(data, read_splits(data)) if row.eye is not None]
    known.sort(key=lambda row: (row.person_id, str(row.eye), row.visit_time_years or 0.0))
    pairs = []
    for _, of_eye in groupby(known, key=lambda row: (row.person_id, row.eye)):
        pairs += [Pair(a, b) for a, b in pairwise(of_eye) if a.camera == b.camera]
    return [pair for pair in pairs if pair.years >= SHORTEST_YEARS]


def judged_pairs(
    data: Path, pairs: Sequence[Pair], models: dict[str, LoadedModel]
) -> Iterator[JudgedPair | None]:
    """Yield each pair's scores, None where a field or a common place is not found."""
    simulator = Simulator(models)
    for pair in pairs:
        earlier = _seen(read_picture(data, pair.earlier), models)
        later = _seen(read_picture(data, pair.later), models)
        if earlier is None or later is None:
            yield None
            continue
        laid = laid_on(earlier.vessels_HW, later.vessels_HW)
        if not laid.found:
            yield None
            continue
        truth = _Seen(
            laid.apply(later.picture_HWC),
            laid.apply(later.vessels_HW),
            earlier.inside_HW & (laid.apply(later.inside_HW.astype(np.uint8), nearest=True) > 0),
        )
        simulated = [
            seen
            for number in range(SAMPLES)
            if (seen := _seen(_simulated(simulator, models, pair, earlier, number), models))
        ]
        yield _judged(pair, earlier, truth, simulated)


def visit_figures(judged: Sequence[JudgedPair]) -> list[Metric]:
    """Return the mean likeness and its difference from copying, with intervals over persons."""
    persons = [pair.person_id for pair in judged]
    found = []
    for name in ("ssim", "dice"):
        simulated = [getattr(pair, f"{name}_simulated") for pair in judged]
        copying = [getattr(pair, f"{name}_copying") for pair in judged]
        difference = [one - other for one, other in zip(simulated, copying, strict=True)]
        found.append(
            Metric(
                name=f"later_visit_{name}_over_copying",
                value=float(np.mean(difference)),
                interval_95=interval_95(difference, persons),
                set=SET,
                role=Role.TEST,
                split="external",
                people=len(set(persons)),
                photographs=len(judged),
                baseline=0.0,
                baseline_name=f"copying {np.mean(copying):.4f}, simulated {np.mean(simulated):.4f}",
                evidence=Evidence.EXTERNAL,
            )
        )
    return found


def read_picture(data: Path, row: ManifestRow) -> UInt8Array:
    """Return a photograph's pixels. Raises PhotographError."""
    limits = Limits()
    content = read_file(data / row.photograph, limits)
    return read_photograph(content, "photograph", limits).pixels_HWC


def _seen(picture_HWC: UInt8Array, models: dict[str, LoadedModel]) -> _Seen | None:
    """Return a picture and its vessels at the picture's own size."""
    photograph = as_photograph(picture_HWC)
    field = find_field_of_view(photograph)
    if field is None:
        return None
    anatomy = whole_field_anatomy(models["anatomy"], photograph, field)
    height, width = picture_HWC.shape[:2]
    vessels = anatomy.frame.to_photograph(anatomy.channel("vessel"), width, height)
    return _Seen(picture_HWC, vessels, field.mask_HW)


def _simulated(
    simulator: Simulator,
    models: dict[str, LoadedModel],
    pair: Pair,
    earlier: _Seen,
    number: int,
) -> UInt8Array:
    photograph = as_photograph(earlier.picture_HWC)
    field = find_field_of_view(photograph)
    assert field is not None
    seen = field_image(models["progression"].entry, photograph, field)
    row = pair.earlier
    pressure = {} if row.iop_mmhg is None else {"iop_mmhg": row.iop_mmhg}
    known = known_of(Person(age_years=row.age_years, sex=row.sex, covariates=pressure))
    change = simulator.change(seen, known, pair.years, number, SEED)
    rng = np.random.default_rng([SEED, number])
    return simulated_picture(earlier.picture_HWC, change, scaled_frame(seen.frame, 1.0), rng)


def _judged(pair: Pair, earlier: _Seen, truth: _Seen, simulated: Sequence[_Seen]) -> JudgedPair:
    inside = truth.inside_HW

    def likeness(seen: _Seen) -> tuple[float, float]:
        alike = ssim(
            seen.picture_HWC.astype(np.float32), truth.picture_HWC.astype(np.float32), inside
        )
        there = (seen.vessels_HW >= PRESENT) & inside
        return alike, dice(there, (truth.vessels_HW >= PRESENT) & inside)

    told = [likeness(seen) for seen in simulated]
    copied = likeness(earlier)
    return JudgedPair(
        person_id=pair.earlier.person_id,
        years=pair.years,
        ssim_simulated=float(np.mean([alike for alike, _ in told])),
        ssim_copying=copied[0],
        dice_simulated=float(np.mean([overlap for _, overlap in told])),
        dice_copying=copied[1],
    )
