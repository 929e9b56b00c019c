"""Runs a bundle over copies and over repeated visits, and takes the scatter of its readings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.repeatability import (
    Repeatability,
    RepeatedVisits,
    SmallestDetectableChange,
)
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Exam, Eye, FovCircle, PhotographFile
from edge_runtime.fundus.biomarkers import UNIT_OF
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import Limits
from edge_runtime.stages import PhotographDone, PhotographRefused
from training.repeatability.camera_copies import IN_WORDS, camera_copies
from training.repeatability.scatter import scatter_of

SEED = 1996
VISITS_IN_WORDS = "visits of the same eye to the same camera, months to years apart"

Say = Callable[[str], None]
Readings = dict[str, float]


@dataclass
class Eyes:
    """Readings of some eyes, each read several times."""

    readings: list[list[Readings]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    """Whose eye it is, of each."""

    def of(self, name: str) -> tuple[list[list[float]], list[str]]:
        """Return one biomarker's values, by eye, and the people of those read at least twice."""
        values = [[one[name] for one in eye if name in one] for eye in self.readings]
        people = [who for who, found in zip(self.people, values, strict=True) if len(found) > 1]
        return values, people


class Reader:
    """Screens photographs with one pipeline and keeps what was refused, by path."""

    def __init__(self, pipeline: Pipeline, data: Path, say: Say) -> None:
        self._pipeline = pipeline
        self._data = data
        self._say = say
        self.refused: dict[str, str] = {}

    def copied(self, rows: Sequence[ManifestRow]) -> Eyes:
        """Return the readings of each photograph and of its copies."""
        eyes = Eyes()
        for number, row in enumerate(rows):
            self._say(f"copies {number + 1}/{len(rows)} {row.photograph}")
            content = (self._data / row.photograph).read_bytes()
            original = self._screened(row.photograph, content, row.eye)
            if original is None:
                continue
            # The copies are read as the eye that the original showed: turning must not decide it.
            eye = original.eye.laterality
            copies = self._copies(original, content, np.random.default_rng([SEED, number]))
            results = [
                self._screened(f"{row.photograph}, copy {place}", copy, eye)
                for place, copy in enumerate(copies)
            ]
            found = [_readings(result) for result in (original, *results) if result is not None]
            eyes.readings.append(found)
            eyes.people.append(f"{row.set} {row.person_id}")
        return eyes

    def revisited(self, visits: Sequence[Sequence[ManifestRow]]) -> Eyes:
        """Return the readings of each eye at its visits."""
        eyes = Eyes()
        for number, rows in enumerate(visits):
            self._say(f"visits {number + 1}/{len(visits)} {rows[0].photograph}")
            results = [
                self._screened(row.photograph, (self._data / row.photograph).read_bytes(), row.eye)
                for row in rows
            ]
            eyes.readings.append([_readings(one) for one in results if one is not None])
            eyes.people.append(f"{rows[0].set} {rows[0].person_id}")
        return eyes

    def _copies(
        self, original: ScreeningResult, content: bytes, rng: np.random.Generator
    ) -> list[bytes]:
        photograph = read_photograph(content, original.photograph.name, Limits())
        circle = original.photograph.fov_circle_px
        assert circle is not None, "a gradable photograph has its field"
        return camera_copies(photograph.pixels_HWC, FovCircle(*circle), rng)

    def _screened(self, name: str, content: bytes, eye: Eye | None) -> ScreeningResult | None:
        """Return the result of a gradable photograph, else None; the reason is kept."""
        exam = Exam("repeatability", (PhotographFile(name, content, eye),))
        for event in self._pipeline.screen(exam):
            if isinstance(event, PhotographRefused):
                self.refused[name] = event.error.public_message
            elif isinstance(event, PhotographDone):
                if event.result.quality.gradable:
                    return event.result
                self.refused[name] = event.result.quality.reason
        return None


def measured(
    pipeline: Pipeline, copied: Eyes, visits: Eyes, refused: dict[str, str]
) -> Repeatability:
    """Return the record of a bundle's repeatability from what it read."""
    manifest = pipeline.bundle.manifest
    changes = {name: _change(name, copied, visits) for name in UNIT_OF}
    return Repeatability(
        schema="foreseye.repeatability/1",
        bundle=pipeline.bundle.identity,
        anatomy_sha256=manifest.sha256_of("anatomy"),
        disc_sha256=manifest.sha256_of("disc") if "disc" in manifest.models else None,
        smallest_detectable_change={
            name: change for name, change in changes.items() if change is not None
        },
        refused=refused,
    )


def _change(name: str, copied: Eyes, visits: Eyes) -> SmallestDetectableChange | None:
    scatter = scatter_of(copied.of(name)[0])
    if scatter is None:
        return None
    return SmallestDetectableChange(
        value=scatter.smallest_detectable_change,
        unit=UNIT_OF[name],
        photographs=scatter.eyes,
        readings=scatter.readings,
        mean=scatter.mean,
        how=IN_WORDS,
        repeated_visits=_visits(name, visits),
    )


def _visits(name: str, visits: Eyes) -> RepeatedVisits | None:
    values, people = visits.of(name)
    scatter = scatter_of(values)
    if scatter is None:
        return None
    return RepeatedVisits(
        value=scatter.smallest_detectable_change,
        eyes=scatter.eyes,
        people=len(set(people)),
        photographs=scatter.readings,
        how=VISITS_IN_WORDS,
    )


def _readings(result: ScreeningResult) -> Readings:
    found = result.biomarkers or {}
    return {name: one.value for name, one in found.items() if one.value is not None}
