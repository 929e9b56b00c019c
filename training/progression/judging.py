"""One drawn test eye, judged: simulated visits against its true future and true other futures.

Everything is drawn under the camera of now. The truth is one future; other futures from the same
true state say how well anybody could do who knew the eye and the simulator, but not chance.

Legend: S samples, H rows, W columns, C colours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from edge_runtime.domain import (
    BoolArray,
    Eye,
    FloatArray,
    Photograph,
    UInt8Array,
)
from edge_runtime.forecast.covariates import Known
from edge_runtime.fundus.biomarkers import biomarkers
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.models import LoadedModel
from edge_runtime.seeing import seen_anatomy
from edge_runtime.simulation.composing import scaled_frame, simulated_picture
from edge_runtime.simulation.simulator import Simulator
from training.drawn.camera.presets import Preset
from training.drawn.population.futures import other_futures
from training.drawn.population.person import Person
from training.progression.courses import NOW_YEARS, SeenEye, as_photograph, covariates_of, seen_eye
from training.progression.picture_scores import apart, dice, energy_score, psnr_db, ssim

JUDGED_BIOMARKERS = (
    "crae_um",
    "crve_um",
    "avr",
    "cdr_vertical",
    "vessel_density",
    "tortuosity_distance_arterioles",
)
UNCHANGED_LEVELS = 0.5
"""A place of the network image whose true change, smoothed over some pixels, is below this has not
truly changed."""
SEED = 20261130

Peer = Callable[[SeenEye, Known, float], FloatArray]
"""Returns the regression's one change of an eye at a horizon."""


@dataclass(frozen=True)
class JudgingPlan:
    """How an eye is judged."""

    years: float
    samples: int
    others: int
    """Other true futures."""
    read: int
    """Samples, and other futures, whose biomarkers are read; 0 reads none."""
    read_eyes: int
    """Of the eyes, the first whose biomarkers are read: that takes many times as long."""
    height_px: int
    side_px: int


@dataclass(frozen=True)
class JudgedEye:
    """What came of one eye, by name; what could not be told is absent."""

    person_id: str
    numbers: dict[str, float]


def judged_eye(
    person: Person, eye: Eye, models: dict[str, LoadedModel], peer: Peer | None, plan: JudgingPlan
) -> JudgedEye | None:
    """Return an eye's scores, None where its photograph of now cannot be read."""
    seen = seen_eye(person, eye, Preset.MIXED, plan.height_px, plan.side_px)
    if seen is None:
        return None
    pictures = _pictures(person, eye, seen, models, peer, plan)
    numbers = _picture_numbers(seen, pictures)
    if plan.read:
        numbers |= _reading_numbers(seen, pictures, models, plan.read)
    return JudgedEye(person.person_id, numbers)


@dataclass(frozen=True)
class _Pictures:
    now: UInt8Array
    truth: UInt8Array
    samples: list[UInt8Array]
    others: list[UInt8Array]
    regressed: UInt8Array | None


def _pictures(
    person: Person,
    eye: Eye,
    seen: SeenEye,
    models: dict[str, LoadedModel],
    peer: Peer | None,
    plan: JudgingPlan,
) -> _Pictures:
    futures = other_futures(person, eye, NOW_YEARS, range(plan.others + 1))
    truth, *others = (
        seen.drawn.along(future).photograph(plan.years, seen.camera, plan.height_px).photograph_HWC
        for future in futures
    )
    now_HWC = seen.now.photograph_HWC
    simulator, known = Simulator(models), Known(*covariates_of(person, eye))
    frame = scaled_frame(seen.seen.frame, 1.0)

    def laid(change_KHW: FloatArray, number: int) -> UInt8Array:
        rng = np.random.default_rng([SEED, number])
        return simulated_picture(now_HWC, change_KHW, frame, rng)

    samples = [
        laid(simulator.change(seen.seen, known, plan.years, number, SEED), number)
        for number in range(plan.samples)
    ]
    regressed = None if peer is None else laid(peer(seen, known, plan.years), plan.samples)
    return _Pictures(now_HWC, truth, samples, list(others), regressed)


def _picture_numbers(seen: SeenEye, pictures: _Pictures) -> dict[str, float]:
    """Return scores on the network image, where a change smaller than a grey level counts."""
    inside = seen.seen.field_HW
    now, truth = seen.image_of(pictures.now), seen.image_of(pictures.truth)
    samples = [seen.image_of(picture) for picture in pictures.samples]
    others = [seen.image_of(picture) for picture in pictures.others]
    still = unchanged(now, truth, inside)
    numbers = {
        "energy_copying": apart(now, truth, inside),
        "energy_samples": energy_score(samples, truth, inside),
        "energy_others": energy_score(others, truth, inside),
        "ssim_copying": ssim(now, truth, inside),
        "ssim_samples": float(np.mean([ssim(s, truth, inside) for s in samples])),
        "mse_copying": apart(now, truth, inside) ** 2,
        "mse_mean_sample": apart(np.mean(samples, axis=0), truth, inside) ** 2,
        "psnr_copying": psnr_db(now, truth, inside),
        "psnr_samples": float(np.mean([psnr_db(s, truth, inside) for s in samples])),
        "unchanged_share": float(still.sum() / inside.sum()),
    }
    if still.any():
        outside = [np.abs(sample - now)[still].mean() for sample in samples]
        numbers["change_outside"] = float(np.mean(outside))
    if pictures.regressed is not None:
        regressed = seen.image_of(pictures.regressed)
        numbers["energy_regression"] = apart(regressed, truth, inside)
        numbers["ssim_regression"] = ssim(regressed, truth, inside)
    return numbers


def _reading_numbers(
    seen: SeenEye, pictures: _Pictures, models: dict[str, LoadedModel], read: int
) -> dict[str, float]:
    """Return biomarkers, as the bundle's own anatomy reads them, and the likeness of vessels."""
    now, truth = _read(pictures.now, models, seen), _read(pictures.truth, models, seen)
    samples = [_read(picture, models, seen) for picture in pictures.samples[:read]]
    others = [_read(picture, models, seen) for picture in pictures.others[:read]]
    inside = seen.seen.field_HW
    still = unchanged(seen.image_of(pictures.now), seen.image_of(pictures.truth), inside)
    size = now.vessel_HW.shape[::-1]
    there = cv2.resize(still.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    likeness = [dice(s.vessel_HW & there, now.vessel_HW & there) for s in samples]
    numbers = {"vessel_dice_unchanged": float(np.mean(likeness))}
    for name in JUDGED_BIOMARKERS:
        told = _biomarker(name, now, truth, samples, others)
        numbers |= {f"{kind}_{name}": value for kind, value in told.items()}
    return numbers


@dataclass(frozen=True)
class _Reading:
    values: dict[str, float]
    vessel_HW: BoolArray


def _read(picture_HWC: UInt8Array, models: dict[str, LoadedModel], seen: SeenEye) -> _Reading:
    photograph: Photograph = as_photograph(picture_HWC)
    # The field of now: a simulated picture is not to gain or lose by where its rim is found.
    field = find_field_of_view(as_photograph(seen.now.photograph_HWC))
    assert field is not None
    anatomy = seen_anatomy(models, photograph, field)
    masks = anatomy.masks()
    readings = biomarkers(
        masks, seen.drawn.traits.eye, SharpPicture.under(photograph, anatomy.frame)
    )
    values = {
        name: reading.value for name, reading in readings.items() if reading.value is not None
    }
    return _Reading(values, masks.vessel_HW)


def _biomarker(
    name: str, now: _Reading, truth: _Reading, samples: list[_Reading], others: list[_Reading]
) -> dict[str, float]:
    """Return one biomarker's errors, {} unless every picture has it."""
    if not all(name in r.values for r in (now, truth, *samples, *others)):
        return {}
    true = truth.values[name]
    drawn = np.array([sample.values[name] for sample in samples])
    other = np.array([future.values[name] for future in others])
    return {
        "error_copying": abs(now.values[name] - true),
        "error_samples": abs(float(drawn.mean()) - true),
        "error_others": abs(float(other.mean()) - true),
        "covered": float(drawn.min() <= true <= drawn.max()),
    }


def unchanged(now_HWC: FloatArray, truth_HWC: FloatArray, inside_HW: BoolArray) -> BoolArray:
    """Return where (H, W) the eye has truly not changed, away from where it has."""
    change_HW = np.abs(truth_HWC - now_HWC).mean(axis=2).astype(np.float32)
    smooth_HW = cv2.GaussianBlur(change_HW, (0, 0), 2.0)
    return np.asarray((smooth_HW < UNCHANGED_LEVELS) & inside_HW)
