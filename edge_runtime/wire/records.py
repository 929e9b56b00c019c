"""What a client of the service is told, one frozen record an event, without protobuf.

Numbers are those of the contracts (`edge_runtime.contracts`). `index` is the photograph's position
in the exam, from 0. This module loads no model, no engine and no picture library.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_runtime.contracts.exam import ExamRecord, Forecast, ForecastCondition
from edge_runtime.contracts.result import (
    BundleIdentity,
    EyeReading,
    Findings,
    Measurement,
    Quality,
    ScreeningResult,
)
from edge_runtime.domain import Evidence, FovCircle


@dataclass(frozen=True)
class Accepted:
    """The exam is valid and waits for the engines."""

    exam_id: str
    """As given, or as the server made it from the content."""
    photographs: int
    queued_before: int
    """Exams before this one, those under way included."""
    bundle: BundleIdentity | None = None
    """The bundle that makes the whole answer; None from a server that does not say."""


@dataclass(frozen=True)
class PhotographRefused:
    """One photograph cannot be read; the others go on."""

    index: int
    error: str
    """Name of the error class, such as DamagedPicture."""
    reason: str
    """A sentence for the person in front of the screen."""


@dataclass(frozen=True)
class QualityRead:
    """The quality verdict of one photograph."""

    index: int
    quality: Quality


@dataclass(frozen=True)
class Picture:
    """An encoded picture to show."""

    kind: str
    """photograph (JPEG), vessels_probability, arteries_veins, disc_cup or evidence_<condition>
    (PNG)."""
    media_type: str
    content: bytes
    """vessels_probability: 0 to 255. arteries_veins: 0 none, 1 arteriole, 2 venule.
    disc_cup: 0 none, 1 disc outside the cup, 2 cup."""
    width_px: int
    height_px: int


@dataclass(frozen=True)
class AnatomySeen:
    """Vessels, disc and cup of one photograph, and which eye it is."""

    index: int
    fov_circle: FovCircle
    """In photograph pixels."""
    photograph_width_px: int
    photograph_height_px: int
    eye: EyeReading
    evidence: Evidence
    """Of the masks."""
    pictures: tuple[Picture, ...]
    """Empty unless asked for; the photograph first, then its overlays, all of one size."""


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
    """One photograph is finished."""

    index: int
    result: ScreeningResult
    result_json: str
    """The text of result.json as the server wrote it."""


@dataclass(frozen=True)
class ForecastRead:
    """The person's forecasts, by condition, then by horizon."""

    forecast: tuple[Forecast, ...]


@dataclass(frozen=True)
class EvidenceMap:
    """Where in a photograph the signs were looked for that moved one condition's forecast."""

    condition: ForecastCondition
    picture: Picture
    """PNG, 255 where the evidence is densest, 0 none; of the size of the photograph's preview."""
    evidence: Evidence


@dataclass(frozen=True)
class EvidenceMapped:
    """The evidence maps of one photograph, after the forecast; only where pictures are sent."""

    index: int
    maps: tuple[EvidenceMap, ...]


@dataclass(frozen=True)
class ExamDone:
    """The exam is finished; always the last event."""

    record: ExamRecord
    exam_json: str
    """The text of exam.json as the server wrote it."""


ClientEvent = (
    Accepted
    | PhotographRefused
    | QualityRead
    | AnatomySeen
    | BiomarkersRead
    | FindingsRead
    | PhotographDone
    | ForecastRead
    | EvidenceMapped
    | ExamDone
)


@dataclass(frozen=True)
class ModelDescription:
    """A model of the server's bundle, and where it runs."""

    name: str
    backend: str
    precision: str
    evidence: Evidence


@dataclass(frozen=True)
class BundleDescription:
    """What the server's bundle holds and what it was judged on."""

    name: str
    version: str
    sha256: str
    models: tuple[ModelDescription, ...]
    horizon_years: tuple[float, ...]
    """Horizons that are forecast; empty without a forecast model."""
    model_card: str
    """Markdown."""
    bundle_json: str
    """As signed."""
    server_version: str
