"""What `foreseye bench` measures beyond one photograph: simulated visits, batches, memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_runtime.cli.measuring import Spread, spread_ms, timed
from edge_runtime.domain import Person, PhotographFile
from edge_runtime.errors import InvalidField
from edge_runtime.pipeline import Pipeline
from edge_runtime.simulation.records import wish_of

HORIZONS_YEARS = (1.0, 3.0, 5.0)
SAMPLES = 4
BATCH = "from edge_runtime.cli.app import main; main()"
"""`foreseye batch` in a process of its own, by whatever name it is installed."""


def simulated_visits(
    pipeline: Pipeline, file: PhotographFile, repeat: int
) -> dict[str, object] | None:
    """Return the spread of simulating all horizons and samples at the photograph's full size.

    Pictures stay in memory. None where the bundle simulates nothing or refuses the photograph.
    Raises a PhotographError, InferenceError.
    """
    if "progression" not in pipeline.models:
        return None
    wish = wish_of(HORIZONS_YEARS, SAMPLES, seed=1)
    told: list[int] = []
    seconds = timed(
        lambda: told.append(sum(1 for _ in pipeline.simulate(file, Person(), wish))), repeat
    )
    if told[0] == 1:  # the verdict on its quality alone
        return None
    pictures = len(HORIZONS_YEARS) * SAMPLES
    return {"horizons_years": list(HORIZONS_YEARS), "pictures": pictures, "ms": spread_ms(seconds)}


def batch_rates(source: Path, environment: Mapping[str, str]) -> dict[str, object]:
    """Return how fast `foreseye batch` screens a folder, without and with its pictures written.

    Raises InvalidField where it cannot.
    """
    return {
        "without_pictures": _batch(source, environment, []),
        "with_pictures": _batch(source, environment, ["--pictures"]),
    }


def _batch(source: Path, environment: Mapping[str, str], options: list[str]) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="foreseye-bench-") as folder:
        out = str(Path(folder) / "out")
        command = ["batch", str(source), "--out", out, "--formats", "parquet", "--json", *options]
        child = subprocess.run(
            [sys.executable, "-c", BATCH, *command],
            env=dict(environment),
            capture_output=True,
            text=True,
            check=False,
        )
    # 1 says that some photographs could not be read: the others are measured all the same.
    if child.returncode not in (0, 1) or not child.stdout.strip():
        raise InvalidField("batch", (child.stderr.strip().splitlines() or ["it told nothing"])[-1])
    told = json.loads(child.stdout)
    names = ("photographs", "photographs_per_second", "peak_memory_mb")
    return {name: told[name] for name in names}


def floor_per_s(floors: Mapping[str, Any], screened: tuple[str, ...]) -> float:
    """Return photographs a second if decoding at full size and the bare graphs were all.

    One photograph after the other, by the medians; `screened` names the graphs that screening runs.
    """
    graphs: Mapping[str, Spread] = floors["session_run"]
    total_ms = floors["decode_full_size"]["p50"]
    total_ms += sum(graphs[name]["p50"] for name in screened if name in graphs)
    return round(1000.0 / float(total_ms), 2)
