"""What this process has cost in memory."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_memory_mb() -> float:
    """Return the largest resident memory that this process had so far, in 10^6 bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: on Linux a process inherits that from the one that started it.
        peak = PEAK.search(status.read_text(encoding="ascii", errors="replace"))
        if peak is not None:
            return round(int(peak.group(1)) * 1024 / 1e6, 1)
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)
