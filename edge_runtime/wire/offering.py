"""Whether a server has one of its services, as its standard health service tells."""

from __future__ import annotations

from typing import Any

import grpc
from grpc_health.v1 import health_pb2

from edge_runtime.wire.exam_stream import raised_here


def offers(health: Any, service: str, timeout_s: float) -> bool:
    """Return whether the server has a service. Raises ServerUnreachable or TooLate."""
    with raised_here():
        try:
            health.Check(health_pb2.HealthCheckRequest(service=service), timeout=timeout_s)
        except grpc.RpcError as status:
            if status.code() is grpc.StatusCode.NOT_FOUND:
                return False
            raise
    return True
