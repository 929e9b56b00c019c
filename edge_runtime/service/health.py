"""grpc.health.v1 with Check and Watch.

The asyncio servicer of grpcio-health-checking 1.81.1 shares one condition among the watchers of a
service and deletes it when any of them leaves: the others then never hear of a change.
This one gives each watcher its own wake-up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


class HealthServicer(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # grpc has no types
    """The health of each service, and of the whole server under the empty name."""

    def __init__(self, services: Iterable[str]) -> None:
        """Start as NOT_SERVING under each name of `services`."""
        self._serving = dict.fromkeys(services, False)
        self._watchers: set[asyncio.Event] = set()

    def set_serving(self, serving: Mapping[str, bool]) -> None:
        """Say which services serve, and forget all others; every watcher hears of a change."""
        self._serving = dict(serving)
        for watcher in self._watchers:
            watcher.set()

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802 - the proto's name
        """Return the health of a service; NOT_FOUND for one that is not served here."""
        if request.service not in self._serving:
            await context.abort(grpc.StatusCode.NOT_FOUND, "this service is not served here")
        return self._reply(request.service)

    async def Watch(self, request: Any, _: Any) -> AsyncIterator[Any]:  # noqa: N802 - as above
        """Yield the health of a service now and at each change; SERVICE_UNKNOWN for another."""
        changed = asyncio.Event()
        self._watchers.add(changed)
        try:
            told = None
            while True:
                changed.clear()
                reply = self._reply(request.service)
                if reply.status != told:
                    told = reply.status
                    yield reply
                await changed.wait()
        finally:
            self._watchers.discard(changed)

    def _reply(self, service: str) -> Any:
        serving = self._serving.get(service)
        status = SERVICE_UNKNOWN if serving is None else SERVING if serving else NOT_SERVING
        return health_pb2.HealthCheckResponse(status=status)
