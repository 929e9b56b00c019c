"""What a process costs in memory."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

SHARE = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)
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


def shared_memory_mb(process: int | str = "self") -> float | None:
    """Return a process's proportional share of memory (PSS), in 10^6 bytes.

    What several processes hold together counts for each in part, so that shares add up. None where
    the system does not tell.
    """
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    share = SHARE.search(told)
    return None if share is None else round(int(share.group(1)) * 1024 / 1e6, 1)
