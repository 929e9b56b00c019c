"""Runs `foreseye-train draw` as a user does, in a process of its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

SIDE_PX = 160
SMALL = ("--preset", "mixed", "--seed", "11", "--side-px", str(SIDE_PX))
MAIN = "import sys; from training.cli import main; sys.exit(main())"


def command(out: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-c", MAIN, "draw", "--out", str(out), *arguments]


def drawn(out: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run to the end; `before` is Python that runs first in that process."""
    words = command(out, *arguments)
    words[2] = f"{before}; {MAIN}" if before else MAIN
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)


def digests(out: Path) -> dict[str, str]:
    """Every file of a cohort but the lock, by what it holds."""
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != ".draw.lock"
    }
