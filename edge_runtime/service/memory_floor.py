"""Admission by memory: nothing new is taken in when the machine has little left.

What counts is the smaller of what the machine has available and what the process's control group
may still take (cgroup v2, as in a container). On a Jetson the GPU shares the same memory.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from edge_runtime.errors import Overloaded

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")
AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
RECLAIMABLE = re.compile(r"^inactive_file (\d+)$", re.MULTILINE)

FRESH_S = 0.1
"""How long a reading holds; under load there are thousands of requests a second."""

RETRY_MEMORY_MS = 2_000


class MemoryFloor:
    """Keeps `floor_bytes` of the machine's memory free."""

    def __init__(self, floor_bytes: int, meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> None:
        self._floor_bytes = floor_bytes
        self._meminfo, self._cgroup = meminfo, cgroup
        self._read_at = float("-inf")
        self._available: int | None = None

    def check(self, num_bytes: int) -> None:
        """Raise Overloaded where taking `num_bytes` would go below the floor.

        A machine that does not say what it has (not Linux) admits everything.
        """
        available = self._now_available()
        if available is not None and available - num_bytes < self._floor_bytes:
            raise Overloaded(
                f"{available / 1e6:.0f} MB are available, {num_bytes / 1e6:.0f} MB are asked for "
                f"and {self._floor_bytes / 1e6:.0f} MB are kept free",
                RETRY_MEMORY_MS,
            )

    def _now_available(self) -> int | None:
        now = time.monotonic()
        if now - self._read_at > FRESH_S:
            self._read_at = now
            self._available = available_bytes(self._meminfo, self._cgroup)
        return self._available


def available_bytes(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> int | None:
    """Return how much memory can still be had, in bytes; None where that is not told."""
    told = AVAILABLE.search(_text(meminfo))
    limits = [int(told.group(1)) * 1024] if told else []
    limit, used = _text(cgroup / "memory.max").strip(), _text(cgroup / "memory.current").strip()
    if limit.isdecimal() and used.isdecimal():
        # Files that were read lately count as used, but are given back when memory is asked for.
        cached = RECLAIMABLE.search(_text(cgroup / "memory.stat"))
        limits.append(int(limit) - int(used) + (int(cached.group(1)) if cached else 0))
    return min(limits) if limits else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
