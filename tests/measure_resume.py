"""Kills a batch at random moments, resumes it, and compares its rows with an uninterrupted run's.

    python tests/measure_resume.py PHOTOGRAPHS_OR_MANIFEST --kills 20 --seed 1

runs `foreseye batch` once undisturbed, then again and again with SIGKILL at moments drawn from
the seed, each followed by `--resume`, until the kills are used up; prints one JSON object and
exits 0 only when no row was lost, none is there twice and none differs but for the clock.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

OF_THE_CLOCK = "timings_ms."
Row = dict[str, Any]


def batch_command(source: Path, out: Path, *options: str) -> list[str]:
    """Return the command line of a batch that may be resumed."""
    code = "import sys; from edge_runtime.cli.app import main; sys.exit(main())"
    return [
        sys.executable,
        "-c",
        code,
        "batch",
        str(source),
        "--out",
        str(out),
        "--resume",
        *options,
    ]


def run_to_the_end(
    source: Path, out: Path, environment: Mapping[str, str] | None = None, *options: str
) -> float:
    """Run a batch to its end; return its seconds. Raises when it does not end well."""
    started = time.monotonic()
    command = batch_command(source, out, *options)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"exit {done.returncode}: {done.stderr}")
    return time.monotonic() - started


def killed_after(source: Path, out: Path, seconds: float) -> bool:
    """Run a batch and kill it after some seconds; return False when it had ended before."""
    with subprocess.Popen(
        batch_command(source, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
        return False


def table(out: Path, name: str) -> list[Row]:
    """Return all rows of a table but for what tells of the clock."""
    parts = sorted((out / name).glob("part-*.parquet"))
    rows = [row for part in parts for row in pq.ParquetFile(part).read().to_pylist()]
    return [{k: v for k, v in row.items() if not k.startswith(OF_THE_CLOCK)} for row in rows]


def csv_lines(out: Path, name: str) -> int:
    """Return the number of lines of a table's CSV."""
    return (out / f"{name}.csv").read_bytes().count(b"\n")


def compared(undisturbed: Path, killed: Path) -> dict[str, int]:
    """Return how many rows of both tables were lost, are there twice, or differ."""
    counts = {"rows": 0, "lost": 0, "twice": 0, "different": 0, "leftovers": 0}
    for name in ("photographs", "exams"):
        expected, actual = table(undisturbed, name), table(killed, name)
        wanted = Counter(str(row["path"]) for row in expected)
        found = Counter(str(row["path"]) for row in actual)
        counts["rows"] += len(actual)
        counts["lost"] += (wanted - found).total()
        counts["twice"] += (found - wanted).total()
        counts["different"] += sum(a != b for a, b in zip(expected, actual, strict=False))
        counts["different"] += csv_lines(undisturbed, name) != csv_lines(killed, name)
    counts["leftovers"] = len(list(killed.rglob("*.partial")))
    return counts


def measured(source: Path, num_kills: int, seed: int, folder: Path) -> dict[str, Any]:
    """Return what came of `num_kills` kills; each round of them ends with a whole run."""
    chance = random.Random(seed)
    undisturbed = folder / "undisturbed"
    seconds = run_to_the_end(source, undisturbed)
    kills: list[dict[str, float]] = []
    rounds = []
    while len(kills) < num_kills:
        out = folder / f"killed-{len(rounds)}"
        while len(kills) < num_kills:
            after_s = chance.uniform(0.0, 2.5 * seconds / num_kills + 4.0)
            if not killed_after(source, out, after_s):
                break
            shards = len(list((out / "exams").glob("part-*.parquet")))
            kills.append({"after_s": round(after_s, 2), "shards_by_then": shards})
        run_to_the_end(source, out)
        rounds.append(compared(undisturbed, out))
    wrong = sum(r[key] for r in rounds for key in ("lost", "twice", "different", "leftovers"))
    return {
        "source": str(source),
        "seed": seed,
        "undisturbed_s": round(seconds, 1),
        "kills": kills,
        "rounds": rounds,
        "equal": wrong == 0,
    }


def main() -> int:
    """Measure from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", type=Path, help="a folder or a manifest")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder to keep the outputs in")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="measure-resume-"))
    try:
        report = measured(options.source, options.kills, options.seed, folder)
    finally:
        if options.keep is None:
            shutil.rmtree(folder)
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    return 0 if report["equal"] else 1


if __name__ == "__main__":
    sys.exit(main())
