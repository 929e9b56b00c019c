"""pynetdicom's server with the limits that it lacks: on connections, on handshakes and on bytes.

pynetdicom 3.0.4 reads as many bytes as a peer's 32-bit length says (its issue 1086), does the TLS
handshake in the one thread that accepts connections, and counts associations only once they are
asked for. Here a peer's address is looked at before a byte of it is, a handshake has a deadline and
a thread of its own, and an object has a size.
"""

from __future__ import annotations

import logging
import socket
import socketserver
import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pynetdicom.association import Association
from pynetdicom.events import Event
from pynetdicom.transport import (
    AssociationSocket,
    RequestHandler,
    ThreadedAssociationServer,
)

from edge_runtime.interop.dicom.receive.callers import Callers

log = logging.getLogger("foreseye.dicom")

HANDSHAKE_S = 10.0


@dataclass(frozen=True)
class ReceiveLimits:
    """What one sender may cost."""

    max_pdu_bytes: int = 1_048_576
    """What we say that we take, and what is read of a PDU at most."""
    max_object_bytes: int = 64_000_000
    max_associations: int = 10
    min_free_bytes: int = 1_000_000_000
    """What the disk must keep; below it nothing new is taken."""


class CappedReceive:
    """Reads from one peer, no more of a PDU and of an object than may be."""

    def __init__(self, receive: Any, limits: ReceiveLimits) -> None:
        self._receive, self._limits = receive, limits
        self.num_bytes = 0
        """Since the last whole object."""

    def __call__(self, num_bytes: int) -> bytearray:
        """Return so many bytes. Raises ConnectionAbortedError, on which pynetdicom hangs up."""
        self.num_bytes += num_bytes
        if num_bytes > self._limits.max_pdu_bytes:
            log.warning("a peer announced a PDU of %d bytes and was hung up on", num_bytes)
            raise ConnectionAbortedError("the PDU is too large")
        # A tenth more: what a protocol adds to the object itself.
        if self.num_bytes > self._limits.max_object_bytes * 1.1:
            log.warning("a peer sent more than an object may have and was hung up on")
            raise ConnectionAbortedError("the object is too large")
        received: bytearray = self._receive(num_bytes)
        return received


class CappedHandler(RequestHandler):
    """One connection, its reading capped."""

    server: CappedServer

    def _create_association(self) -> Association:
        association = super()._create_association()
        connection = association.dul.socket
        assert connection is not None
        held: Any = connection
        held.recv = CappedReceive(connection.recv, self.server.limits)
        held._shutdown_socket = lambda: close_for_good(connection)
        return association


class CappedServer(ThreadedAssociationServer):
    """Accepts connections of known addresses, so many at a time."""

    daemon_threads = True

    def __init__(
        self, *arguments: Any, callers: Callers, limits: ReceiveLimits, **options: Any
    ) -> None:
        self.callers, self.limits = callers, limits
        super().__init__(*arguments, **{**options, "request_handler": CappedHandler})

    def shutdown(self) -> None:
        """Stop `serve_forever`. pynetdicom's own also looks for us among its threaded servers."""
        socketserver.BaseServer.shutdown(self)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Return a new connection as it is; its handshake is its own thread's."""
        assert isinstance(self.socket, socket.socket)
        connection, address = self.socket.accept()
        return connection, address

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - its shape
        """Return whether a connection is gone on with."""
        if not self.callers.may_connect(client_address[0]):
            log.warning("a connection from %s was refused: not on the list", client_address[0])
            return False
        if len(self.active_associations) >= self.limits.max_associations:
            log.warning("a connection from %s was refused: too many", client_address[0])
            return False
        return True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Shake hands where TLS is asked for, then go on as pynetdicom does."""
        if self.ssl_context is not None:
            try:
                request.settimeout(HANDSHAKE_S)
                request = self.ssl_context.wrap_socket(request, server_side=True)
            except (ssl.SSLError, OSError) as error:
                log.warning("a handshake with %s failed: %s", client_address[0], error)
                self.shutdown_request(request)
                return
        super().process_request_thread(request, client_address)


def received_whole(association: Association) -> None:
    """Begin to count a peer's bytes anew: an object has come whole."""
    capped = getattr(association.dul.socket, "recv", None)
    if isinstance(capped, CappedReceive):
        capped.num_bytes = 0


def close_for_good(connection: AssociationSocket) -> None:
    """Close a connection; pynetdicom's own leaves it open where the peer hung up first."""
    held = connection.socket
    if held is not None:
        with suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)
        held.close()


def connection_ended(event: Event) -> None:
    """Give back what a connection held beside itself: the file of an object that is not whole."""
    unfinished = getattr(event.assoc.dimse.message, "_data_set_file", None)
    if unfinished is not None:
        unfinished.close()
        Path(unfinished.name).unlink(missing_ok=True)
