"""A stand-in for the service's client: it answers with events that the test composed.

The client is the seam between screen and service; `test_browser.py` crosses it for real.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from edge_runtime.contracts.exam import (
    ExamRecord,
    Forecast,
    ForecastCondition,
    ForecastStep,
    ForecastSteps,
)
from edge_runtime.contracts.result import (
    BundleIdentity,
    EyeReading,
    Findings,
    Measurement,
    ModelIdentity,
    PhotographIdentity,
    Quality,
    ScreeningResult,
)
from edge_runtime.domain import Evidence, Exam, Eye, FovCircle
from edge_runtime.errors import ForeseyeError, Overloaded
from edge_runtime.wire.records import (
    Accepted,
    AnatomySeen,
    BiomarkersRead,
    BundleDescription,
    ClientEvent,
    ExamDone,
    FindingsRead,
    ForecastRead,
    PhotographDone,
    PhotographRefused,
    Picture,
    QualityRead,
)
from ui.checking import PREFIX

SHA256 = "5" * 64
SIDE_PX = 160

GOOD = Quality(
    gradable=True,
    probability=0.97,
    defects={"blur": 0.02, "dark": 0.01},
    advice=[],
    evidence=Evidence.INTERNAL,
)
USABLE = GOOD.model_copy(update={"advice": ["Wipe the lens: there is a haze."]})
BLURRED = Quality(
    gradable=False,
    probability=0.04,
    defects={"blur": 0.93},
    advice=["Focus on the vessels and hold still.", "Let the person blink once, then take it."],
    reason="The photograph is too blurred to read.",
    evidence=Evidence.INTERNAL,
)
MEASURED = {
    "crae_um": Measurement(value=152.1, unit="um", evidence=Evidence.INTERNAL),
    "cdr_vertical": Measurement(
        value=0.412, unit="1", interval_90=(0.36, 0.47), evidence=Evidence.INTERNAL
    ),
    "vessel_density": Measurement(value=0.0834, unit="1", evidence=Evidence.EXTERNAL),
    "avr": Measurement(missing_because="4 arterioles in zone B, 6 are needed"),
}


def photograph_jpeg(shade: int = 120, side_px: int = SIDE_PX) -> bytes:
    """A round field of one shade, as JPEG; another shade is another photograph."""
    picture = Image.new("RGB", (side_px, side_px))
    ImageDraw.Draw(picture).ellipse((4, 4, side_px - 5, side_px - 5), fill=(shade, 60, 40))
    written = io.BytesIO()
    picture.save(written, "JPEG")
    return written.getvalue()


def mask_png(indices_HW: np.ndarray) -> bytes:
    """A mask of indices as PNG."""
    written = io.BytesIO()
    Image.fromarray(indices_HW.astype(np.uint8)).save(written, "PNG")
    return written.getvalue()


def pictures(side_px: int = SIDE_PX) -> tuple[Picture, ...]:
    """A preview with one arteriole, one venule, a disc and its cup."""
    vessels = np.zeros((side_px, side_px), np.uint8)
    vessels[40:44], vessels[100:106] = 1, 2
    rows, columns = np.mgrid[:side_px, :side_px]
    from_centre = np.hypot(rows - side_px / 2, columns - side_px / 2)
    disc_cup = (from_centre < 30).astype(np.uint8) + (from_centre < 14)
    contents = {
        "photograph": ("image/jpeg", photograph_jpeg(side_px=side_px)),
        "arteries_veins": ("image/png", mask_png(vessels)),
        "disc_cup": ("image/png", mask_png(disc_cup)),
    }
    return tuple(Picture(k, m, c, side_px, side_px) for k, (m, c) in contents.items())


@dataclass
class FakeEye:
    """What the fake service will say of one photograph."""

    quality: Quality = GOOD
    seen: Eye | None = None
    """The eye that the picture shows; None for the one given."""
    biomarkers: dict[str, Measurement] = field(default_factory=lambda: dict(MEASURED))
    findings: Findings | None = None
    refused: str = ""


def events_of(index: int, name: str, given: Eye | None, eye: FakeEye) -> Iterator[ClientEvent]:
    """The events of one photograph, in the order of the wire."""
    if eye.refused:
        yield PhotographRefused(index, "DamagedPicture", eye.refused)
        return
    yield QualityRead(index, eye.quality)
    reading = _eye_reading(given, eye.seen)
    biomarkers = None
    if eye.quality.gradable:
        circle = FovCircle(SIDE_PX / 2, SIDE_PX / 2, SIDE_PX / 2 - 4)
        yield AnatomySeen(index, circle, SIDE_PX, SIDE_PX, reading, Evidence.INTERNAL, pictures())
        biomarkers = eye.biomarkers
        yield BiomarkersRead(index, biomarkers)
        if eye.findings is not None:
            yield FindingsRead(index, eye.findings)
    result = ScreeningResult(
        bundle=BundleIdentity(name="fake", version="0.0.1", sha256=SHA256),
        models={"anatomy": ModelIdentity(backend="fake", precision="fp32")},
        photograph=PhotographIdentity(
            name=name, sha256=SHA256, width_px=SIDE_PX, height_px=SIDE_PX, fov_circle_px=None
        ),
        eye=reading,
        quality=eye.quality,
        findings=eye.findings,
        biomarkers=biomarkers,
        timings_ms={"total": 1.0},
    )
    yield PhotographDone(index, result, result.to_json())


def _eye_reading(given: Eye | None, seen: Eye | None) -> EyeReading:
    if given is None:
        return EyeReading(laterality=seen, source="picture" if seen else "unknown")
    return EyeReading(
        laterality=given, source="given", conflict=seen is not None and seen is not given
    )


def a_forecast(photographs_evidence: Evidence = Evidence.DRAWN) -> tuple[Forecast, ...]:
    """Stroke at two horizons with all three steps, and diabetes that is there already."""
    told = [
        Forecast(
            condition=ForecastCondition.STROKE,
            horizon_years=years,
            cumulative_incidence=0.071 * years / 5,
            interval_90=(0.03 * years / 5, 0.09 * years / 5),
            steps=ForecastSteps(
                age_sex=ForecastStep(value=0.041 * years / 5, evidence=Evidence.INTERNAL),
                covariates=ForecastStep(
                    value=0.052 * years / 5,
                    interval_90=(0.02 * years / 5, 0.08 * years / 5),
                    evidence=Evidence.INTERNAL,
                ),
                photographs=ForecastStep(
                    value=0.071 * years / 5,
                    interval_90=(0.03 * years / 5, 0.09 * years / 5),
                    evidence=photographs_evidence,
                ),
            ),
            step="photographs",
            evidence=photographs_evidence,
        )
        for years in (1, 5)
    ]
    present = Forecast(
        condition=ForecastCondition.TYPE_2_DIABETES,
        horizon_years=5,
        missing_because="already_present",
        sentence="This person already has type 2 diabetes.",
    )
    return (*told, present)


class FakeStream(Iterator[ClientEvent]):
    """Events one by one; `close` ends them."""

    def __init__(self, events: Iterator[ClientEvent]) -> None:
        self._events = events
        self.closed = threading.Event()

    def __next__(self) -> ClientEvent:
        return next(self._events)

    def close(self) -> None:
        self.closed.set()

    def __enter__(self) -> FakeStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FakeClient:
    """Answers like ScreeningClient. `raises` is raised, one error a call, before any answer; a
    check of one photograph always succeeds."""

    def __init__(self) -> None:
        self.eyes: dict[str, FakeEye] = {}
        self.forecast: Sequence[Forecast] = ()
        self.raises: list[ForeseyeError] = []
        self.breaks_after: int | None = None
        """Raise `raises[0]` after so many events instead of before the first."""
        self.ready = True
        self.describes: ForeseyeError | None = None
        self.asked: list[Exam] = []
        self.hold = threading.Event()
        self.hold.set()
        self.hold_checks = threading.Event()
        self.hold_checks.set()
        self.checks: list[Exam] = []
        self.stream: FakeStream | None = None

    def screen(self, exam: Exam, **_: object) -> FakeStream:
        if exam.exam_id.startswith(PREFIX):
            self.checks.append(exam)
            return FakeStream(self._when_let(self._all_events(exam)))
        self.asked.append(exam)
        self.stream = FakeStream(self._events(exam))
        return self.stream

    def is_ready(self) -> bool:
        return self.ready

    def describe_bundle(self) -> BundleDescription:
        if self.describes is None:
            raise Overloaded("still loading")
        raise self.describes

    def _events(self, exam: Exam) -> Iterator[ClientEvent]:
        for position, event in enumerate(self._all_events(exam)):
            if self.raises and position == (self.breaks_after or 0):
                raise self.raises.pop(0)
            yield event
            self._wait()

    def _when_let(self, events: Iterator[ClientEvent]) -> Iterator[ClientEvent]:
        for event in events:
            self.hold_checks.wait()
            yield event

    def _wait(self) -> None:
        while not self.hold.wait(0.01):
            if self.stream is not None and self.stream.closed.is_set():
                return

    def _all_events(self, exam: Exam) -> Iterator[ClientEvent]:
        yield Accepted(exam.exam_id, len(exam.photographs), 0)
        for index, file in enumerate(exam.photographs):
            yield from events_of(index, file.name, file.eye, self.eyes.get(file.name, FakeEye()))
        if self.forecast:
            yield ForecastRead(tuple(self.forecast))
        record = ExamRecord(
            exam_id=exam.exam_id,
            age_years=exam.person.age_years,
            sex=exam.person.sex,
            photographs=[file.name for file in exam.photographs],
            forecast=list(self.forecast) or None,
        )
        yield ExamDone(record, record.to_json())
