"""`foreseye serve` as its console script runs it, where the package is not installed.

python -m tests.edge_runtime.service.serve_real [serve's options]
"""

from __future__ import annotations

import os
import sys

from edge_runtime.cli.app import run

if __name__ == "__main__":
    sys.exit(run(["serve", *sys.argv[1:]], os.environ))
