"""The pipeline's stages as the events that a client is told, with pictures where asked for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from edge_runtime import stages
from edge_runtime.domain import Exam
from edge_runtime.fundus.intake import ReadPhotograph
from edge_runtime.service.evidence_maps import EvidenceMaps
from edge_runtime.service.pictures import pictures_of
from edge_runtime.service.screener import Screener
from edge_runtime.settings import Limits
from edge_runtime.wire import records
from edge_runtime.wire.records import ClientEvent


def events_of(
    screener: Screener, exam: Exam, limits: Limits, picture_side_px: int | None
) -> Generator[ClientEvent, None, None]:
    """Yield one event for each stage of an exam; closing it stops the work between stages.

    `picture_side_px` None sends no pictures. Raises what the pipeline raises.
    """
    work = screener.screen(exam)
    maps = None if picture_side_px is None else EvidenceMaps(picture_side_px)
    try:
        for stage in work:
            if isinstance(stage, stages.AnatomyRead):
                yield anatomy_seen(stage, exam, limits, picture_side_px, screener.read)
            else:
                event: ClientEvent = _EVENT_OF[type(stage)](stage)
                yield event
                if maps is not None:
                    yield from maps.after(stage)
    finally:
        if isinstance(work, Generator):
            work.close()


def anatomy_seen(
    stage: stages.AnatomyRead,
    exam: Exam,
    limits: Limits,
    picture_side_px: int | None,
    read: ReadPhotograph,
) -> records.AnatomySeen:
    """Return the anatomy event, with its pictures unless `picture_side_px` is None."""
    pictures: tuple[records.Picture, ...] = ()
    if picture_side_px is not None:
        file = exam.photographs[stage.index]
        pictures = pictures_of(stage, file, limits, picture_side_px, read)
    return records.AnatomySeen(
        index=stage.index,
        fov_circle=stage.fov_circle,
        photograph_width_px=stage.photograph.width_px,
        photograph_height_px=stage.photograph.height_px,
        eye=stage.eye,
        evidence=stage.anatomy.evidence,
        pictures=pictures,
    )


def _refused(stage: stages.PhotographRefused) -> records.PhotographRefused:
    error = stage.error
    return records.PhotographRefused(stage.index, type(error).__name__, error.public_message)


_EVENT_OF: dict[type[stages.StageEvent], Callable[[Any], ClientEvent]] = {
    stages.PhotographRefused: _refused,
    stages.QualityRead: lambda stage: records.QualityRead(stage.index, stage.quality),
    stages.BiomarkersRead: lambda stage: records.BiomarkersRead(stage.index, stage.biomarkers),
    stages.FindingsRead: lambda stage: records.FindingsRead(stage.index, stage.findings),
    stages.PhotographDone: lambda stage: records.PhotographDone(
        stage.index, stage.result, stage.result.to_json()
    ),
    stages.ForecastRead: lambda stage: records.ForecastRead(tuple(stage.forecast)),
    stages.ExamDone: lambda stage: records.ExamDone(stage.record, stage.record.to_json()),
}
"""Every stage but AnatomyRead, which needs the photograph's file for its pictures."""
