"""The token that a client shows with each call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import grpc

from edge_runtime.errors import SettingsError
from edge_runtime.wire.address import is_local


def read_token(path: str | Path) -> str:
    """Return the token in a file. Raises SettingsError when there is none."""
    try:
        token = Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"the token file {path} cannot be read") from None
    if not token or len(token.split()) != 1:
        raise SettingsError(f"the token file {path} does not hold one token")
    return token


def with_token(channel: Any, token: str, address: str, *, has_tls: bool) -> Any:
    """Return the channel with a token in each call.

    Raises SettingsError where it would cross a network in the clear.
    """
    if not has_tls and not is_local(address):
        raise SettingsError(
            f"a token is sent to {address} over TLS alone: give the authority's certificate"
        )
    return grpc.intercept_channel(channel, _ShowsToken(token))


class _Details(NamedTuple):
    """A call as grpc's interceptors hand it on."""

    method: str
    timeout: float | None
    metadata: tuple[tuple[str, str | bytes], ...]
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class _ShowsToken(
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[misc]  # grpc has no types
    grpc.UnaryStreamClientInterceptor,  # type: ignore[misc]
    grpc.StreamUnaryClientInterceptor,  # type: ignore[misc]
    grpc.StreamStreamClientInterceptor,  # type: ignore[misc]
):
    def __init__(self, token: str) -> None:
        self._metadata = ("authorization", f"Bearer {token}")

    def intercept_unary_unary(self, go_on: Callable[..., Any], details: Any, request: Any) -> Any:
        return go_on(self._told(details), request)

    def intercept_unary_stream(self, go_on: Callable[..., Any], details: Any, request: Any) -> Any:
        return go_on(self._told(details), request)

    def intercept_stream_unary(self, go_on: Callable[..., Any], details: Any, requests: Any) -> Any:
        return go_on(self._told(details), requests)

    def intercept_stream_stream(
        self, go_on: Callable[..., Any], details: Any, requests: Any
    ) -> Any:
        return go_on(self._told(details), requests)

    def _told(self, details: Any) -> _Details:
        return _Details(
            details.method,
            details.timeout,
            (*(details.metadata or ()), self._metadata),
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )
