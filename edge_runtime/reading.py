"""One photograph in, its stages out: decode, field, quality, anatomy, biomarkers, findings.

What the bundle does not hold is not run and is absent from the result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, TypeVar

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.result import (
    EyeReading,
    Findings,
    Measurement,
    PhotographIdentity,
    Quality,
    ScreeningResult,
)
from edge_runtime.domain import Evidence, FieldOfView, Photograph, PhotographFile, Reading
from edge_runtime.errors import BundleUnsupported
from edge_runtime.forecast.body import with_body
from edge_runtime.fundus.biomarkers import biomarkers
from edge_runtime.fundus.biomarkers.profiles import WANTED_SIDE_PX
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import ReadPhotograph, read_photograph
from edge_runtime.fundus.laterality import read_laterality
from edge_runtime.fundus.preprocess import NetworkImage
from edge_runtime.fundus.quality import QualityWeights, judge_quality
from edge_runtime.models import LoadedModel
from edge_runtime.seeing import field_image, seen_anatomy, seen_findings, seen_signs
from edge_runtime.settings import Limits
from edge_runtime.stages import (
    AnatomyRead,
    BiomarkersRead,
    FindingsRead,
    PhotographDone,
    QualityRead,
    StageEvent,
)

P = ParamSpec("P")
R = TypeVar("R")


class Stopwatch:
    """Times the stages of one photograph, in milliseconds."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self.timings_ms: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Book the time since the last lap on this stage."""
        now = time.perf_counter()
        self.timings_ms[stage] = round((now - self._last) * 1000.0, 3)
        self._last = now

    def finished(self) -> dict[str, float]:
        """Return all stages and their total."""
        total = (time.perf_counter() - self._started) * 1000.0
        return {**self.timings_ms, "total": round(total, 3)}


@dataclass(frozen=True)
class _Seen:
    """What has been told of one photograph so far; what was not reached is None."""

    photograph: Photograph
    field: FieldOfView | None
    eye: EyeReading
    quality: Quality
    measured: dict[str, Measurement] | None = None
    findings: Findings | None = None


class PhotographReader:
    """Reads photographs with one bundle's models. Safe to call from several threads."""

    def __init__(
        self,
        bundle: Bundle,
        models: dict[str, LoadedModel],
        limits: Limits,
        read: ReadPhotograph = read_photograph,
    ) -> None:
        """Raises BundleUnsupported for a bundle without quality weights or an anatomy model."""
        measured = bundle.manifest.measured_quality
        if measured is None or "anatomy" not in models:
            raise BundleUnsupported("a bundle needs quality weights and an anatomy model")
        self._bundle, self._models, self._limits = bundle, models, limits
        self._read = read
        # One decoding serves every model and the calibres: pixels enough for the neediest.
        seen = (m.entry.preprocessing for m in models.values())
        sides = (wanted.image_size_px for wanted in seen if wanted is not None)
        self._wanted_side_px = max(WANTED_SIDE_PX, *sides)
        self._quality_evidence = measured.evidence
        self._quality_weights = QualityWeights.from_json(bundle.read(measured.file).decode())

    def read(self, index: int, file: PhotographFile) -> Iterator[StageEvent]:
        """Yield each stage as it is ready. Raises PhotographError, InferenceError."""
        watch = Stopwatch()
        photograph = self._read(
            file.content, file.name, self._limits, wanted_side_px=self._wanted_side_px
        )
        watch.lap("decode")
        field = find_field_of_view(photograph)
        watch.lap("field_of_view")
        with _a_thread_beside() as beside:
            # Most photographs are gradable: the largest picture is cut while quality is judged.
            cut = None
            if field is not None:
                cut = _in_this_context(beside, self._cut_for_anatomy, photograph, field)
            quality = self._judged(photograph, field)
            watch.lap("quality")
        yield QualityRead(index, quality)
        if field is not None and cut is not None and quality.gradable:
            whole = cut.result()
            yield from self._gradable(index, file, photograph, field, whole, quality, watch)
            return
        eye = EyeReading(laterality=file.eye, source="given" if file.eye else "unknown")
        seen = _Seen(photograph, field, eye, quality)
        yield PhotographDone(index, self._result(seen, watch), None)

    def judge(self, file: PhotographFile) -> tuple[Photograph, FieldOfView | None, Quality]:
        """Return a photograph, its field and its quality, as `read` sees and judges them.

        Raises PhotographError.
        """
        photograph = self._read(
            file.content, file.name, self._limits, wanted_side_px=self._wanted_side_px
        )
        field = find_field_of_view(photograph)
        return photograph, field, self._judged(photograph, field)

    def _gradable(
        self,
        index: int,
        file: PhotographFile,
        photograph: Photograph,
        field: FieldOfView,
        whole: NetworkImage,
        quality: Quality,
        watch: Stopwatch,
    ) -> Iterator[StageEvent]:
        anatomy = seen_anatomy(self._models, photograph, field, whole)
        eye = read_laterality(anatomy, file.eye)
        watch.lap("anatomy")
        yield AnatomyRead(index, photograph, field.circle, anatomy, eye)
        # Engines let go of the interpreter, so that they work beside the measuring of vessels; a
        # stage is booked with the time for which it was waited.
        with _a_thread_beside() as beside:
            finding = _in_this_context(beside, seen_findings, self._models, photograph, field)
            reading = _in_this_context(
                beside, seen_signs, self._models, photograph, field, eye.laterality
            )
            picture = SharpPicture.under(photograph, anatomy.frame)
            readings = biomarkers(anatomy.masks(), eye.laterality, picture)
            measured = {
                name: _measurement(found, anatomy.evidence) for name, found in readings.items()
            }
            watch.lap("biomarkers")
            yield BiomarkersRead(index, measured)
            findings = finding.result()
            if findings is not None:
                watch.lap("findings")
            told = reading.result()
        if told is not None:
            findings = with_body(findings, told[1])
            watch.lap("forecast")
        if findings is not None:
            yield FindingsRead(index, findings)
        seen = _Seen(photograph, field, eye, quality, measured, findings)
        yield PhotographDone(index, self._result(seen, watch), anatomy, told[0] if told else None)

    def _cut_for_anatomy(self, photograph: Photograph, field: FieldOfView) -> NetworkImage:
        return field_image(self._models["anatomy"].entry, photograph, field)

    def _judged(self, photograph: Photograph, field: FieldOfView | None) -> Quality:
        judgement = judge_quality(photograph, field, self._quality_weights)
        return Quality(
            gradable=judgement.gradable,
            probability=judgement.probability,
            defects=judgement.defects,
            advice=list(judgement.advice),
            reason=judgement.reason,
            cause=judgement.cause,
            evidence=self._quality_evidence,
        )

    def _result(self, seen: _Seen, watch: Stopwatch) -> ScreeningResult:
        photograph, circle = seen.photograph, None
        if seen.field is not None:
            found = seen.field.circle
            circle = (found.x_px, found.y_px, found.radius_px)
        return ScreeningResult(
            bundle=self._bundle.identity,
            models={name: model.identity for name, model in self._models.items()},
            photograph=PhotographIdentity(
                name=photograph.name,
                sha256=photograph.sha256,
                width_px=photograph.width_px,
                height_px=photograph.height_px,
                fov_circle_px=circle,
            ),
            eye=seen.eye,
            quality=seen.quality,
            findings=seen.findings,
            biomarkers=seen.measured,
            timings_ms=watch.finished(),
        )


@contextmanager
def _a_thread_beside() -> Iterator[ThreadPoolExecutor]:
    """Yield a thread for more work; who leaves early waits for what is at work, for no further."""
    beside = ThreadPoolExecutor(1, "beside")
    try:
        yield beside
    finally:
        beside.shutdown(cancel_futures=True)


def _in_this_context(
    beside: ThreadPoolExecutor, work: Callable[P, R], *args: P.args, **named: P.kwargs
) -> Future[R]:
    """Return the future of `work`, which sees this call's own context (its request, its caller)."""
    return beside.submit(partial(copy_context().run, work, *args, **named))


def _measurement(reading: Reading, evidence: Evidence) -> Measurement:
    if reading.value is None:
        return Measurement(missing_because=reading.missing_because)
    return Measurement(value=reading.value, unit=reading.unit, evidence=evidence)
