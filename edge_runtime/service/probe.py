"""Asks a running service whether it is ready; for a container's health check.

`python -m edge_runtime.service.probe 127.0.0.1:50051` exits with 0 when it is, 1 when not.
"""

from __future__ import annotations

import sys

from edge_runtime.wire.client import ScreeningClient


def main() -> int:
    """Return the exit code: 0 ready, 1 not ready, 2 bad usage."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m edge_runtime.service.probe HOST:PORT\n")
        return 2
    with ScreeningClient(sys.argv[1]) as client:
        return 0 if client.is_ready() else 1


if __name__ == "__main__":
    sys.exit(main())
