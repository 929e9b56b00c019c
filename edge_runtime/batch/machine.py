"""How many processes a machine is for: its processors and its memory, as this process may use them.

A container's quotas count, for its processors and memory are what the kernel gives and not what
`/proc` shows (cgroup v2: cpu.max, memory.max).
"""

from __future__ import annotations

import os
import re
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
MEMINFO = Path("/proc/meminfo")
AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)

PROCESS_BYTES = 900_000_000
"""One process with the reference bundle and two large photographs at work, generously."""


def usable_processors(cgroup: Path = CGROUP) -> int:
    """Return the processors that this process may keep busy, at least 1."""
    allowed = len(os.sched_getaffinity(0))
    quota = _words(cgroup / "cpu.max")
    if len(quota) == 2 and quota[0].isdigit() and int(quota[1]) > 0:
        allowed = min(allowed, max(1, int(quota[0]) // int(quota[1])))
    return allowed


def usable_memory_bytes(cgroup: Path = CGROUP, meminfo: Path = MEMINFO) -> int:
    """Return the memory that is free for this process."""
    found = AVAILABLE.search(meminfo.read_text(encoding="ascii", errors="replace"))
    free = int(found.group(1)) * 1024 if found else PROCESS_BYTES
    most, used = _words(cgroup / "memory.max"), _words(cgroup / "memory.current")
    if most and used and most[0].isdigit() and used[0].isdigit():
        free = min(free, max(0, int(most[0]) - int(used[0])))
    return free


def processes_for(num_shards: int, asked: int | None = None) -> int:
    """Return how many processes share so many shards; as many as were asked for where they were."""
    if asked is not None:
        return asked
    by_memory = max(1, usable_memory_bytes() // PROCESS_BYTES)
    return max(1, min(usable_processors(), by_memory, num_shards))


def _words(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split()
    except OSError:  # no cgroup v2 here
        return []
