"""What gRPC's core writes to the process's standard error, taken into the log.

The core knows why a TLS handshake failed and tells nobody but that stream, in its own format. Each
of its lines becomes a record, with plain words where we have them; all other lines pass through as
they are. A line that the core writes while it ends the process may be lost.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from types import TracebackType
from typing import IO, TextIO

log = logging.getLogger("foreseye.grpc")

CORE_LINE = re.compile(r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (\S+:\d+)\] (.*)")
LEVELS = {"I": logging.INFO, "W": logging.WARNING, "E": logging.ERROR, "F": logging.CRITICAL}

STDERR = 2

HANDSHAKES = {
    "certificate has expired": "its certificate has expired",
    "certificate is not yet valid": "its certificate is not valid yet, or a clock is wrong",
    "unable to get local issuer certificate": "its certificate is not of the authority we ask for",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "it showed no certificate",
    "HTTP_REQUEST": "it does not speak TLS",
    "WRONG_VERSION_NUMBER": "it does not speak TLS",
}


def in_words(line: str) -> tuple[int, str] | None:
    """Return the level and message of a line of the core, None for anybody else's line."""
    found = CORE_LINE.match(line)
    if found is None:
        return None
    if "Handshake failed" in line:
        causes = (words for sign, words in HANDSHAKES.items() if sign in line)
        cause = next(causes, found[2])
        return logging.WARNING, f"a client was refused in the TLS handshake: {cause}"
    return LEVELS[line[0]], f"{found[1]}: {found[2]}"


class CoreLog:
    """A context manager: inside it, the core's lines are records of the log."""

    def __enter__(self) -> TextIO:
        """Return the real standard error; the log is to be written there."""
        self._real = os.dup(STDERR)
        stream = os.fdopen(self._real, "w", buffering=1, errors="backslashreplace", closefd=False)
        read_end, write_end = os.pipe()
        os.dup2(write_end, STDERR)
        os.close(write_end)
        lines = os.fdopen(read_end, "r", errors="backslashreplace")
        self._reader = threading.Thread(target=_take, args=(lines, stream), name="core-log")
        self._reader.start()
        return stream

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The last writing end of the pipe goes, so that the reader comes to its end.
        os.dup2(self._real, STDERR)
        self._reader.join()


def _take(lines: IO[str], stream: TextIO) -> None:
    with lines:
        for line in lines:
            told = in_words(line)
            if told is None:
                stream.write(line)
                stream.flush()
            else:
                log.log(*told)
