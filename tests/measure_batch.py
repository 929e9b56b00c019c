"""Watches the memory and the rate of `foreseye batch` over a list that is as long as wanted.

    python tests/measure_batch.py --source PHOTOGRAPHS --rows 20000 --processes 2 --every 500
    python tests/measure_batch.py --pixel --rows 1000000 --processes 2 --every 10000

With --source the list repeats a folder's photographs (JPEG or TIFF); each row has a copy of its own
in --out whose bytes nobody else has (a number that no decoder looks at), so that nothing is a
duplicate. With --pixel every row is a picture of one pixel, which is refused in its row. The
manifest lies in --out. Prints
one JSON object: proportional set size (PSS) of the run and all its processes every so many rows,
seconds by then, the growth between the first and the last sample, rows a second in between, and
how many processor seconds the run took.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq

from edge_runtime.batch.shards import EXAMS
from tests.measure_drawing_memory import family, pss_mib

LOOK_EVERY_S = 0.25


@dataclass(frozen=True)
class Sample:
    """The run when so many rows were written."""

    rows: int
    seconds: float
    pss_mib: float


def own_bytes(photograph: bytes, number: int) -> bytes:
    """Return the picture with a number in it that changes no pixel.

    A JPEG gets a comment segment (ITU-T T.81, B.2.4.5) after its start, a TIFF bytes behind its
    end, to which no offset leads.
    """
    text = f"row {number}".encode()
    if photograph.startswith(b"\xff\xd8"):
        return (
            photograph[:2]
            + b"\xff\xfe"
            + (len(text) + 2).to_bytes(2, "big")
            + text
            + photograph[2:]
        )
    return photograph + text


def copies(photographs: list[Path], num_rows: int, folder: Path) -> list[Path]:
    """Return so many files in the folder, the photographs again and again, no two alike."""
    folder.mkdir()
    made = []
    for number, photograph in enumerate(itertools.islice(itertools.cycle(photographs), num_rows)):
        made.append((folder / f"{number:07d}{photograph.suffix.lower()}").absolute())
        made[-1].write_bytes(own_bytes(photograph.read_bytes(), number))
    return made


def write_manifest(path: Path, photographs: list[Path], num_rows: int) -> None:
    """Write a list of so many rows over the photographs, again and again."""
    with path.open("w", encoding="utf-8") as file:
        file.write("path\n")
        for photograph in itertools.islice(itertools.cycle(photographs), num_rows):
            file.write(f'"{photograph}"\n')


def rows_written(out: Path, seen: dict[str, int]) -> int:
    """Return how many exams' rows stand in whole parts."""
    for part in (out / EXAMS).glob("part-*.parquet"):
        if part.name not in seen:
            seen[part.name] = pq.read_metadata(part).num_rows
    return sum(seen.values())


def watch(process: subprocess.Popen[bytes], out: Path, every: int) -> list[Sample]:
    """Return a sample each time `every` more rows stand there."""
    samples: list[Sample] = []
    seen: dict[str, int] = {}
    started = time.monotonic()
    while process.poll() is None:
        rows = rows_written(out, seen)
        if rows >= (samples[-1].rows + every if samples else 1):
            memory = sum(pss_mib(pid) for pid in family(process.pid))
            samples.append(Sample(rows, round(time.monotonic() - started, 2), round(memory, 1)))
        time.sleep(LOOK_EVERY_S)
    return samples


def told(samples: list[Sample]) -> dict[str, object]:
    """Return what the samples say."""
    if len(samples) < 2:
        return {"samples": [asdict(sample) for sample in samples]}
    first, last = samples[0], samples[-1]
    return {
        "samples": [asdict(sample) for sample in samples],
        "growth_percent": round(100.0 * (last.pss_mib / first.pss_mib - 1.0), 2),
        "rows_per_second": round((last.rows - first.rows) / (last.seconds - first.seconds), 2),
    }


def main() -> None:
    """Make the list, run, watch and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, help="a folder of photographs")
    parser.add_argument("--pixel", action="store_true")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--every", type=int, default=200)
    parser.add_argument("--formats", default="csv,parquet")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True)
    if arguments.pixel:
        pixel = arguments.out / "pixel.png"
        cv2.imwrite(str(pixel), np.zeros((1, 1, 3), np.uint8))
        photographs = [pixel.absolute()]
    else:
        source = sorted(p for p in arguments.source.rglob("*") if p.is_file())
        photographs = copies(source, arguments.rows, arguments.out / "photographs")
    manifest = arguments.out / "manifest.csv"
    write_manifest(manifest, photographs, arguments.rows)
    code = "import sys; from edge_runtime.cli.app import main; sys.argv[0] = 'foreseye'; main()"
    command = [
        sys.executable, "-c", code, "batch", str(manifest), "--out", str(arguments.out / "out"),
        "--processes", str(arguments.processes), "--formats", arguments.formats, "--json",
    ]  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        samples = watch(process, arguments.out / "out", arguments.every)
        summary = json.loads((process.stdout.read() if process.stdout else b"") or b"{}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report = {"summary": summary, "processor_seconds": round(processor_s, 1), **told(samples)}
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
