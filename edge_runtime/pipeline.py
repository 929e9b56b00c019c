"""One exam in, its results out, stage by stage: the heart of foreseye.

The pipeline knows no transport and no file: the command line, the batch engine and the service
stand on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.contracts.exam import ExamRecord, RefusedPhotograph
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.domain import Exam, Person, PhotographFile
from edge_runtime.errors import NotInBundle, PhotographError
from edge_runtime.forecast.forecaster import Forecaster
from edge_runtime.forecast.signs import SeenSigns
from edge_runtime.fundus.intake import ReadPhotograph, read_photograph
from edge_runtime.models import LoadedModel, load_models
from edge_runtime.read_ahead import ReadAhead
from edge_runtime.reading import PhotographReader
from edge_runtime.settings import Settings
from edge_runtime.simulation.records import QualityJudged, SimulationEvent, SimulationWish
from edge_runtime.simulation.simulator import Simulator
from edge_runtime.stages import (
    ExamDone,
    ForecastRead,
    PhotographDone,
    PhotographRefused,
    StageEvent,
)


class Pipeline:
    """Screens exams with one bundle. Safe to call from several threads."""

    def __init__(
        self,
        bundle: Bundle,
        models: dict[str, LoadedModel],
        settings: Settings,
        read: ReadPhotograph = read_photograph,
        ahead: ReadAhead | None = None,
    ) -> None:
        """Raises BundleUnsupported as PhotographReader. `ahead` None reads nothing ahead."""
        self.bundle = bundle
        self.read = read
        """Reads the bytes of a photograph; strangers' are read in a process of their own."""
        self._models, self._settings = models, settings
        self._ahead = ahead
        self._reader = PhotographReader(bundle, models, settings.limits, read)
        self._forecaster = Forecaster(bundle.manifest, models) if "forecast" in models else None
        simulates = "progression" in models
        self._simulator = Simulator(models, settings.thread_count) if simulates else None

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

    @property
    def loaded(self) -> Mapping[str, LoadedModel]:
        """The models with their engines, by name."""
        return self._models

    def on(
        self, models: Mapping[str, LoadedModel], read: ReadPhotograph = read_photograph
    ) -> Pipeline:
        """Return this pipeline with its models run by others, such as a shared engine room.

        `models` are this pipeline's own by name and entry. `read` reads its photographs, those
        of an exam that says so ahead of another. Closing this one closes its engines.
        """
        return Pipeline(self.bundle, dict(models), self._settings, read, ReadAhead())

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
        signs: list[SeenSigns] = []
        for index, file in enumerate(exam.photographs):
            try:
                for event in self._stages(exam.read_ahead, index, file):
                    if isinstance(event, PhotographDone) and event.signs is not None:
                        signs.append(event.signs)
                    yield event
            except PhotographError as error:
                reason = RefusedPhotograph(
                    name=file.name, error=type(error).__name__, reason=error.public_message
                )
                refused.append(reason)
                yield PhotographRefused(index, file.name, error)
            else:
                names.append(file.name)
        person = exam.person
        forecast = None
        if self._forecaster is not None:
            told = self._forecaster.forecasts(person, signs)
            forecast = told.forecasts
            yield ForecastRead(forecast, told.weight_KS)
        yield ExamDone(
            ExamRecord(
                exam_id=exam.exam_id,
                person_id=person.person_id,
                age_years=person.age_years,
                sex=person.sex,
                covariates=person.covariates,
                photographs=names,
                refused=refused,
                forecast=forecast,
            )
        )

    def _stages(self, ahead: bool, index: int, file: PhotographFile) -> Iterator[StageEvent]:
        if self._ahead is None:
            return self._reader.read(index, file)
        reads = self._ahead.keeping if ahead else self._ahead.used
        return reads(self._reader.read, index, file)

    def simulate(
        self, file: PhotographFile, person: Person, wish: SimulationWish
    ) -> Iterator[SimulationEvent]:
        """Yield the verdict on the photograph, and if it is gradable each simulated visit.

        Closing the generator stops the work before the next picture. Raises NotInBundle without a
        progression model, PhotographError, InvalidField, InferenceError.
        """
        if self._simulator is None:
            raise NotInBundle("the bundle holds no progression model")
        photograph, field, quality = self._reader.judge(file)
        yield QualityJudged(quality)
        if field is None or not quality.gradable:
            return
        # The models need few pixels; the pictures have the photograph's own, or those asked for.
        short_over_long = min(photograph.width_px, photograph.height_px) / max(
            photograph.width_px, photograph.height_px
        )
        wanted_px = None if wish.side_px is None else round(wish.side_px * short_over_long)
        sharp = self.read(file.content, file.name, self._settings.limits, wanted_side_px=wanted_px)
        yield from self._simulator.simulate(photograph, field, sharp, person, wish)
