"""Reflection over two descriptor pools: our own messages, and those of the stock protocol."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pool

from edge_runtime.wire.open_inference import POOL


class BothPools:
    """What grpcio-reflection asks of a pool, answered by the first that knows."""

    def FindFileByName(self, name: str) -> Any:  # noqa: N802 - protobuf's name
        """Return a file's descriptor. Raises KeyError."""
        return _found("FindFileByName", name)

    def FindFileContainingSymbol(self, symbol: str) -> Any:  # noqa: N802 - as above
        """Return the descriptor of the file that defines a symbol. Raises KeyError."""
        return _found("FindFileContainingSymbol", symbol)

    def FindMessageTypeByName(self, name: str) -> Any:  # noqa: N802 - as above
        """Return a message's descriptor. Raises KeyError."""
        return _found("FindMessageTypeByName", name)

    def FindExtensionByNumber(self, message: Any, number: int) -> Any:  # noqa: N802 - as above
        """Return an extension's descriptor. Raises KeyError: neither pool has any."""
        return descriptor_pool.Default().FindExtensionByNumber(message, number)

    def FindAllExtensions(self, message: Any) -> Any:  # noqa: N802 - as above
        """Return a message's extensions."""
        return descriptor_pool.Default().FindAllExtensions(message)


def _found(method: str, name: str) -> Any:
    try:
        # The stock protocol's own first: a stock client in this process has its own copy.
        return getattr(POOL, method)(name)
    except KeyError:
        return getattr(descriptor_pool.Default(), method)(name)
