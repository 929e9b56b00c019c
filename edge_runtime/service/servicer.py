"""foreseye.v1.Screening: each method goes from the wire to the pipeline and back to the wire."""

from __future__ import annotations

import logging
import time
from typing import Any

from edge_runtime import __version__
from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.domain import Evidence
from edge_runtime.errors import NotInBundle, Overloaded
from edge_runtime.service.events import events_of
from edge_runtime.service.exam_queue import ExamQueue
from edge_runtime.service.refusals import (
    blotter,
    blotter_of,
    ending_when_nobody_listens,
    errors_as_status,
)
from edge_runtime.service.screener import Screener
from edge_runtime.settings import Settings
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_bundle import bundle_description_to_wire
from edge_runtime.wire.convert_events import event_to_wire
from edge_runtime.wire.convert_request import exam_from_wire, picture_side_from_wire
from edge_runtime.wire.records import Accepted, BundleDescription, ClientEvent, ModelDescription
from edge_runtime.wire.screening_pb2_grpc import ScreeningServicer

log = logging.getLogger("foreseye.service")

MAX_EXAM_S = 600.0
"""The deadline of a caller who sets none, and the longest that one may set."""

RETRY_LOADING_MS = 2_000


class Servicer(ScreeningServicer):
    """Knows the wire and the pipeline, nothing of models."""

    def __init__(self, settings: Settings, queue: ExamQueue) -> None:
        """Answer Overloaded until `screener` is set."""
        self._limits = settings.limits
        self._queue = queue
        self.screener: Screener | None = None

    async def Screen(  # noqa: N802 - the proto's name
        self, request: pb.ScreenRequest, context: Any
    ) -> None:
        """Stream an exam's events; the work stops when the caller leaves or the deadline passes."""
        started = time.perf_counter()
        async with errors_as_status(context, "Screen", blotter_of(request)):
            ends = time.monotonic() + _seconds_left(context)
            screener = self._ready()
            exam = exam_from_wire(request, self._limits)
            side_px = picture_side_from_wire(request)
            accepted = len(exam.photographs)
            events = events_of(screener, exam, self._limits, side_px)
            async with self._queue.enter(events) as run:
                first = Accepted(exam.exam_id, accepted, run.queued_before)
                await _send(first, exam.exam_id, context)
                while (event := await run.next(ends - time.monotonic())) is not None:
                    await _send(event, exam.exam_id, context)
            took_ms = (time.perf_counter() - started) * 1000.0
            log.info("Screen: %d photographs in %.0f ms", accepted, took_ms)

    async def Simulate(  # noqa: N802 - the proto's name
        self, request: pb.SimulateRequest, context: Any
    ) -> None:
        """Refuse: no bundle that this version can open holds a progression model."""
        async with errors_as_status(context, "Simulate", blotter_of(request)):
            self._ready()
            raise NotInBundle("the bundle holds no progression model")

    async def DescribeBundle(  # noqa: N802 - the proto's name
        self, request: pb.DescribeBundleRequest, context: Any
    ) -> pb.DescribeBundleReply:
        """Return what the bundle holds, where its models run, and what they were judged on."""
        del request  # it has no fields
        async with errors_as_status(context, "DescribeBundle", blotter(())):
            described = describe(self._ready())
        return bundle_description_to_wire(described)

    def _ready(self) -> Screener:
        if self.screener is not None:
            return self.screener
        loading = Overloaded("the bundle is being loaded", RETRY_LOADING_MS)
        loading.public_message = "The screening service is starting. Please try again in a moment."
        raise loading


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


async def _send(event: ClientEvent, exam_id: str, context: Any) -> None:
    # Waits for the client's flow control; the queue holds what comes meanwhile.
    with ending_when_nobody_listens("Screen"):
        await context.write(event_to_wire(exam_id, event))
