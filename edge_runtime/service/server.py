"""The gRPC server: opens its port at once, loads the bundle behind it, and leaves in good order."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE
from grpc_reflection.v1alpha.reflection import SERVICE_NAME as REFLECTION_SERVICE
from grpc_reflection.v1alpha.reflection import enable_server_reflection
from prometheus_client import CollectorRegistry

from edge_runtime.service.access.gate import Gate
from edge_runtime.service.access.quotas import Quotas
from edge_runtime.service.access.tokens import Tokens
from edge_runtime.service.bundles import Bundles
from edge_runtime.service.decoding.decoders import Decoders
from edge_runtime.service.exam_queue import ExamQueue, QueueLimits
from edge_runtime.service.health import HealthServicer
from edge_runtime.service.listening import Listen, bind
from edge_runtime.service.memory_floor import MemoryFloor
from edge_runtime.service.metrics import ServiceCollector, registry_of
from edge_runtime.service.open_inference.servicer import OpenInferenceServicer, handlers
from edge_runtime.service.operation import OperationService
from edge_runtime.service.reflection import BothPools
from edge_runtime.service.screener import OpenScreener, Screener
from edge_runtime.service.servicer import MAX_EXAM_S, Servicer
from edge_runtime.service.spans import Spans
from edge_runtime.service.worklist import WorklistService
from edge_runtime.settings import Settings
from edge_runtime.wire.client import SCREENING_SERVICE
from edge_runtime.wire.clinic_pb2_grpc import add_RecordsServicer_to_server
from edge_runtime.wire.open_inference import INFERENCE_SERVICE
from edge_runtime.wire.screening_pb2_grpc import (
    add_OperationServicer_to_server,
    add_ScreeningServicer_to_server,
    add_WorklistServicer_to_server,
)
from edge_runtime.wire.worklist import WORKLIST_SERVICE

if TYPE_CHECKING:
    from edge_runtime.records.vault import Vault
    from edge_runtime.service.clinic.desk import Desk
    from edge_runtime.service.hospital_list import AskHospital

OPERATION_SERVICE = "foreseye.v1.Operation"
RECORDS_SERVICE = "foreseye.v1.Records"

GRACE_S = 10.0
"""How long exams may still run after the server was told to stop."""

CALLS_BESIDE_EXAMS = 256
"""Calls at a time beyond the queued exams: health watchers, descriptions, slow readers."""

MAX_CONNECTION_AGE_MS = 30 * 60 * 1000
"""Then the client is asked to connect again, so that no connection outlives a network change."""

MAX_METADATA_BYTES = 32 * 1024
"""Of one call; from half of it on, gRPC refuses more and more of them."""


class ScreeningServer:
    """One server on one port. Use it from one event loop."""

    def __init__(
        self,
        settings: Settings,
        listen: Listen,
        open_screener: OpenScreener,
        *,
        open_inference: bool = False,
        vault: Vault | None = None,
        spans: Spans | None = None,
        ask_hospital: AskHospital | None = None,
    ) -> None:
        """Prepare the server; `open_inference` adds inference.GRPCInferenceService.

        `vault` adds foreseye.v1.Records and is closed at the end; without it nothing is kept.
        Each call becomes one of `spans`, which stay the caller's to close. `ask_hospital` adds
        foreseye.v1.Worklist.

        Raises SettingsError when the file of tokens cannot be used.
        """
        self._settings = settings
        self._listen = listen
        workers = settings.exam_worker_count
        self._workers = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="exams")
        limits = QueueLimits(settings.max_queued_exams, workers, settings.max_queued_bytes)
        self._queue = ExamQueue(limits, self._workers)
        floor = MemoryFloor(settings.min_free_memory_mb * 1_000_000)
        self.decoders = Decoders(workers, settings.limits)
        """Read the photographs, each in a process of its own, started when it is first needed."""
        self.bundles = Bundles(
            settings, open_screener, floor, self._tell_health, self.decoders.read
        )
        self._servicer = Servicer(settings, self.bundles, self._queue, floor)
        self._operation = OperationService(self.bundles, settings.bundle)
        self._inference = None
        if open_inference:
            self._inference = OpenInferenceServicer(
                settings, self.bundles, floor, self._is_ready, self._tell_health
            )
        self._vault = vault
        self._ask_hospital = ask_hospital
        self._health = HealthServicer(self._services())
        tokens = None if settings.tokens_path is None else Tokens(settings.tokens_path)
        self._server = grpc.aio.server(
            interceptors=(Gate(tokens, Quotas(settings), spans),),
            options=server_options(settings),
            maximum_concurrent_rpcs=settings.max_queued_exams + CALLS_BESIDE_EXAMS,
        )

    @property
    def metrics(self) -> CollectorRegistry:
        """What Prometheus may read."""
        measures = self._servicer.measures
        return registry_of(ServiceCollector(self.bundles, self._queue, measures, self.decoders))

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
        add_OperationServicer_to_server(self._operation, self._server)  # type: ignore[no-untyped-call]
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        desk = None if self._vault is None else self._offer_records(self._vault)
        if self._ask_hospital is not None:
            admit = None if desk is None else desk.admit_to_hospital_list
            worklist = WorklistService(self._ask_hospital, admit)
            add_WorklistServicer_to_server(worklist, self._server)  # type: ignore[no-untyped-call]
        pool = None
        if self._inference is not None:
            self._server.add_generic_rpc_handlers((handlers(self._inference),))
            pool = BothPools()
        services = (*filter(None, self._services()), HEALTH_SERVICE, REFLECTION_SERVICE)
        enable_server_reflection(services, self._server, pool)
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
        self._queue.draining = True
        self._tell_health()
        await self._queue.drain(grace_s)
        await asyncio.gather(self._loading, return_exceptions=True)
        await self._server.stop(grace=0.5)
        await self.bundles.close()
        await asyncio.to_thread(self._workers.shutdown)
        await asyncio.to_thread(self.decoders.close)
        if self._inference is not None:
            self._inference.close()
        if self._vault is not None:
            self._vault.close()

    def _offer_records(self, vault: Vault) -> Desk:
        # Here, so that a server without records needs no database.
        from edge_runtime.service.clinic.desk import Desk
        from edge_runtime.service.clinic.servicer import ClinicServicer

        desk = Desk(vault, self._settings, self.decoders.read)
        clinic = ClinicServicer(desk, self._servicer.uploads, self._servicer.screened_for)
        add_RecordsServicer_to_server(clinic, self._server)  # type: ignore[no-untyped-call]
        return desk

    async def _load(self) -> Screener:
        return (await self.bundles.open_first()).screener

    def _is_ready(self) -> bool:
        return self.bundles.current is not None and not self._queue.draining

    def _services(self) -> tuple[str, ...]:
        own: tuple[str, ...] = ("", SCREENING_SERVICE, OPERATION_SERVICE)
        if self._vault is not None:
            own = (*own, RECORDS_SERVICE)
        if self._ask_hospital is not None:
            own = (*own, WORKLIST_SERVICE)
        return own if self._inference is None else (*own, INFERENCE_SERVICE)

    def _tell_health(self) -> None:
        ready = self._is_ready()
        serving = dict.fromkeys(self._services(), ready)
        if self._inference is not None:
            for name, offered in self._inference.models.offered().items():
                serving[f"{INFERENCE_SERVICE}/{name}"] = ready and offered
        self._health.set_serving(serving)


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
        # Of one connection: more is an attack, or a client that should wait its turn.
        ("grpc.max_concurrent_streams", 128),
        ("grpc.max_metadata_size", MAX_METADATA_BYTES // 2),
        ("grpc.absolute_max_metadata_size", MAX_METADATA_BYTES),
        # A connection that says nothing is not kept for gRPC's two minutes.
        ("grpc.server_handshake_timeout_ms", 10_000),
        # Otherwise a second server on the port silently takes every other call.
        ("grpc.so_reuseport", 0),
    ]
