"""One exam in, its results out, stage by stage: the heart of foreseye.

What the bundle does not hold is not run and is absent from the result. The pipeline knows no
transport and no file: the command line, the batch engine and the service stand on it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.contracts.exam import ExamRecord, RefusedPhotograph
from edge_runtime.contracts.result import (
    EyeReading,
    Findings,
    Measurement,
    ModelIdentity,
    PhotographIdentity,
    Quality,
    ScreeningResult,
)
from edge_runtime.domain import Evidence, Exam, FieldOfView, Photograph, PhotographFile, Reading
from edge_runtime.errors import BundleUnsupported, PhotographError
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.biomarkers import biomarkers
from edge_runtime.fundus.biomarkers.profiles import WANTED_SIDE_PX
from edge_runtime.fundus.biomarkers.sharp_picture import SharpPicture
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.findings import findings_of
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.fundus.laterality import read_laterality
from edge_runtime.fundus.preprocess import NetworkImage, network_image
from edge_runtime.fundus.quality import QualityWeights, judge_quality
from edge_runtime.models import LoadedModel, load_models
from edge_runtime.settings import Settings
from edge_runtime.stages import (
    AnatomyRead,
    BiomarkersRead,
    ExamDone,
    FindingsRead,
    PhotographDone,
    PhotographRefused,
    QualityRead,
    StageEvent,
)


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


class Pipeline:
    """Screens exams with one bundle. Safe to call from several threads."""

    def __init__(self, bundle: Bundle, models: dict[str, LoadedModel], settings: Settings) -> None:
        self.bundle = bundle
        self._models = models
        self._settings = settings
        measured = bundle.manifest.measured_quality
        if measured is None or "anatomy" not in models:
            raise BundleUnsupported("a bundle needs quality weights and an anatomy model")
        # One decoding serves every model and the calibres: pixels enough for the neediest.
        sides = (m.entry.preprocessing.image_size_px for m in models.values())
        self._wanted_side_px = max(WANTED_SIDE_PX, *sides)
        self._quality_evidence = measured.evidence
        self._quality_weights = QualityWeights.from_json(bundle.read(measured.file).decode())

    @classmethod
    def open(cls, settings: Settings) -> Pipeline:
        """Return a ready pipeline: bundle verified, models loaded, warmed and golden-checked.

        Raises a BundleError or an InferenceError.
        """
        keys = [key for key in settings.trusted_keys.split(",") if key]
        bundle = open_bundle(settings.bundle_path, keys)
        return cls(bundle, load_models(bundle, settings), settings)

    @property
    def models(self) -> dict[str, ModelIdentity]:
        """Which engine and precision runs each model."""
        return {name: model.identity for name, model in self._models.items()}

    def close(self) -> None:
        """Give the engines' memory back."""
        for model in self._models.values():
            model.backend.close()

    def screen(self, exam: Exam) -> Iterator[StageEvent]:
        """Yield each stage of each photograph as it is ready, and the exam's record last.

        A photograph that cannot be read is yielded as refused and the others go on. Closing the
        generator stops the work before the next stage. Raises InferenceError.
        """
        names: list[str] = []
        refused: list[RefusedPhotograph] = []
        for index, file in enumerate(exam.photographs):
            try:
                yield from self._screen_photograph(index, file)
            except PhotographError as error:
                reason = RefusedPhotograph(
                    name=file.name, error=type(error).__name__, reason=error.public_message
                )
                refused.append(reason)
                yield PhotographRefused(index, file.name, error)
            else:
                names.append(file.name)
        person = exam.person
        yield ExamDone(
            ExamRecord(
                exam_id=exam.exam_id,
                person_id=person.person_id,
                age_years=person.age_years,
                sex=person.sex,
                covariates=person.covariates,
                photographs=names,
                refused=refused,
            )
        )

    def _screen_photograph(self, index: int, file: PhotographFile) -> Iterator[StageEvent]:
        watch = Stopwatch()
        photograph = read_photograph(
            file.content, file.name, self._settings.limits, wanted_side_px=self._wanted_side_px
        )
        watch.lap("decode")
        field = find_field_of_view(photograph)
        watch.lap("field_of_view")
        quality = self._judged(photograph, field)
        watch.lap("quality")
        yield QualityRead(index, quality)
        if field is None or not quality.gradable:
            eye = EyeReading(laterality=file.eye, source="given" if file.eye else "unknown")
            yield PhotographDone(index, self._result(photograph, field, eye, quality, watch), None)
            return
        anatomy = self._anatomy(photograph, field)
        eye = read_laterality(anatomy, file.eye)
        watch.lap("anatomy")
        yield AnatomyRead(index, photograph, field.circle, anatomy, eye)
        picture = SharpPicture.under(photograph, anatomy.frame)
        readings = biomarkers(anatomy.masks(), eye.laterality, picture)
        measured = {
            name: _measurement(reading, anatomy.evidence) for name, reading in readings.items()
        }
        watch.lap("biomarkers")
        yield BiomarkersRead(index, measured)
        findings = self._findings(photograph, field)
        if findings is not None:
            watch.lap("findings")
            yield FindingsRead(index, findings)
        result = self._result(photograph, field, eye, quality, watch, measured, findings)
        yield PhotographDone(index, result, anatomy)

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

    def _anatomy(self, photograph: Photograph, field: FieldOfView) -> Anatomy:
        model = self._models["anatomy"]
        seen = _seen_by(model, photograph, field)
        outputs = model.run({model.entry.inputs[0].name: seen.image_HWC[None]})
        probability_KHW = np.asarray(outputs[model.entry.outputs[0].name][0], np.float32)
        return Anatomy(
            seen.frame,
            seen.field_HW,
            probability_KHW * seen.field_HW,
            model.entry.evidence,
            tuple(model.entry.labels),
        )

    def _findings(self, photograph: Photograph, field: FieldOfView) -> Findings | None:
        """Return what the eye shows, None where the bundle holds no such model."""
        model = self._models.get("findings")
        if model is None:
            return None
        seen = _seen_by(model, photograph, field)
        outputs = model.run({model.entry.inputs[0].name: seen.image_HWC[None]})
        grades_NK, conditions_NK = (outputs[tensor.name] for tensor in model.entry.outputs)
        return findings_of(grades_NK[0], conditions_NK[0], model.entry)

    def _result(
        self,
        photograph: Photograph,
        field: FieldOfView | None,
        eye: EyeReading,
        quality: Quality,
        watch: Stopwatch,
        measured: dict[str, Measurement] | None = None,
        findings: Findings | None = None,
    ) -> ScreeningResult:
        circle = None
        if field is not None:
            circle = (field.circle.x_px, field.circle.y_px, field.circle.radius_px)
        return ScreeningResult(
            bundle=self.bundle.identity,
            models=self.models,
            photograph=PhotographIdentity(
                name=photograph.name,
                sha256=photograph.sha256,
                width_px=photograph.width_px,
                height_px=photograph.height_px,
                fov_circle_px=circle,
            ),
            eye=eye,
            quality=quality,
            findings=findings,
            biomarkers=measured,
            timings_ms=watch.finished(),
        )


def _seen_by(model: LoadedModel, photograph: Photograph, field: FieldOfView) -> NetworkImage:
    wanted = model.entry.preprocessing
    return network_image(photograph, field, wanted.image_size_px, wanted.margin)


def _measurement(reading: Reading, evidence: Evidence) -> Measurement:
    if reading.value is None:
        return Measurement(missing_because=reading.missing_because)
    return Measurement(value=reading.value, unit=reading.unit, evidence=evidence)
