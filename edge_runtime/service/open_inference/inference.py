"""One ModelInferRequest from the wire through the engine room and back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from edge_runtime.errors import Overloaded
from edge_runtime.service.engines.job import Answer, Caller, Job
from edge_runtime.service.engines.job_queue import QUEUE_FULL, WAITED_TOO_LONG
from edge_runtime.service.generation import Generation
from edge_runtime.service.memory_floor import MemoryFloor
from edge_runtime.service.open_inference.models import OfferedModels
from edge_runtime.service.open_inference.refused import named, worded
from edge_runtime.service.open_inference.request import Asked, asked_from
from edge_runtime.service.open_inference.response import response_bytes

AHEAD = 16
"""Requests of one stream that are worked on at a time."""


class Inference:
    """Answers requests for the models that are offered."""

    def __init__(self, models: OfferedModels, floor: MemoryFloor) -> None:
        self._models = models
        self._floor = floor

    async def answer(self, request: Any, ends: float, *, in_a_stream: bool = False) -> bytes:
        """Return the serialised ModelInferResponse; `ends` is on `time.monotonic`.

        Raises a RequestError or NotInBundle in Triton's words, Overloaded, TooLate or an
        InferenceError.
        """
        with self._models.use(request.model_name, request.model_version) as (generation, model):
            asked = asked_from(request, model)
            self._floor.check(sum(array.nbytes for array in asked.inputs.values()))
            answer = await _run(generation, model.name, asked, ends)
            return response_bytes(asked, answer.outputs, model, in_a_stream=in_a_stream)


async def _run(generation: Generation, model: str, asked: Asked, ends: float) -> Answer:
    caller = Caller(asked.urgency, ends)
    job = Job(asked.inputs, caller, asked.must_begin_by)
    try:
        answer = generation.room.answer_at_once(model, job)
        if answer is not None:
            return answer
        generation.room.submit(model, job, bounded=True)
        return await asyncio.wrap_future(job.answer)
    except Overloaded as error:
        if error.public_message in (QUEUE_FULL, WAITED_TOO_LONG):
            worded(error, named(asked.id, error.public_message))
        raise
    finally:
        # However this ends, nobody waits for it any more.
        caller.stopped = True


async def in_order(
    requests: AsyncIterator[Any], answer: Any, ahead: int = AHEAD
) -> AsyncIterator[bytes]:
    """Yield the answer to each request in the order of the requests, working on several at once.

    `answer` is a coroutine function of one request that does not raise. What is under way when the
    reader leaves is cancelled.
    """
    begun: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue(ahead)

    async def begin() -> None:
        try:
            async for request in requests:
                await begun.put(asyncio.create_task(answer(request)))
        finally:
            # Also when a request cannot be read: nobody may wait for the next answer then.
            await begun.put(None)

    beginning = asyncio.create_task(begin())
    task: asyncio.Task[bytes] | None = None
    try:
        while (task := await begun.get()) is not None:
            yield await task
        await beginning
    finally:
        beginning.cancel()
        waiting = [begun.get_nowait() for _ in range(begun.qsize())]
        for each in (task, *waiting):
            if each is not None:
                each.cancel()


def seconds_from_now(left_s: float | None, at_most_s: float) -> float:
    """Return a deadline on `time.monotonic`; `left_s` None for a caller who sets none."""
    return time.monotonic() + (at_most_s if left_s is None else min(left_s, at_most_s))
