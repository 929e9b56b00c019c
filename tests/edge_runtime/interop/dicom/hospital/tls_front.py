"""Takes TLS of clients that it knows and passes what they say on to a port of this machine."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from edge_runtime.interop.dicom.receive.service import tls_context
from tests.edge_runtime.service.authority import Authority


class _Passing(socketserver.BaseRequestHandler):
    server: _Front

    def handle(self) -> None:
        with (
            suppress(OSError),
            self.server.tls.wrap_socket(self.request, server_side=True) as client,
            socket.create_connection(("127.0.0.1", self.server.behind)) as behind,
        ):
            back = threading.Thread(target=_pass_on, args=(behind, client), daemon=True)
            back.start()
            _pass_on(client, behind)
            back.join()


class _Front(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext, behind: int) -> None:
        self.tls, self.behind = tls, behind
        super().__init__(("127.0.0.1", 0), _Passing)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no failure of the front."""


@contextmanager
def tls_front(behind: int, authority: Authority) -> Iterator[int]:
    """Yield the port that speaks TLS for a port that does not."""
    box = authority.issue("front")
    tls = tls_context(Path(box.certificate), Path(box.key), Path(authority.file))
    with _Front(tls, behind) as front:
        thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield int(front.server_address[1])
        finally:
            front.shutdown()
            thread.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65_536):
            target.sendall(block)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
