"""Says that records are in use, so that a backup is not put in their place under a running service.

An advisory lock on a file beside the records (flock): it goes with the process, however that ends.
Many may use the records at a time; who replaces them must be alone.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from edge_runtime.errors import SettingsError

NAME = ".in_use"


class InUse:
    """A lock that is held until it is closed."""

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        """Take the lock. Raises SettingsError when it is held in a way that forbids it."""
        self._descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise SettingsError(
                "the records are in use: stop the service first"
                if alone
                else "the records are being replaced by a backup: wait until that is done"
            ) from None

    def close(self) -> None:
        """Let go of the lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
