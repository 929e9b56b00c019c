"""foreseye.v1.Screening: each method goes from the wire to the pipeline and back to the wire."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

from edge_runtime import __version__
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.domain import Evidence
from edge_runtime.errors import InvalidField, NotInBundle
from edge_runtime.service.bundles import Bundles
from edge_runtime.service.caller import client_of, urgency_from
from edge_runtime.service.engines.job import Caller
from edge_runtime.service.events import events_of
from edge_runtime.service.exam_queue import ExamQueue
from edge_runtime.service.kept_answers import KeptAnswers
from edge_runtime.service.measures import ExamMeasures
from edge_runtime.service.memory_floor import MemoryFloor
from edge_runtime.service.refusals import (
    blotter,
    blotter_of,
    ending_when_nobody_listens,
    errors_as_status,
)
from edge_runtime.service.screener import Screener
from edge_runtime.service.simulation import simulation_events, simulation_from_wire
from edge_runtime.service.spans import stages_in_spans
from edge_runtime.service.uploads import ArrivingFile, Uploads
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_bundle import bundle_description_to_wire
from edge_runtime.wire.convert_events import event_to_wire
from edge_runtime.wire.convert_request import exam_from_wire, picture_side_from_wire
from edge_runtime.wire.records import (
    Accepted,
    BundleDescription,
    ClientEvent,
    ModelDescription,
    PhotographDone,
)
from edge_runtime.wire.screening_pb2_grpc import ScreeningServicer
from edge_runtime.wire.simulation import simulation_event_to_wire

log = logging.getLogger("foreseye.service")

MAX_EXAM_S = 600.0
"""The deadline of a caller who sets none, and the longest that one may set."""


class Servicer(ScreeningServicer):
    """Knows the wire and the pipeline, nothing of models."""

    def __init__(
        self, settings: Settings, bundles: Bundles, queue: ExamQueue, floor: MemoryFloor
    ) -> None:
        """Answer Overloaded until a bundle serves."""
        self._limits = settings.limits
        self._bundles = bundles
        self._queue = queue
        self._floor = floor
        self.uploads = Uploads(settings.max_upload_bytes, settings.max_photograph_bytes)
        self._kept = KeptAnswers(settings.max_kept_bytes)
        self.measures = ExamMeasures()

    async def Screen(  # noqa: N802 - the proto's name
        self, request: pb.ScreenRequest, context: Any
    ) -> None:
        """Stream an exam's events; the work stops when the caller leaves or the deadline passes."""
        async with errors_as_status(context, "Screen", blotter_of(request)):
            ends = time.monotonic() + _seconds_left(context)
            client = client_of(context)
            if not request.idempotency_key:
                messages = self.screened(request, client, ends)
            else:
                messages = self._kept_or_screened(request, client, ends)
            async with aclosing(messages):
                async for message in messages:
                    # Waits for the client's flow control; the queue holds what comes meanwhile.
                    with ending_when_nobody_listens("Screen"):
                        await context.write(message)

    async def Simulate(  # noqa: N802 - the proto's name
        self, request: pb.SimulateRequest, context: Any
    ) -> None:
        """Stream simulated visits; the work stops when the caller leaves or the deadline passes."""
        async with errors_as_status(context, "Simulate", blotter_of(request)):
            ends = time.monotonic() + _seconds_left(context)
            async with aclosing(self._simulated(request, client_of(context), ends)) as messages:
                async for message in messages:
                    with ending_when_nobody_listens("Simulate"):
                        await context.write(message)

    async def DescribeBundle(  # noqa: N802 - the proto's name
        self, request: pb.DescribeBundleRequest, context: Any
    ) -> pb.DescribeBundleReply:
        """Return what the bundle holds, where its models run, and what they were judged on."""
        del request  # it has no fields
        async with errors_as_status(context, "DescribeBundle", blotter(())):
            with self._bundles.use() as generation:
                described = describe(generation.screener)
        return bundle_description_to_wire(described)

    async def Upload(  # noqa: N802 - the proto's name
        self, request_iterator: AsyncIterator[pb.UploadChunk], context: Any
    ) -> pb.UploadReply:
        """Take a photograph in chunks; what arrived stays when the connection breaks."""
        async with errors_as_status(context, "Upload", blotter(())):
            upload = None
            async for chunk in request_iterator:
                if upload is None:
                    upload = self._begun(chunk, client_of(context))
                upload.add(chunk.offset, chunk.content)
            if upload is None:
                raise InvalidField("upload_key", "is in the first chunk, and there was none")
            # In a thread: hashing 64 MB would hold all others up.
            await asyncio.to_thread(upload.finish)
        return _progress(upload)

    async def UploadProgress(  # noqa: N802 - the proto's name
        self, request: pb.UploadProgressRequest, context: Any
    ) -> pb.UploadReply:
        """Return how much of an upload has arrived."""
        async with errors_as_status(context, "UploadProgress", blotter(())):
            upload = self.uploads.progress(client_of(context), request.upload_key)
        return pb.UploadReply() if upload is None else _progress(upload)

    def screened_for(
        self, request: pb.ScreenRequest, context: Any
    ) -> AsyncGenerator[pb.ScreenEvent, None]:
        """Yield the messages of a screening for the caller of a context, by its deadline."""
        ends = time.monotonic() + _seconds_left(context)
        return self.screened(request, client_of(context), ends)

    def _begun(self, chunk: pb.UploadChunk, client: str) -> ArrivingFile:
        self._floor.check(chunk.total_bytes)
        return self.uploads.begin(client, chunk.upload_key, chunk.total_bytes, chunk.sha256)

    async def _kept_or_screened(
        self, request: pb.ScreenRequest, client: str, ends: float
    ) -> AsyncGenerator[pb.ScreenEvent, None]:
        digest = await asyncio.to_thread(_digest, request)
        key = request.idempotency_key
        kept = self._kept.of(client, key, digest)
        if kept is None:
            kept = self._kept.keep(client, key, digest, self.screened(request, client, ends))
        async with aclosing(kept.follow()) as messages:
            async for message in messages:
                yield message

    async def screened(
        self, request: pb.ScreenRequest, client: str, ends: float
    ) -> AsyncGenerator[pb.ScreenEvent, None]:
        """Yield the messages of a screening; closing it stops the work. Raises what that raises."""
        started = time.perf_counter()
        try:
            async with aclosing(self._events(request, client, ends)) as events:
                async for exam_id, event in events:
                    if isinstance(event, PhotographDone):
                        self.measures.photograph_done(event.result.timings_ms)
                    yield event_to_wire(exam_id, event)
        except BaseException as error:
            self.measures.exam_ended(error)
            raise
        took_ms = (time.perf_counter() - started) * 1000.0
        self.measures.exam_done(took_ms)
        log.info("Screen: %d photographs in %.0f ms", len(request.photographs), took_ms)

    async def _simulated(
        self, request: pb.SimulateRequest, client: str, ends: float
    ) -> AsyncGenerator[pb.SimulateEvent, None]:
        with self._bundles.use() as generation:
            screener = generation.screener
            if "progression" not in screener.models:
                raise NotInBundle("the bundle holds no progression model")
            uploaded = partial(self.uploads.content, client)
            simulation = simulation_from_wire(request, self._limits, uploaded)
            num_bytes = len(simulation.file.content)
            self._floor.check(num_bytes)
            caller = Caller(urgency_from(pb.URGENCY_UNSPECIFIED), ends)
            events = stages_in_spans(simulation_events(screener, simulation))
            async with self._queue.enter(events, caller, num_bytes) as run:
                while (event := await run.next(ends - time.monotonic())) is not None:
                    yield simulation_event_to_wire(event)

    async def _events(
        self, request: pb.ScreenRequest, client: str, ends: float
    ) -> AsyncGenerator[tuple[str, ClientEvent], None]:
        with self._bundles.use() as generation:
            exam = exam_from_wire(request, self._limits, partial(self.uploads.content, client))
            side_px = picture_side_from_wire(request)
            caller = Caller(urgency_from(request.urgency), ends)
            num_bytes = sum(len(file.content) for file in exam.photographs)
            self._floor.check(num_bytes)
            events = stages_in_spans(events_of(generation.screener, exam, self._limits, side_px))
            bundle = generation.screener.bundle.identity
            async with self._queue.enter(events, caller, num_bytes) as run:
                photographs = len(exam.photographs)
                yield exam.exam_id, Accepted(exam.exam_id, photographs, run.queued_before, bundle)
                while (event := await run.next(ends - time.monotonic())) is not None:
                    yield exam.exam_id, event


def describe(screener: Screener) -> BundleDescription:
    """Return what a pipeline's bundle holds. Raises BundleCorrupt when its model card changed."""
    bundle = screener.bundle
    manifest: BundleManifest = bundle.manifest
    evidence: dict[str, Evidence] = {name: m.evidence for name, m in manifest.models.items()}
    return BundleDescription(
        name=manifest.name,
        version=manifest.version,
        sha256=bundle.sha256,
        models=tuple(
            ModelDescription(name, identity.backend, identity.precision, evidence[name])
            for name, identity in screener.models.items()
        ),
        horizon_years=tuple(manifest.horizons_years),
        model_card=bundle.model_card,
        bundle_json=bundle.manifest_json,
        server_version=__version__,
    )


def _seconds_left(context: Any) -> float:
    left: float | None = context.time_remaining()
    return MAX_EXAM_S if left is None else min(left, MAX_EXAM_S)


def _digest(request: pb.ScreenRequest) -> bytes:
    return hashlib.sha256(request.SerializeToString(deterministic=True)).digest()


def _progress(upload: ArrivingFile) -> pb.UploadReply:
    return pb.UploadReply(
        received_bytes=upload.received_bytes,
        total_bytes=upload.total_bytes,
        complete=upload.complete,
    )
