"""Simulated visits of one eye with one bundle: the photograph in, one event a picture out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import cv2
import numpy as np

from edge_runtime.contracts.tensors import CHANGE_CHANNELS, LAYOUTS, NOISE_SHAPE
from edge_runtime.domain import FieldOfView, FloatArray, Person, Photograph, Tensors, UInt8Array
from edge_runtime.errors import BundleUnsupported
from edge_runtime.forecast.covariates import NAMES, Known, known_of
from edge_runtime.fundus.preprocess import NetworkFrame, NetworkImage
from edge_runtime.models import LoadedModel
from edge_runtime.seeing import field_image
from edge_runtime.simulation.composing import (
    scaled_frame,
    simulated_difference,
    simulated_picture,
)
from edge_runtime.simulation.records import (
    SimulatedSpread,
    SimulatedVisit,
    SimulationEvent,
    SimulationWish,
)

LABELS = (*NAMES, *(name for names in CHANGE_CHANNELS.values() for name in names))
"""Labels of a progression model: its covariates, then the channels of its change."""

_NOISE, _ROUNDING = 1, 2
"""Streams of chance of one sample."""


class Simulator:
    """Simulates with one bundle's progression model. Safe to call from several threads."""

    def __init__(self, models: Mapping[str, LoadedModel], threads: int = 1) -> None:
        """`threads` make each picture.

        Raises BundleUnsupported for a model of other covariates or channels.
        """
        self._model, self._threads = models["progression"], threads
        if tuple(self._model.entry.labels) != LABELS:
            raise BundleUnsupported(f"progression has labels {self._model.entry.labels}")

    def simulate(
        self,
        photograph: Photograph,
        field: FieldOfView,
        sharp: Photograph,
        person: Person,
        wish: SimulationWish,
    ) -> Iterator[SimulationEvent]:
        """Yield each simulated visit, and after those of a horizon how far they differ.

        `photograph` is what the model sees, `sharp` the same one decoded with pixels enough for
        the pictures. Raises InvalidField for a covariate out of range, InferenceError.
        """
        known = known_of(person)
        seen = field_image(self._model.entry, photograph, field)
        pixels_HWC = _at_side(sharp, wish.side_px)
        frame = scaled_frame(seen.frame, pixels_HWC.shape[1] / photograph.width_px)
        for horizon_years in wish.horizons_years:
            differences = []
            for sample in range(wish.samples):
                visit = self._visit(seen, pixels_HWC, frame, known, wish, horizon_years, sample)
                differences.append(visit.difference_HW)
                yield visit
            spread_HW = np.asarray(np.std(differences, axis=0, ddof=1), np.float32)
            rows, columns = pixels_HWC.shape[:2]
            yield SimulatedSpread(
                horizon_years, spread_HW, frame, (rows, columns), self._model.entry.evidence
            )

    def change(
        self, seen: NetworkImage, known: Known, horizon_years: float, sample: int, seed: int
    ) -> FloatArray:
        """Return one sample's field of change (K, H, W) on the network image."""
        outputs = self._model.run(sample_inputs(seen, known, horizon_years, sample, seed))
        return np.asarray(outputs[self._model.entry.outputs[0].name][0], np.float32)

    def _visit(
        self,
        seen: NetworkImage,
        pixels_HWC: UInt8Array,
        frame: NetworkFrame,
        known: Known,
        wish: SimulationWish,
        horizon_years: float,
        sample: int,
    ) -> SimulatedVisit:
        change_KHW = self.change(seen, known, horizon_years, sample, wish.seed)
        rounding = _chance(wish.seed, sample, _ROUNDING, round(horizon_years * 1000))
        return SimulatedVisit(
            horizon_years=horizon_years,
            sample=sample,
            seed=wish.seed,
            picture_HWC=simulated_picture(pixels_HWC, change_KHW, frame, rounding, self._threads),
            difference_HW=simulated_difference(seen.image_HWC, change_KHW),
            frame=frame,
            evidence=self._model.entry.evidence,
        )


def sample_inputs(
    seen: NetworkImage, known: Known, horizon_years: float, sample: int, seed: int
) -> Tensors:
    """Return what the model is given for one sample: one picture, by tensor names."""
    noise_KHW = _chance(seed, sample, _NOISE).standard_normal(NOISE_SHAPE, dtype=np.float32)
    image, noise, horizon, covariate, is_known = (t.name for t in LAYOUTS["progression"].inputs)
    return {
        image: seen.image_HWC[None],
        noise: noise_KHW[None],
        horizon: np.array([horizon_years], np.float32),
        covariate: known.value_D[None],
        is_known: known.known_D[None],
    }


def _chance(seed: int, *parts: int) -> np.random.Generator:
    """Return a generator that is the same on every machine and in every process."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *parts])))


def _at_side(photograph: Photograph, side_px: int | None) -> UInt8Array:
    """Return the photograph's pixels with this longer side, or its own where that is shorter."""
    full_px = max(photograph.width_px, photograph.height_px)
    scale = 1.0 if side_px is None else min(1.0, side_px / full_px)
    shape = (round(photograph.width_px * scale), round(photograph.height_px * scale))
    if photograph.pixels_HWC.shape[1::-1] == shape:
        return photograph.pixels_HWC
    return np.asarray(cv2.resize(photograph.pixels_HWC, shape, interpolation=cv2.INTER_AREA))
