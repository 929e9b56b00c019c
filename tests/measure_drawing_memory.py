"""Watches the memory of `foreseye-train draw` from photograph to photograph: it should lie flat.

    python tests/measure_drawing_memory.py --people 3400 --visits 3 --every 500 --out /tmp/drawn

draws that many people (about two photographs a visit each) in a process of its own, sums the
proportional set size of it and of its workers every so many photographs, and prints one JSON
object: every sample, the peak, and the slope of a straight line through the second half of the
samples, in MiB a 1,000 photographs. The folder is drawn anew and left there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

LOOK_EVERY_S = 0.5
KIB_A_MIB = 1024.0


@dataclass(frozen=True)
class Sample:
    """Memory of the process and all that it started, when so many photographs lay there."""

    photographs: int
    pss_mib: float


def draw_command(arguments: argparse.Namespace) -> list[str]:
    """Return the command line of the drawing that is watched."""
    code = "import sys; from training.cli import main; sys.argv[0] = 'foreseye-train'; main()"
    words = [
        "draw", "--people", arguments.people, "--visits", arguments.visits, "--seed",
        arguments.seed, "--side-px", arguments.side_px, "--workers", arguments.workers, "--out",
        arguments.out, "--json",
    ]  # fmt: skip
    return [sys.executable, "-c", code, *map(str, words)]


def family(pid: int) -> list[int]:
    """Return a process and all its descendants that live now."""
    found = [pid]
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return found
    for child in children:
        found += family(int(child))
    return found


def pss_mib(pid: int) -> float:
    """Return the proportional set size of a process; 0 when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:")) / KIB_A_MIB


def count_photographs(folder: Path) -> int:
    """Return how many photographs lie in the folder of a drawing."""
    if not folder.is_dir():
        return 0
    blocks = [entry.path for entry in os.scandir(folder) if entry.is_dir()]
    return sum(e.name.endswith(".jpg") for block in blocks for e in os.scandir(block))


def watch(process: subprocess.Popen[bytes], folder: Path, every: int) -> list[Sample]:
    """Return a sample each time `every` more photographs lie there, and the last moment's."""
    samples: list[Sample] = []
    while process.poll() is None:
        photographs = count_photographs(folder)
        due = every if not samples else samples[-1].photographs + every
        if photographs >= due:
            memory = sum(pss_mib(pid) for pid in family(process.pid))
            samples.append(Sample(photographs, round(memory, 1)))
        time.sleep(LOOK_EVERY_S)
    return samples


def slope_mib_per_1000(samples: list[Sample]) -> float | None:
    """Return the slope through the second half of the samples; None with fewer than three."""
    half = samples[len(samples) // 2 :]
    if len(half) < 3:
        return None
    x, y = ([getattr(s, name) for s in half] for name in ("photographs", "pss_mib"))
    return float(np.polyfit(x, y, 1)[0] * 1000.0)


def main() -> None:
    """Draw, watch and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--visits", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side-px", type=int, default=512)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--every", type=int, default=50, help="photographs between two samples")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    with subprocess.Popen(draw_command(arguments), stdout=subprocess.DEVNULL) as process:
        samples = watch(process, arguments.out / "photographs", arguments.every)
        code = process.wait()
    photographs = count_photographs(arguments.out / "photographs")
    told = {
        "photographs": photographs,
        "exit_code": code,
        "samples": [asdict(sample) for sample in samples],
        "peak_pss_mib": max((s.pss_mib for s in samples), default=None),
        "slope_mib_per_1000_photographs": slope_mib_per_1000(samples),
    }
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
