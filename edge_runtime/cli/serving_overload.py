"""Ten callers for each place that a server has, for `foreseye bench serve`: what those see who are
let in, what the others are told, what it costs in memory, and how soon all is as before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc

from edge_runtime.cli.serving_load import Call, closed_loop

OVERLOAD = 10
"""Callers for each place."""

BETWEEN_LOOKS_S = 1.0
"""At the server's memory."""

TRY_AGAIN_S = 0.05
Pss = Callable[[], float | None]
"""A server's share of memory in 10^6 bytes; None where the system does not tell."""


async def overload(
    call: Call, places: int, seconds: float, flood_seconds: float, pss_mb: Pss
) -> dict[str, Any]:
    """Return the figures at capacity (a caller a place), in the flood, and until it is over.

    `p99_of_capacity` is the p99 of the exams that were let in over the p99 at capacity, and
    `recovery_s` the time from the flood's last answer to an exam that is answered at once.
    """
    at_capacity = await closed_loop(call, places, seconds)
    seen_mb: list[float] = []
    async with _looking(pss_mb, seen_mb):
        flood = await closed_loop(call, OVERLOAD * places, flood_seconds)
    recovery_s = await _recovered(call)
    capacity, figures = at_capacity.summary(), flood.summary()
    return {
        "callers": OVERLOAD * places,
        **figures,
        "seconds": round(flood.seconds, 1),
        "at_capacity": {"callers": places, **capacity},
        "p99_of_capacity": _ratio(figures["p99_ms"], capacity["p99_ms"]),
        "recovery_s": round(recovery_s, 3),
        "pss_mb": seen_mb[-1] if seen_mb else None,
        "first_pss_mb": seen_mb[0] if seen_mb else None,
        "most_pss_mb": max(seen_mb, default=None),
    }


@asynccontextmanager
async def _looking(pss_mb: Pss, seen_mb: list[float]) -> AsyncIterator[None]:
    async def look() -> None:
        while True:
            told = pss_mb()
            if told is not None:
                seen_mb.append(told)
            await asyncio.sleep(BETWEEN_LOOKS_S)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()


async def _recovered(call: Call) -> float:
    began = time.perf_counter()
    while True:
        try:
            await call()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                raise
            await asyncio.sleep(TRY_AGAIN_S)
        else:
            return time.perf_counter() - began


def _ratio(one: float, other: float) -> float | None:
    return round(one / other, 2) if other else None
