"""Load for `foreseye bench serve`: so many callers at a time, each asking again when answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import grpc
import numpy as np

from edge_runtime.wire.status import RETRY_KEY

LONGEST_RETRY_S = 0.25
"""How long a refused caller waits at most before it asks again; otherwise it waits as told."""

Call = Callable[[], Awaitable[float | None]]
"""Makes one request; returns the seconds to its first useful event, None where that is its end."""


@dataclass
class Load:
    """What came of a closed loop."""

    seconds: float = 0.0
    took_s: list[float] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    refused: int = 0
    """Told to come back: UNAVAILABLE with a delay."""
    failed: int = 0
    """Anything else."""

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.took_s) / self.seconds

    def summary(self) -> dict[str, float | int]:
        """Return the figures to report."""
        return {
            "per_s": round(self.per_s, 2),
            "p50_ms": _percentile_ms(self.took_s, 50),
            "p99_ms": _percentile_ms(self.took_s, 99),
            "answered": len(self.took_s),
            "refused": self.refused,
            "failed": self.failed,
        }


async def closed_loop(call: Call, concurrency: int, seconds: float) -> Load:
    """Return what came of `concurrency` callers who each ask again when answered."""
    load = Load()
    started = time.perf_counter()
    ends = started + seconds

    async def caller() -> None:
        while time.perf_counter() < ends:
            await _asked(call, load)

    await asyncio.gather(*(caller() for _ in range(concurrency)))
    load.seconds = time.perf_counter() - started
    return load


async def _asked(call: Call, load: Load) -> None:
    began = time.perf_counter()
    try:
        first_s = await call()
    except grpc.aio.AioRpcError as error:
        told = dict(error.trailing_metadata() or ()).get(RETRY_KEY)
        if error.code() is not grpc.StatusCode.UNAVAILABLE or told is None:
            load.failed += 1
            return
        load.refused += 1
        await asyncio.sleep(min(int(told) / 1000.0, LONGEST_RETRY_S))
        return
    load.took_s.append(time.perf_counter() - began)
    if first_s is not None:
        load.first_s.append(first_s)


def screening(channel: grpc.aio.Channel, request: bytes) -> Call:
    """Return a call that screens one exam; its first useful event is the quality verdict."""
    method = channel.unary_stream("/foreseye.v1.Screening/Screen")

    async def call() -> float | None:
        began = time.perf_counter()
        first_s, count = None, 0
        async for _ in method(request):
            count += 1
            if count == 2:  # after `accepted`
                first_s = time.perf_counter() - began
        return first_s

    return call


def inference(channel: grpc.aio.Channel, request: bytes) -> Call:
    """Return a call that asks one model of the Open Inference Protocol."""
    method = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")

    async def call() -> float | None:
        await method(request)
        return None

    return call


def _percentile_ms(seconds: list[float], percentile: int) -> float:
    return round(float(np.percentile(seconds, percentile)) * 1000.0, 2) if seconds else 0.0
