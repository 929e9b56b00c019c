"""In place of the models: real stages of drawn numbers, which a test can hold and count."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import (
    Artefact,
    BundleManifest,
    DataStatement,
    MeasuredQuality,
    ModelEntry,
    ParityReport,
    Preprocessing,
)
from edge_runtime.contracts.exam import (
    ExamRecord,
    Forecast,
    ForecastCondition,
    RefusedPhotograph,
)
from edge_runtime.contracts.result import (
    Condition,
    EyeReading,
    Findings,
    Measurement,
    ModelIdentity,
    PhotographIdentity,
    Quality,
    ScreeningResult,
)
from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import Evidence, Exam, Eye, FovCircle, Person, Photograph, PhotographFile
from edge_runtime.errors import DamagedPicture, PhotographError
from edge_runtime.forecast.signs import SIGN_NAMES, SeenSigns
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.intake import ReadPhotograph, read_photograph
from edge_runtime.fundus.preprocess import NetworkFrame
from edge_runtime.models import LoadedModel
from edge_runtime.stages import (
    AnatomyRead,
    BiomarkersRead,
    ExamDone,
    FindingsRead,
    ForecastRead,
    PhotographDone,
    PhotographRefused,
    QualityRead,
    StageEvent,
)

PATIENCE_S = 10.0
"""How long a test waits for something that should happen at once, before it fails."""

DAMAGED = b"damaged"
WIDTH_PX, HEIGHT_PX = 600, 400

QUALITY = Quality(
    gradable=True,
    probability=0.9,
    defects={"blur": 0.1, "dark": 0.0},
    advice=["Clean the lens."],
    evidence=Evidence.INTERNAL,
)
BIOMARKERS = {
    "crae_um": Measurement(value=150.5, unit="um", evidence=Evidence.DRAWN),
    "avr": Measurement(missing_because="4 arterioles in zone B, 6 are needed"),
}
FINDINGS = Findings(maculopathy=Condition(probability=0.03, evidence=Evidence.INTERNAL))
FORECAST = Forecast.model_validate(
    {
        "condition": "stroke",
        "horizon_years": 5,
        "missing_because": "age_or_sex_unknown",
        "sentence": "The age is not known.",
    }
)
FROM_PHOTOGRAPHS = [
    Forecast.model_validate(
        {
            "condition": "late_amd",
            "horizon_years": years,
            "cumulative_incidence": chance,
            "steps": {
                name: {"value": chance, "evidence": "drawn"}
                for name in ("age_sex", "covariates", "photographs")
            },
            "step": "photographs",
            "evidence": "drawn",
        }
    )
    for years, chance in ((1, 0.01), (5, 0.06), (10, 0.13))
]
"""A forecast that knows the photographs; no other condition is among them."""

DRUSEN = SIGN_NAMES.index("log_drusen")


def seen_signs(*, strange: bool = False) -> SeenSigns:
    """Drusen, looked for in the upper left quarter of the field alone."""
    attention_SHW = np.zeros((len(SIGN_NAMES), 4, 4), np.float32)
    attention_SHW[DRUSEN, 1, 1] = 1.0
    frame = NetworkFrame(left_px=100.0, top_px=0.0, side_px=400.0, size_px=100)
    return SeenSigns(Eye.OD, np.zeros(len(SIGN_NAMES), np.float32), attention_SHW, frame, strange)


class HeldScreener:
    """A pipeline without models: real stages of drawn numbers, which a test holds and counts.

    A photograph whose content is DAMAGED is refused. `error` is raised after the first stage.
    With `hold()`, each stage waits for a `release`.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.models = {"anatomy": ModelIdentity(backend="onnxruntime-cpu", precision="fp32")}
        self.loaded: dict[str, LoadedModel] = {}
        self.error: Exception | None = None
        self.pause_s = 0.0
        self.read: ReadPhotograph = read_photograph
        self.exams: list[Exam] = []
        self.stages_made = 0
        self.signs: dict[int, SeenSigns] = {}
        """By photograph; where there are any, FROM_PHOTOGRAPHS is forecast."""
        self.stopped = threading.Event()
        self.begun = threading.Event()
        self._held: threading.Semaphore | None = None

    def hold(self) -> None:
        self._held = threading.Semaphore(0)

    def release(self, stages: int = 1000) -> None:
        if self._held is not None:
            self._held.release(stages)

    def on(self, models: Mapping[str, LoadedModel], read: ReadPhotograph) -> HeldScreener:
        assert not models
        self.read = read
        return self

    def screen(self, exam: Exam) -> Iterator[StageEvent]:
        self.exams.append(exam)
        self.begun.set()
        try:
            for stage in self._stages(exam):
                if self._held is not None:
                    assert self._held.acquire(timeout=PATIENCE_S)
                time.sleep(self.pause_s)
                self.stages_made += 1
                yield stage
                if self.error is not None:
                    raise self.error
        except GeneratorExit:
            self.stopped.set()
            raise

    def _stages(self, exam: Exam) -> Iterator[StageEvent]:
        names, refused = [], []
        for index, file in enumerate(exam.photographs):
            if file.content == DAMAGED:
                error: PhotographError = DamagedPicture(f"{file.name} ends early")
                reason = error.public_message
                refused.append(
                    RefusedPhotograph(name=file.name, error="DamagedPicture", reason=reason)
                )
                yield PhotographRefused(index, file.name, error)
                continue
            names.append(file.name)
            yield from self._photograph(index, file)
        forecast, weight_KS = [FORECAST], None
        if self.signs:
            weight_KS = np.zeros((len(ForecastCondition), len(SIGN_NAMES)), np.float32)
            weight_KS[:, DRUSEN] = 1.0
            forecast = FROM_PHOTOGRAPHS
        yield ForecastRead(forecast, weight_KS)
        yield ExamDone(
            ExamRecord.model_validate(
                {
                    "schema": "foreseye.exam/1",
                    "exam_id": exam.exam_id,
                    "person_id": exam.person.person_id,
                    "photographs": names,
                    "refused": refused,
                    "forecast": forecast,
                }
            )
        )

    def _photograph(self, index: int, file: PhotographFile) -> Iterator[StageEvent]:
        photograph = a_photograph(file)
        eye = EyeReading(laterality=Eye.OD, source="picture")
        anatomy = an_anatomy()
        yield QualityRead(index, QUALITY)
        yield AnatomyRead(index, photograph, FovCircle(300.0, 200.0, 190.0), anatomy, eye)
        yield BiomarkersRead(index, BIOMARKERS)
        yield FindingsRead(index, FINDINGS)
        result = ScreeningResult.model_validate(
            {
                "schema": "foreseye.screening/1",
                "bundle": self.bundle.identity,
                "models": self.models,
                "photograph": PhotographIdentity(
                    name=file.name,
                    sha256=photograph.sha256,
                    width_px=WIDTH_PX,
                    height_px=HEIGHT_PX,
                    fov_circle_px=(300.0, 200.0, 190.0),
                ),
                "eye": eye,
                "quality": QUALITY,
                "findings": FINDINGS,
                "biomarkers": BIOMARKERS,
                "timings_ms": {"total": 1.5},
            }
        )
        yield PhotographDone(index, result, anatomy, self.signs.get(index))


def a_photograph(file: PhotographFile) -> Photograph:
    columns = np.linspace(0, 255, WIDTH_PX, dtype=np.uint8)
    pixels_HWC = np.zeros((HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    pixels_HWC[..., 0] = columns
    sha256 = hashlib.sha256(file.content).hexdigest()
    return Photograph(file.name, sha256, WIDTH_PX, HEIGHT_PX, pixels_HWC)


def an_anatomy() -> Anatomy:
    """A vertical arteriole left, a venule right, a disc with its cup in the middle."""
    side = 100
    probability_KHW = np.zeros((len(ANATOMY_CHANNELS), side, side), dtype=np.float32)
    channel = {name: probability_KHW[k] for k, name in enumerate(ANATOMY_CHANNELS)}
    for columns, kind in ((slice(20, 24), "arteriole"), (slice(76, 80), "venule")):
        channel["vessel"][:, columns] = 1.0
        channel[kind][:, columns] = 1.0
    channel["disc"][40:60, 40:60] = 1.0
    channel["cup"][45:55, 45:55] = 1.0
    frame = NetworkFrame(left_px=100.0, top_px=0.0, side_px=400.0, size_px=side)
    return Anatomy(frame, np.ones((side, side), dtype=bool), probability_KHW, Evidence.INTERNAL)


def an_exam(*contents: bytes, exam_id: str = "exam-1", person: Person | None = None) -> Exam:
    """One photograph for each content; one gradable photograph when none is given."""
    files = tuple(
        PhotographFile(f"photograph-{index}.jpg", content, None)
        for index, content in enumerate(contents or (b"an eye",))
    )
    return Exam(exam_id, files, person or Person())


def a_bundle(folder: Path) -> Bundle:
    """A bundle without graphs: enough to be described."""
    card = "# A drawn bundle\n"
    (folder / "model_card.md").write_text(card, encoding="utf-8")
    digest = hashlib.sha256(card.encode()).hexdigest()
    parity = ParityReport(
        reference="torch", samples=1, largest_difference=0.0, tolerance=1e-3, in_words="equal"
    )
    anatomy = ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(image_size_px=512, margin=0.02),
        inputs=[],
        outputs=[],
        labels=list(ANATOMY_CHANNELS),
        artefacts={"fp32": Artefact(file="anatomy.onnx", opset=20, golden_tolerance=1e-3)},
        parity={"fp32": parity},
        metrics=[],
    )
    manifest = BundleManifest.model_validate(
        {
            "schema": "foreseye.bundle/1",
            "name": "drawn",
            "version": "1.2.3",
            "made_with": {},
            "models": {"anatomy": anatomy},
            "measured_quality": MeasuredQuality(
                file="quality.json", evidence=Evidence.DRAWN, metrics=[]
            ),
            "golden": [],
            "data_statement": DataStatement(models={}, terms_of_the_weights="none"),
            "model_card": "model_card.md",
            "files": {
                "model_card.md": digest,
                "anatomy.onnx": "0" * 64,
                "quality.json": "0" * 64,
            },
        }
    )
    text = manifest.to_json()
    return Bundle(folder, manifest, text, hashlib.sha256(text.encode()).hexdigest())
