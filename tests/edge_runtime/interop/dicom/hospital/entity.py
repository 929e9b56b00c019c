"""Application entities that answer what a test tells them to, over real associations."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

from edge_runtime.interop.dicom.receive.capped_server import close_for_good
from edge_runtime.interop.dicom.sop_classes import EXPLICIT_LITTLE

HANG_UP_S = 10.0


class ClosingServer(ThreadedAssociationServer):
    """Knows its associations, and closes their connections whoever hung up first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.associations: list[Association] = []
        super().__init__(*arguments, **{**options, "request_handler": ClosingHandler})

    def wait_until_all_hung_up(self) -> None:
        """Return when no thread of an association runs: they outlive `serve_forever`."""
        for association in self.associations:
            association.join(HANG_UP_S)
            association.dul.join(HANG_UP_S)
            assert not association.is_alive()
            assert not association.dul.is_alive()
            if association.dul.socket is not None:
                close_for_good(association.dul.socket)


class ClosingHandler(RequestHandler):
    """One connection to it."""

    server: ClosingServer

    def _create_association(self) -> Association:
        association = super()._create_association()
        connection = association.dul.socket
        assert connection is not None
        held: Any = connection
        held._shutdown_socket = lambda: close_for_good(connection)
        self.server.associations.append(association)
        return association


@contextmanager
def answering(title: str, classes: Iterable[str], handlers: Mapping[Any, Any]) -> Iterator[str]:
    """Yield where an entity of these classes is, as the commands take it."""
    entity = ApplicationEntity(ae_title=title)
    for abstract_syntax in classes:
        entity.add_supported_context(abstract_syntax, EXPLICIT_LITTLE)
    server = entity.make_server(
        ("127.0.0.1", 0),
        evt_handlers=list(handlers.items()),
        server_class=ClosingServer,
    )
    assert isinstance(server, ClosingServer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{title}@127.0.0.1:{server.server_address[1]}"
    finally:
        # pynetdicom's own looks for the server among those that it started itself.
        socketserver.BaseServer.shutdown(server)
        thread.join()
        server.server_close()
        server.wait_until_all_hung_up()


@contextmanager
def stranger(says: bytes) -> Iterator[str]:
    """Somebody who takes a connection, says something and stays on the line."""
    lines: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                lines.append(line)
                line.sendall(says)

        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield f"ARCHIVE@127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in lines:
                line.close()
