"""Batches that are killed at given moments, and whether what came of them is whole."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from edge_runtime.batch.record import RECORD_FILE
from tests.edge_runtime.batch.tiny_runs import NUM_FILES, TinyRuns
from tests.measure_resume import batch_command, compared, run_to_the_end


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60.0
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def equal(undisturbed: Path, out: Path) -> bool:
    """True when both hold the rows of every file once, the same but for the clock."""
    counts = compared(undisturbed, out)
    return counts == {**dict.fromkeys(counts, 0), "rows": 2 * NUM_FILES}


def kill_and_resume(runs: TinyRuns, out: Path, moments_s: Iterable[float], *options: str) -> int:
    """Kill a batch at each moment, then let it end; return how many kills found it alive.

    A moment is counted from when the folder has its record and, of a run that goes on, from when
    its process began.
    """
    environment, num_alive = runs.whole_environment, 0
    for moment_s in moments_s:
        process = subprocess.Popen(
            batch_command(runs.folder, out, *options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        wait_for(out / RECORD_FILE)
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment_s)
        num_alive += process.poll() is None
        process.kill()
        process.wait()
    run_to_the_end(runs.folder, out, environment, *options)
    return num_alive
