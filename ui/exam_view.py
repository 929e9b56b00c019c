"""The events of an exam, gathered into what the screen shows: one record a photograph.

Pure: the same events give the same view, so that the screen may be drawn anew at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from edge_runtime.wire.client import (
    AnatomySeen,
    BiomarkersRead,
    ClientEvent,
    Evidence,
    Exam,
    ExamDone,
    Eye,
    Findings,
    FindingsRead,
    Forecast,
    ForecastRead,
    Measurement,
    PhotographDone,
    PhotographRefused,
    Quality,
    QualityRead,
)


class Verdict(Enum):
    """What the operator must know of one photograph at a glance."""

    WAITING = "waiting"
    GOOD = "good"
    USABLE = "usable"
    """Good enough to read, but something about it can be better."""
    UNREADABLE = "unreadable"
    """A photograph, but not good enough to read."""
    CLOUDED = "clouded"
    """Not good enough to read, and by the eye's own fault: another photograph hardly helps."""
    REFUSED = "refused"
    """The file cannot be used at all."""


@dataclass(frozen=True)
class PhotographView:
    """What has arrived about one photograph; None for what has not (or never will)."""

    index: int
    name: str
    given_eye: Eye | None
    quality: Quality | None = None
    anatomy: AnatomySeen | None = None
    biomarkers: dict[str, Measurement] | None = None
    findings: Findings | None = None
    done: PhotographDone | None = None
    refused_because: str = ""

    @property
    def eye(self) -> Eye | None:
        """Which eye to show it under: as the service says, else as the operator said."""
        if self.anatomy is not None and self.anatomy.eye.laterality is not None:
            return self.anatomy.eye.laterality
        return self.given_eye

    @property
    def conflict(self) -> bool:
        """True when the picture shows the other eye than the one given."""
        return self.anatomy is not None and self.anatomy.eye.conflict

    @property
    def finished(self) -> bool:
        """True when nothing more will arrive about this photograph."""
        return self.done is not None or bool(self.refused_because)

    @property
    def verdict(self) -> Verdict:
        """Return what to say of the photograph at a glance."""
        if self.refused_because:
            return Verdict.REFUSED
        if self.quality is None:
            return Verdict.WAITING
        if not self.quality.gradable:
            return Verdict.CLOUDED if self.quality.cause == "eye" else Verdict.UNREADABLE
        return Verdict.USABLE if self.quality.advice else Verdict.GOOD

    def picture(self, kind: str) -> bytes | None:
        """Return the encoded picture of one kind, or None when none was sent."""
        pictures = self.anatomy.pictures if self.anatomy else ()
        return next((p.content for p in pictures if p.kind == kind), None)


@dataclass(frozen=True)
class ExamView:
    """What has arrived about an exam."""

    photographs: tuple[PhotographView, ...]
    forecast: tuple[Forecast, ...] = ()
    done: ExamDone | None = None

    def of_eye(self, eye: Eye | None) -> list[PhotographView]:
        """Return the photographs to show under one eye."""
        return [p for p in self.photographs if p.eye == eye]


def exam_view(exam: Exam, events: Iterable[ClientEvent]) -> ExamView:
    """Return what the events so far say about the exam."""
    photographs = [
        PhotographView(i, file.name, file.eye) for i, file in enumerate(exam.photographs)
    ]
    view = ExamView(())
    for event in events:
        if isinstance(event, ExamDone):
            view = replace(view, done=event)
        elif isinstance(event, ForecastRead):
            view = replace(view, forecast=tuple(event.forecast))
        else:
            index = getattr(event, "index", None)
            if index is not None:
                photographs[index] = _with_event(photographs[index], event)
    return replace(view, photographs=tuple(photographs))


def _with_event(photograph: PhotographView, event: ClientEvent) -> PhotographView:
    if isinstance(event, PhotographRefused):
        return replace(photograph, refused_because=event.reason)
    if isinstance(event, QualityRead):
        return replace(photograph, quality=event.quality)
    if isinstance(event, AnatomySeen):
        return replace(photograph, anatomy=event)
    if isinstance(event, BiomarkersRead):
        return replace(photograph, biomarkers=event.biomarkers)
    if isinstance(event, FindingsRead):
        return replace(photograph, findings=event.findings)
    if isinstance(event, PhotographDone):
        return replace(photograph, done=event)
    return photograph


STEPS_SHOWN = ("photographs", "covariates", "age_sex")
"""From the one that knows most to the one that knows least."""


def steps_allowed(forecast: Forecast, research: bool = False) -> list[str]:
    """Return the steps that a screen may show, the one that knows most first.

    A step with photographs is held back while photographs are judged on drawn eyes alone
    (DESIGN section 5); in the view for research it is among them whatever it was judged on.
    """
    if forecast.steps is None:
        return []
    photographs = forecast.steps.photographs
    held_back = photographs is not None and photographs.evidence is Evidence.DRAWN
    absent = photographs is None or (held_back and not research)
    return [name for name in STEPS_SHOWN if not (absent and name == "photographs")]


def is_conditional(forecast: Forecast) -> bool:
    """Return whether a chance is given that holds only for some people, this one perhaps not."""
    return forecast.evidence is not None and bool(forecast.sentence)


def evidence_seen(view: ExamView) -> set[Evidence]:
    """Return every kind of evidence that some output of the exam carries."""
    seen: set[Evidence | None] = set()
    for photograph in view.photographs:
        outputs: list[object] = [photograph.quality, photograph.anatomy]
        outputs += (photograph.biomarkers or {}).values()
        if photograph.findings is not None:
            outputs += [value for _, value in photograph.findings]
        seen |= {getattr(output, "evidence", None) for output in outputs}
    for forecast in (each for each in view.forecast if not is_conditional(each)):
        steps = steps_allowed(forecast)
        seen |= {getattr(forecast.steps, step).evidence for step in steps}
    return {evidence for evidence in seen if evidence is not None}
