"""The process that decodes photographs for the server, and that may die of one.

    python -m edge_runtime.service.decoding.child SOCKET MEMORY LIMITS

Each request on the socket is a JSON object that says how long the file in the shared memory is;
each answer is one that says which shape the pixels there have. For one photograph the process may
take so much memory and processor time and no more. It writes no file, leaves no core, and ends when
the socket does.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from typing import Any

from edge_runtime.errors import PhotographError, PhotographTooLarge
from edge_runtime.fundus.intake import decoded
from edge_runtime.service.decoding.shared_memory import SharedMemory
from edge_runtime.settings import Limits

MAX_MESSAGE_BYTES = 16_384
CPU_SECONDS = 20

BYTES_A_PIXEL = 12
"""Pillow's own four, ours to turn them, and what formats need on the way."""
WORK_BYTES = 192_000_000
"""Beyond the pixels and the file."""


def main(descriptor: int, memory_file: int, limits: Limits) -> None:
    """Answer requests until there are no more."""
    memory = SharedMemory(memory_file, limits)
    os.close(memory_file)
    limit_memory(limits)
    with socket.socket(fileno=descriptor) as server:
        while message := server.recv(MAX_MESSAGE_BYTES):
            _limit_time()
            server.send(json.dumps(_answer(json.loads(message), memory, limits)).encode())


def _answer(request: dict[str, Any], memory: SharedMemory, limits: Limits) -> dict[str, Any]:
    content = memory.file(request["num_bytes"])
    try:
        seen = decoded(content, limits, request["wanted_side_px"], memory.room)
    except PhotographError as error:
        return {"error": type(error).__name__, "text": str(error)[:1000]}
    except MemoryError:
        return {"error": PhotographTooLarge.__name__, "text": "not enough memory"}
    rows, columns, _ = seen.pixels_HWC.shape
    if not memory.holds(seen.pixels_HWC):
        memory.room(rows, columns)[:] = seen.pixels_HWC
    return {"shape": [rows, columns], "full_px": [seen.width_px, seen.height_px]}


def limit_memory(limits: Limits) -> None:
    """Allow as much memory as the largest photograph within the limits needs, and no disk."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
        now = int(file.read().split()[0]) * resource.getpagesize()
    pixels = limits.max_photograph_pixels * BYTES_A_PIXEL
    most = now + pixels + 2 * limits.max_photograph_bytes + WORK_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def _limit_time() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Limits(**json.loads(sys.argv[3])))
