"""What this process has cost in memory."""

from __future__ import annotations

import resource
import sys


def peak_memory_mb() -> float:
    """Return the largest resident memory that this process had so far, in 10^6 bytes."""
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)
