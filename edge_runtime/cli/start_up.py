"""Times a fresh process from nothing to its first result, for `foreseye bench`.

    python -m edge_runtime.cli.start_up PHOTO [SCREENINGS]

prints one JSON object: milliseconds to import, to open the bundle (verified, loaded, warmed and
golden-checked: READY) and to the first result; the process's peak memory; and its share of memory
after the first result and after SCREENINGS of them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(photograph: Path, screenings: int = 1) -> None:
    """Print the times of this process's start, and its memory."""
    laps = [time.perf_counter()]
    from edge_runtime.domain import Exam, PhotographFile
    from edge_runtime.memory import peak_memory_mb, shared_memory_mb
    from edge_runtime.pipeline import Pipeline
    from edge_runtime.settings import settings_from

    laps.append(time.perf_counter())
    pipeline = Pipeline.open(settings_from(os.environ))
    laps.append(time.perf_counter())
    content = photograph.read_bytes()
    exam = Exam("start-up", (PhotographFile(photograph.name, content),))
    for _ in pipeline.screen(exam):
        pass
    laps.append(time.perf_counter())
    first_mb = shared_memory_mb()
    for _ in range(screenings - 1):
        for _ in pipeline.screen(exam):
            pass
    names = ("import", "open", "first_result")
    pairs = zip(names, laps, laps[1:], strict=False)
    times_ms = {name: round((end - start) * 1000.0, 1) for name, start, end in pairs}
    shared = {"screenings": screenings, "first": first_mb, "last": shared_memory_mb()}
    told = {"ms": times_ms, "peak_memory_mb": peak_memory_mb(), "shared_memory_mb": shared}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
