"""The gate in front of every method: who calls, may they, and not too much at once.

Each method is taken over as one that reads a stream, whose first message is the request: so a call
that is refused is refused before its photographs are read.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, nullcontext
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from edge_runtime.errors import InvalidField, NotAllowed
from edge_runtime.service.access.identity import HOLDER
from edge_runtime.service.access.quotas import Quotas
from edge_runtime.service.access.roles import OPEN, may_call
from edge_runtime.service.access.tokens import Tokens
from edge_runtime.service.caller import client_of, host_of, is_on_this_machine
from edge_runtime.service.logs import REQUEST_KEY, begin_request
from edge_runtime.service.refusals import blotter, errors_as_status
from edge_runtime.service.spans import Spans

AUTHORIZATION = "authorization"


class Gate(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Admits calls, or ends them. Use it for one server."""

    def __init__(self, tokens: Tokens | None, quotas: Quotas, spans: Spans | None = None) -> None:
        """Ask for a token and its role before every method but OPEN; None asks for none.

        With `spans`, each call is one.
        """
        self._tokens, self._quotas, self._spans = tokens, quotas, spans
        self._guarded: dict[str, Any] = {}

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        """Return the guarded handler of a method, None where there is no such method."""
        method = details.method
        if method not in self._guarded:
            handler = await continuation(details)
            if handler is None:
                return None
            self._guarded[method] = self._guard(handler, method)
        return self._guarded[method]

    def _guard(self, handler: Any, method: str) -> Any:
        # All behaviours are asyncio's: coroutine functions or asynchronous generator functions.
        behaviour = handler.unary_unary or handler.unary_stream
        behaviour = behaviour or handler.stream_unary or handler.stream_stream
        one = not handler.request_streaming

        async def answer(requests: Any, context: Any) -> Any:
            async with (
                self._begun(method, requests, context, one) as request,
                errors_as_status(context, method, blotter(())),
            ):
                return await behaviour(request, context)
            raise AssertionError("errors_as_status ends the call")

        async def answers(requests: Any, context: Any) -> AsyncIterator[Any]:
            async with (
                self._begun(method, requests, context, one) as request,
                errors_as_status(context, method, blotter(())),
                aclosing(behaviour(request, context)) as responses,
            ):
                async for response in responses:
                    yield response

        made = grpc.stream_unary_rpc_method_handler
        if handler.response_streaming:
            made = grpc.stream_stream_rpc_method_handler
        way = answers if inspect.isasyncgenfunction(behaviour) else answer
        return made(way, handler.request_deserializer, handler.response_serializer)

    @asynccontextmanager
    async def _begun(
        self, method: str, requests: Any, context: Any, one: bool
    ) -> AsyncIterator[Any]:
        """Yield the request, or the stream of requests, of a call that is admitted and counted."""
        counted = None
        number = begin_request()
        context.set_trailing_metadata(((REQUEST_KEY, number),))
        with nullcontext() if self._spans is None else self._spans.call(method, context, number):
            try:
                async with errors_as_status(context, method, blotter(())):
                    await self._admit(method, context)
                    counted = self._counted(context)
                    request = await self._read(_readable(requests), counted, one)
                yield request
            finally:
                if counted is not None:
                    self._quotas.leave(counted)

    async def _admit(self, method: str, context: Any) -> None:
        if self._tokens is None or method in OPEN:
            return
        shown = authorization_of(context)
        holder = await self._tokens.holder_of(shown, host_of(context.peer()))
        if not may_call(holder.roles, method):
            roles = ", ".join(sorted(holder.roles))
            raise NotAllowed(f"token {holder.id} ({holder.name}) has the roles {roles}")
        HOLDER.set(holder)

    def _counted(self, context: Any) -> str | None:
        """Return the client whose call was counted, None for the box itself."""
        client = client_of(context)
        if client.startswith("host:") and is_on_this_machine(client.removeprefix("host:")):
            return None
        self._quotas.enter(client)
        return client

    async def _read(self, requests: Any, client: str | None, one: bool) -> Any:
        if not one:
            return requests if client is None else self._quotas.paced(client, requests)
        request = await _only(requests)
        if client is not None:
            self._quotas.received(client, request)
        return request


def authorization_of(context: Any) -> str:
    """Return the call's authorization header, empty where it has none."""
    for key, value in context.invocation_metadata() or ():
        if key == AUTHORIZATION and isinstance(value, str):
            return value
    return ""


async def _readable(requests: Any) -> AsyncIterator[Any]:
    """Yield the messages of a call. Raises InvalidField for one that is none of the method's.

    Whoever reads ahead in a task of its own must raise it in the call's own: gRPC hangs where a
    status is sent by one task while another one sends an answer.
    """
    try:
        async for request in requests:
            yield request
    except DecodeError as error:
        raise InvalidField("request", "is no message of this method") from error


async def _only(requests: AsyncIterator[Any]) -> Any:
    async for request in requests:
        return request
    raise InvalidField("request", "is missing")
