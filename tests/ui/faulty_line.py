"""A TCP proxy that does what a phone's network does: cut, delay, lose the answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class FaultyLine:
    """What happens to the connections through it; may be changed at any moment."""

    port: int = 0
    delay_s: float = 0.0
    down: bool = False
    """Nothing gets through: neither what comes now nor what was under way."""
    cuts_at: list[int] = field(default_factory=list)
    """Bytes that still go up before the line is cut, one cut after the other, counted over all."""
    lose_answers: list[bytes] = field(default_factory=list)
    """The answer to the next request that begins so is lost after the service took it."""
    cuts: int = 0
    lost: int = 0
    up_bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_up(self, piece: bytes) -> tuple[bytes, bool, bool]:
        """Return what goes up of a piece, whether the line is cut then, and the answer lost."""
        with self._lock:
            if self.down:
                return b"", True, False
            loses = next((start for start in self.lose_answers if piece.startswith(start)), None)
            if loses is not None:
                self.lose_answers.remove(loses)
                self.lost += 1
            before = self.up_bytes
            self.up_bytes += len(piece)
            if self.cuts_at and self.up_bytes >= self.cuts_at[0]:
                piece = piece[: max(0, self.cuts_at.pop(0) - before)]
                self.cuts += 1
                self.up_bytes = before + len(piece)
                return piece, True, False
            return piece, False, loses is not None


@contextmanager
def faulty_line(to_port: int) -> Iterator[FaultyLine]:
    """A line to a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line = FaultyLine(listening.getsockname()[1])
        threading.Thread(target=_accept, args=(listening, to_port, line), daemon=True).start()
        yield line


def _accept(listening: socket.socket, to_port: int, line: FaultyLine) -> None:
    while True:
        try:
            near, _ = listening.accept()
        except OSError:
            return  # the test is over
        if line.down:
            near.close()
            continue
        try:
            far = socket.create_connection(("127.0.0.1", to_port))
        except OSError:
            near.close()
            continue
        loses = threading.Event()
        threading.Thread(target=_up, args=(near, far, line, loses), daemon=True).start()
        threading.Thread(target=_down, args=(far, near, line, loses), daemon=True).start()


def _up(near: socket.socket, far: socket.socket, line: FaultyLine, loses: threading.Event) -> None:
    try:
        while piece := near.recv(65536):
            time.sleep(line.delay_s)
            sent, cut, lose = line.pass_up(piece)
            if lose:
                loses.set()
            far.sendall(sent)
            if cut:
                break
    except OSError:
        pass  # the other side is gone
    _end(near, far)


def _down(
    far: socket.socket, near: socket.socket, line: FaultyLine, loses: threading.Event
) -> None:
    try:
        while piece := far.recv(65536):
            time.sleep(line.delay_s)
            if loses.is_set():
                break
            near.sendall(piece)
    except OSError:
        pass  # the other side is gone
    _end(near, far)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):  # it may have ended already
            each.shutdown(socket.SHUT_RDWR)
        each.close()
