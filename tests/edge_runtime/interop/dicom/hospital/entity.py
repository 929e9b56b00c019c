"""Application entities that answer what a test tells them to, over real associations."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pynetdicom.ae import ApplicationEntity
from pynetdicom.transport import ThreadedAssociationServer

from edge_runtime.interop.dicom.sop_classes import EXPLICIT_LITTLE


@contextmanager
def answering(title: str, classes: Iterable[str], handlers: Mapping[Any, Any]) -> Iterator[str]:
    """Yield where an entity of these classes is, as the commands take it."""
    entity = ApplicationEntity(ae_title=title)
    for abstract_syntax in classes:
        entity.add_supported_context(abstract_syntax, EXPLICIT_LITTLE)
    server = entity.make_server(
        ("127.0.0.1", 0),
        evt_handlers=list(handlers.items()),
        server_class=ThreadedAssociationServer,
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{title}@127.0.0.1:{server.server_address[1]}"
    finally:
        # pynetdicom's own looks for the server among those that it started itself.
        socketserver.BaseServer.shutdown(server)
        thread.join()
        server.server_close()


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
