"""`foreseye serve` in front of a pipeline without models, as a program of its own.

python -m tests.edge_runtime.service.serve_held [serve's options]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge_runtime.cli.app import run
from edge_runtime.errors import BundleUntrusted
from edge_runtime.settings import Settings
from tests.edge_runtime.service.held_screener import HeldScreener, a_bundle

PAUSE_S = 0.05
"""Of each stage, so that a test can act while an exam runs."""


@contextmanager
def opened(settings: Settings) -> Iterator[Any]:
    """Yield a pipeline without models; the bundle called `untrusted` is not trusted."""
    if settings.bundle == "untrusted":
        raise BundleUntrusted("nobody signed it")
    with tempfile.TemporaryDirectory() as folder:
        screener = HeldScreener(a_bundle(Path(folder)))
        screener.pause_s = PAUSE_S
        yield screener


if __name__ == "__main__":
    sys.exit(run(["serve", *sys.argv[1:]], os.environ, opened))
