"""The gate in front of every method: who calls, and may they?

Each method is taken over as one that reads a stream, whose first message is the request: so a call
that is refused is refused before its photographs are read.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import grpc

from edge_runtime.errors import InvalidField, NotAllowed
from edge_runtime.service.access.identity import HOLDER
from edge_runtime.service.access.roles import OPEN, may_call
from edge_runtime.service.access.tokens import Tokens
from edge_runtime.service.caller import host_of
from edge_runtime.service.refusals import blotter, errors_as_status

AUTHORIZATION = "authorization"

Admit = Callable[[Any], Awaitable[None]]


class Gate(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Admits calls, or ends them. Use it for one server."""

    def __init__(self, tokens: Tokens | None) -> None:
        """Ask for a token and its role before every method but OPEN; None asks for none."""
        self._tokens = tokens
        self._guarded: dict[str, Any] = {}

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        """Return the guarded handler of a method, None where there is no such method."""
        method = details.method
        if method not in self._guarded:
            handler = await continuation(details)
            if handler is None:
                return None
            self._guarded[method] = guarded(handler, method, self._admitted(method))
        return self._guarded[method]

    def _admitted(self, method: str) -> Admit:
        async def admit(context: Any) -> None:
            if self._tokens is None or method in OPEN:
                return
            shown = authorization_of(context)
            holder = await self._tokens.holder_of(shown, host_of(context.peer()))
            if not may_call(holder.roles, method):
                roles = ", ".join(sorted(holder.roles))
                raise NotAllowed(f"token {holder.id} ({holder.name}) has the roles {roles}")
            HOLDER.set(holder)

        return admit


def guarded(handler: Any, method: str, admit: Admit) -> Any:
    """Return a handler that answers like the one given, once `admit` has returned.

    `handler` is asyncio's: a coroutine function or an asynchronous generator function.
    """
    behaviour = handler.unary_unary or handler.unary_stream
    behaviour = behaviour or handler.stream_unary or handler.stream_stream

    async def begun(requests: Any, context: Any) -> Any:
        async with errors_as_status(context, method, blotter(())):
            await admit(context)
            return requests if handler.request_streaming else await _only(requests)

    if inspect.isasyncgenfunction(behaviour):
        return _streamed(handler, _generating(behaviour, begun))

    async def answer(requests: Any, context: Any) -> Any:
        return await behaviour(await begun(requests, context), context)

    if handler.response_streaming:
        return _streamed(handler, answer)
    return grpc.stream_unary_rpc_method_handler(
        answer, handler.request_deserializer, handler.response_serializer
    )


def authorization_of(context: Any) -> str:
    """Return the call's authorization header, empty where it has none."""
    for key, value in context.invocation_metadata() or ():
        if key == AUTHORIZATION and isinstance(value, str):
            return value
    return ""


def _generating(behaviour: Any, begun: Any) -> Any:
    async def answers(requests: Any, context: Any) -> AsyncIterator[Any]:
        request = await begun(requests, context)
        async with aclosing(behaviour(request, context)) as responses:
            async for response in responses:
                yield response

    return answers


def _streamed(handler: Any, behaviour: Any) -> Any:
    return grpc.stream_stream_rpc_method_handler(
        behaviour, handler.request_deserializer, handler.response_serializer
    )


async def _only(requests: AsyncIterator[Any]) -> Any:
    async for request in requests:
        return request
    raise InvalidField("request", "is missing")
