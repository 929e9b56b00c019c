"""Times a fresh process from nothing to its first result, for `foreseye bench`.

    python -m edge_runtime.cli.start_up PHOTO

prints one JSON object: milliseconds to import, to open the bundle (verified, loaded, warmed and
golden-checked) and to the first result, and the process's peak memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(photograph: Path) -> None:
    """Print the times of this process's start."""
    laps = [time.perf_counter()]
    from edge_runtime.domain import Exam, PhotographFile
    from edge_runtime.memory import peak_memory_mb
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
    names = ("import", "open", "first_result")
    pairs = zip(names, laps, laps[1:], strict=False)
    times_ms = {name: round((end - start) * 1000.0, 1) for name, start, end in pairs}
    sys.stdout.write(json.dumps({"ms": times_ms, "peak_memory_mb": peak_memory_mb()}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
