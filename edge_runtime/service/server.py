"""The gRPC server: opens its port at once, loads the bundle behind it, and leaves in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE
from grpc_reflection.v1alpha.reflection import SERVICE_NAME as REFLECTION_SERVICE
from grpc_reflection.v1alpha.reflection import enable_server_reflection

from edge_runtime.service.exam_queue import ExamQueue
from edge_runtime.service.health import HealthServicer
from edge_runtime.service.listening import Listen, bind
from edge_runtime.service.screener import Screener
from edge_runtime.service.servicer import MAX_EXAM_S, Servicer
from edge_runtime.settings import Settings
from edge_runtime.wire.client import SCREENING_SERVICE
from edge_runtime.wire.screening_pb2_grpc import add_ScreeningServicer_to_server

OpenScreener = Callable[[Settings], AbstractContextManager[Screener]]
"""Opens a pipeline from settings and closes it at the end; raises BundleError or InferenceError."""

GRACE_S = 10.0
"""How long exams may still run after the server was told to stop."""

CALLS_BESIDE_EXAMS = 64
"""Calls at a time beyond the queued exams: health watchers, descriptions, slow readers."""

MAX_CONNECTION_AGE_MS = 30 * 60 * 1000
"""Then the client is asked to connect again, so that no connection outlives a network change."""


class ScreeningServer:
    """One server on one port. Use it from one event loop."""

    def __init__(
        self,
        settings: Settings,
        listen: Listen,
        open_screener: OpenScreener,
    ) -> None:
        """Prepare the server; the pipeline is opened and closed in the engines' thread."""
        self._settings = settings
        self._listen = listen
        self._open_screener = open_screener
        self._opened = ExitStack()
        self._engines = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engines")
        self._queue = ExamQueue(settings.max_queued_exams, self._engines)
        self._servicer = Servicer(settings, self._queue)
        self._health = HealthServicer(("", SCREENING_SERVICE))
        self._server = grpc.aio.server(
            options=server_options(settings),
            maximum_concurrent_rpcs=settings.max_queued_exams + CALLS_BESIDE_EXAMS,
        )

    @property
    def num_exams(self) -> int:
        """Exams that wait, run or are being sent."""
        return self._queue.num_exams

    async def start(self) -> int:
        """Open the port, start to load the bundle, and return the port's number.

        Until `ready` returns, health says NOT_SERVING and exams are told to come back. Raises
        SettingsError when the address cannot be listened on.
        """
        add_ScreeningServicer_to_server(self._servicer, self._server)  # type: ignore[no-untyped-call]
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        services = (SCREENING_SERVICE, HEALTH_SERVICE, REFLECTION_SERVICE)
        enable_server_reflection(services, self._server)
        port = bind(self._server, self._listen)
        await self._server.start()
        self._loading = asyncio.create_task(self._load())
        return port

    async def ready(self) -> Screener:
        """Return the pipeline once it is verified, loaded and warm. Raises what opening raises."""
        return await asyncio.shield(self._loading)

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Drain: refuse new exams, let the accepted ones finish within `grace_s`, then close.

        A second call returns at once.
        """
        if self._queue.draining:
            return
        self._health.set_serving(False)
        await self._queue.drain(grace_s)
        self._loading.cancel()
        await asyncio.gather(self._loading, return_exceptions=True)
        await self._server.stop(grace=0.5)
        # In the engines' thread: after the stage, or the loading, that may still be running there.
        self._engines.submit(self._opened.close)
        await asyncio.to_thread(self._engines.shutdown)

    async def _load(self) -> Screener:
        loop = asyncio.get_running_loop()
        opening = self._open_screener(self._settings)
        screener = await loop.run_in_executor(self._engines, self._opened.enter_context, opening)
        self._servicer.screener = screener
        self._health.set_serving(not self._queue.draining)
        return screener


def server_options(settings: Settings) -> list[tuple[str, int]]:
    """Return gRPC's options: sizes, keepalive, connection age, one process to a port."""
    return [
        ("grpc.max_receive_message_length", settings.max_request_bytes),
        ("grpc.max_send_message_length", -1),
        # Clients ask every 30 s whether the network is still there; gRPC's own default would
        # close their connections for asking more often than every 5 minutes.
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.max_connection_age_ms", MAX_CONNECTION_AGE_MS),
        ("grpc.max_connection_age_grace_ms", int(MAX_EXAM_S * 1000)),
        # Otherwise a second server on the port silently takes every other call.
        ("grpc.so_reuseport", 0),
    ]
