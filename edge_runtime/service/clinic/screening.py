"""Screens a kept exam: messages go through, each result is kept before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from edge_runtime.records.screenings import (
    MadePicture,
    Screening,
    finish_screening,
    give_up_screening,
    keep_refusal,
    keep_result,
)
from edge_runtime.records.vault import Vault
from edge_runtime.wire import clinic_pb2 as pb
from edge_runtime.wire import screening_pb2 as screening_pb
from edge_runtime.wire.convert_clinic import known_person_to_wire
from edge_runtime.wire.enums import EYE

Messages = AsyncGenerator[screening_pb.ScreenEvent, None]
Screens = Callable[[screening_pb.ScreenRequest], Messages]
"""Runs the pipeline on a request."""


def request_of(screening: Screening, asked: pb.ScreenExamRequest) -> screening_pb.ScreenRequest:
    """Return the pipeline's request for a kept exam."""
    return screening_pb.ScreenRequest(
        exam_id=screening.exam_id,
        photographs=[
            screening_pb.PhotographUpload(
                name=file.name,
                content=file.content,
                eye=screening_pb.EYE_UNSPECIFIED if file.eye is None else EYE[file.eye],
            )
            for file in screening.photographs
        ],
        person=known_person_to_wire(screening.person),
        with_pictures=True,
        picture_side_px=asked.picture_side_px,
        urgency=asked.urgency,
    )


async def screened_and_kept(
    vault: Vault, screening: Screening, asked: pb.ScreenExamRequest, screens: Screens
) -> Messages:
    """Yield the pipeline's messages; what is not finished leaves the exam open for another try."""
    keeping = _Keeping(vault, screening)
    finished = False
    try:
        async with aclosing(screens(request_of(screening, asked))) as messages:
            async for message in messages:
                await asyncio.to_thread(keeping.keep, message)
                finished = message.WhichOneof("event") == "done"
                yield message
    finally:
        if not finished:
            # The caller may be gone: what must be written is written all the same.
            await asyncio.shield(asyncio.to_thread(give_up_screening, vault, screening))


class _Keeping:
    """Puts together what belongs to one photograph, or to the forecast, and keeps it."""

    def __init__(self, vault: Vault, screening: Screening) -> None:
        self._vault, self._screening = vault, screening
        self._pictures: dict[int, list[MadePicture]] = {}
        self._maps: dict[int, list[MadePicture]] = {}
        self._source = ""

    def keep(self, message: screening_pb.ScreenEvent) -> None:
        """Keep what a message brings. Raises RecordsFull."""
        if message.HasField("accepted"):
            bundle = message.accepted.bundle
            self._source = f"{bundle.name}@{bundle.version}"
        elif message.HasField("anatomy"):
            seen = message.anatomy
            self._pictures[seen.photograph_index] = [_made(each) for each in seen.pictures]
        elif message.HasField("photograph_refused"):
            refused = message.photograph_refused
            index, error, reason = refused.photograph_index, refused.error, refused.reason
            keep_refusal(self._vault, self._screening, index, error, reason)
        elif message.HasField("photograph_done"):
            done = message.photograph_done
            pictures = self._pictures.pop(done.photograph_index, [])
            keep_result(
                self._vault,
                self._screening,
                done.photograph_index,
                done.result_json,
                pictures,
                self._source,
            )
        elif message.HasField("evidence_maps"):
            mapped = message.evidence_maps
            self._maps[mapped.photograph_index] = [_made(each.picture) for each in mapped.maps]
        elif message.HasField("done"):
            exam_json = message.done.exam_json
            finish_screening(self._vault, self._screening, exam_json, self._maps, self._source)


def _made(picture: screening_pb.Picture) -> MadePicture:
    return MadePicture(
        picture.kind, picture.media_type, picture.content, picture.width_px, picture.height_px
    )
