"""A real server on a real socket, in a thread of its own, as it runs beside a kiosk."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from edge_runtime.records.vault import Vault
from edge_runtime.service.hospital_list import AskHospital
from edge_runtime.service.listening import Listen
from edge_runtime.service.server import ScreeningServer
from edge_runtime.service.spans import Spans
from edge_runtime.settings import Settings
from tests.edge_runtime.service.held_screener import PATIENCE_S

READY_PATIENCE_S = 120.0
"""How long a server with real models may take to be ready on a busy machine."""

Result = TypeVar("Result")


class LiveServer:
    """A server that runs in a thread of its own, as it does beside a kiosk."""

    def __init__(self, server: ScreeningServer, loop: asyncio.AbstractEventLoop) -> None:
        self.server = server
        self._loop = loop
        self.port = self.call(server.start())

    @property
    def address(self) -> str:
        return f"localhost:{self.port}"

    def wait_until_idle(self) -> None:
        """Return once no exam waits, runs or is being sent."""
        deadline = time.monotonic() + PATIENCE_S
        while self.server.num_exams:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def call(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.submit(work).result(PATIENCE_S)

    def submit(self, work: Coroutine[Any, Any, Result]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


@contextmanager
def live_server(
    screener: Any,
    settings: Settings | None = None,
    listen: Listen | None = None,
    *,
    open_inference: bool = False,
    vault: Vault | None = None,
    spans: Spans | None = None,
    ask_hospital: AskHospital | None = None,
) -> Iterator[LiveServer]:
    """Yield a ready server on a free port; `screener` may be a context manager that opens one."""

    @contextmanager
    def opened(_: Settings) -> Iterator[Any]:
        yield screener

    open_screener: Callable[[Settings], Any] = screener if callable(screener) else opened
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="server")
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(
            _made(
                settings or Settings(),
                listen or Listen("localhost:0"),
                open_screener,
                open_inference,
                vault,
                spans,
                ask_hospital,
            ),
            loop,
        ).result(PATIENCE_S)
        live = LiveServer(server, loop)
        if not callable(screener):
            live.submit(server.ready()).result(READY_PATIENCE_S)
        yield live
        live.call(server.stop(grace_s=0.0))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


async def _made(
    settings: Settings,
    listen: Listen,
    open_screener: Any,
    open_inference: bool,
    vault: Vault | None,
    spans: Spans | None,
    ask_hospital: AskHospital | None,
) -> ScreeningServer:
    return ScreeningServer(
        settings,
        listen,
        open_screener,
        open_inference=open_inference,
        vault=vault,
        spans=spans,
        ask_hospital=ask_hospital,
    )
