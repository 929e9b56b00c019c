"""What the pipeline hands out while it screens an exam: one record a stage, as it is ready.

The command line, the batch engine and the service all consume these; none of them knows models.

Legend: K conditions, S signs.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_runtime.contracts.exam import ExamRecord, Forecast
from edge_runtime.contracts.result import (
    EyeReading,
    Findings,
    Measurement,
    Quality,
    ScreeningResult,
)
from edge_runtime.domain import FloatArray, FovCircle, Photograph
from edge_runtime.errors import PhotographError
from edge_runtime.forecast.signs import SeenSigns
from edge_runtime.fundus.anatomy import Anatomy


@dataclass(frozen=True)
class PhotographRefused:
    """One photograph cannot be read; the others go on."""

    index: int
    name: str
    error: PhotographError


@dataclass(frozen=True)
class QualityRead:
    """The quality verdict of one photograph."""

    index: int
    quality: Quality


@dataclass(frozen=True)
class AnatomyRead:
    """Vessels, disc and cup of one photograph, and which eye it is."""

    index: int
    photograph: Photograph
    fov_circle: FovCircle
    anatomy: Anatomy
    eye: EyeReading


@dataclass(frozen=True)
class BiomarkersRead:
    """The measurements of one photograph, in the order in which to show them."""

    index: int
    biomarkers: dict[str, Measurement]


@dataclass(frozen=True)
class FindingsRead:
    """What one eye shows today."""

    index: int
    findings: Findings


@dataclass(frozen=True)
class PhotographDone:
    """One photograph is finished; `anatomy` is None when it was not gradable."""

    index: int
    result: ScreeningResult
    anatomy: Anatomy | None
    signs: SeenSigns | None = None
    """What a forecast takes from it; None when it was not gradable or no model reads signs."""


@dataclass(frozen=True)
class ForecastRead:
    """The person's forecasts.

    `weight_KS` says how far each sign moved each condition's forecast, None without photographs.
    """

    forecast: list[Forecast]
    weight_KS: FloatArray | None = None


@dataclass(frozen=True)
class ExamDone:
    """The exam is finished. `record.photographs` holds names; writers replace them by paths."""

    record: ExamRecord


StageEvent = (
    PhotographRefused
    | QualityRead
    | AnatomyRead
    | BiomarkersRead
    | FindingsRead
    | PhotographDone
    | ForecastRead
    | ExamDone
)
