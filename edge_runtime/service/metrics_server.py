"""The metrics over HTTP, at /metrics on a port of their own."""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry

from edge_runtime.errors import SettingsError
from edge_runtime.service.metrics import exposition
from edge_runtime.wire.address import is_local

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SLOWEST_READER_S = 5.0


class MetricsServer:
    """Serves one registry until it is closed."""

    def __init__(self, address: str, registry: CollectorRegistry, *, anywhere: bool) -> None:
        """Listen at host:port; port 0 takes a free one.

        Raises SettingsError for an address that cannot be had, or that other machines reach unless
        `anywhere`.
        """
        if not is_local(address) and not anywhere:
            raise SettingsError(
                f"{address} can be reached from other machines: metrics are for this one, unless "
                "--insecure-listen-anywhere says otherwise"
            )
        host, _, port = address.rpartition(":")
        try:
            self._server = ThreadingHTTPServer((host.strip("[]"), int(port)), _handler(registry))
        except OSError as error:
            raise SettingsError(f"cannot listen on {address}: {error.strerror}") from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics")
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it got."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(registry: CollectorRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = SLOWEST_READER_S

        def do_GET(self) -> None:
            """Answer /metrics, and nothing else."""
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            text = exposition(registry)
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Log nothing: somebody asks every few seconds."""

    return Handler
