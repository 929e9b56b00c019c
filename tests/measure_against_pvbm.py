"""Measures vessels that experts traced with our biomarkers and with PVBM's, and compares.

    python tests/measure_against_pvbm.py --data ../shared/data [--photographs 5] [--table]

takes the photographs of role `test` of DRIVE and HRF_AV with their traced vessels, arterioles and
venules at the size that they have there, the disc that the reference bundle finds in each, and
gives the same masks to both. Prints, for each set and measure, Pearson's and Spearman's
correlation with the number of eyes, both means, and the median processor time of each on one
thread; as one JSON object, or with --table as the Markdown table of docs/biomarkers.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from scipy.stats import pearsonr, spearmanr

from edge_runtime.fundus.biomarkers.disc import NoDisc
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from
from tests.both_readings import (
    AS_PVBM,
    OF_SIX,
    angles_of_both,
    dimensions_by_pvbm,
    ours_as_theirs,
    ours_of,
    vessels_by_pvbm,
)
from tests.traced_eyes import Traced, photographs, traced

SETS = ("DRIVE", "HRF_AV")
Value = TypeVar("Value")


@dataclass
class Compared:
    """What both measured of one set."""

    eyes: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    ours: list[dict[str, float | None]] = field(default_factory=list)
    theirs: list[dict[str, float | None]] = field(default_factory=list)
    ours_s: list[float] = field(default_factory=list)
    theirs_s: list[float] = field(default_factory=list)
    theirs_unturned_s: list[float] = field(default_factory=list)
    """Theirs had they not turned each mask 25 times for its dimensions."""
    angles: list[tuple[float, float]] = field(default_factory=list)
    """Ours and PVBM's, of each division that both measure."""

    def add(self, eye: Traced) -> None:
        """Measure one more eye with both."""
        ours, ours_s = timed(lambda: ours_of(eye))
        vessels, vessels_s = timed(lambda: vessels_by_pvbm(eye))
        turned, turned_s = timed(lambda: dimensions_by_pvbm(eye, 25))
        _, unturned_s = timed(lambda: dimensions_by_pvbm(eye, 1))
        self.ours.append(ours)
        self.theirs.append(vessels | turned)
        as_theirs = ours_as_theirs(eye)
        self.ours[-1] |= {name + AS_PVBM: value for name, value in as_theirs.items()}
        self.theirs[-1] |= {name + AS_PVBM: self.theirs[-1][name] for name in as_theirs}
        self.angles += angles_of_both(eye)
        self.ours_s.append(ours_s)
        self.theirs_s.append(vessels_s + turned_s)
        self.theirs_unturned_s.append(vessels_s + unturned_s)


def timed(measure: Callable[[], Value]) -> tuple[Value, float]:
    """Return what a function gives, and the processor seconds that it took."""
    started = time.process_time()
    value = measure()
    return value, time.process_time() - started


def compared(data: Path, name: str, most: int | None, pipeline: Pipeline) -> Compared:
    """Return what both measure of one set's eyes."""
    found = Compared()
    for photograph in photographs(data, name)[:most]:
        eye = traced(data, photograph, pipeline)
        if isinstance(eye, NoDisc):
            found.left_out[photograph.name] = eye.reason
            continue
        found.add(eye)
        found.eyes.append(photograph.name)
        sys.stderr.write(f"{name} {photograph.name} {found.theirs_s[-1] / found.ours_s[-1]:.0f}x\n")
    return found


def correlations(found: Compared) -> Iterator[dict[str, Any]]:
    """Yield one row for each measure that both have: n, both correlations, both means."""
    for name in found.theirs[0]:
        own = name.removesuffix(OF_SIX)
        pairs = [
            (ours[own], theirs[name])
            for ours, theirs in zip(found.ours, found.theirs, strict=True)
            if ours[own] is not None and theirs[name] is not None
        ]
        yield correlated(name, [(x, y) for x, y in pairs if np.isfinite((x, y)).all()])
    yield correlated("angle of each division", found.angles)


def correlated(name: str, pairs: Sequence[tuple[float | None, float | None]]) -> dict[str, Any]:
    """Return one row: how ours and PVBM's go together."""
    if len(pairs) < 3:
        return {"measure": name, "n": len(pairs)}
    ours, theirs = np.array(pairs, float).T
    return {
        "measure": name,
        "n": len(pairs),
        "pearson": round(float(pearsonr(ours, theirs).statistic), 3),
        "spearman": round(float(spearmanr(ours, theirs).statistic), 3),
        "ours_mean": round(float(ours.mean()), 4),
        "pvbm_mean": round(float(theirs.mean()), 4),
    }


def report(found: dict[str, Compared]) -> dict[str, Any]:
    """Return what is printed."""
    return {
        name: {
            "eyes": len(one.eyes),
            "left_out": one.left_out,
            "measures": list(correlations(one)),
            "ours_median_s": round(float(np.median(one.ours_s)), 4),
            "pvbm_median_s": round(float(np.median(one.theirs_s)), 3),
            "pvbm_unturned_median_s": round(float(np.median(one.theirs_unturned_s)), 3),
            "times_faster": round(float(np.median(one.theirs_s) / np.median(one.ours_s)), 1),
            "times_faster_unturned": round(
                float(np.median(one.theirs_unturned_s) / np.median(one.ours_s)), 1
            ),
        }
        for name, one in found.items()
    }


def table(result: dict[str, Any]) -> str:
    """Return the report as Markdown."""
    lines = [
        "| measure | set | n | Pearson | Spearman | ours, mean | PVBM, mean |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in result.items():
        for row in one["measures"]:
            cells = [row.get(k, "-") for k in ("pearson", "spearman", "ours_mean", "pvbm_mean")]
            lines.append(
                f"| `{row['measure']}` | {name} | {row['n']} | {' | '.join(map(str, cells))} |"
            )
    lines += ["", "| set | eyes | ours, s | PVBM, s | times | PVBM unturned, s | times |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    keys = (
        "eyes",
        "ours_median_s",
        "pvbm_median_s",
        "times_faster",
        "pvbm_unturned_median_s",
        "times_faster_unturned",
    )
    lines += [
        f"| {name} | {' | '.join(str(one[key]) for key in keys)} |" for name, one in result.items()
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with photographs.csv")
    parser.add_argument("--photographs", type=int, help="at most so many of each set")
    parser.add_argument("--table", action="store_true", help="print Markdown instead of JSON")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pipeline = Pipeline.open(settings_from(os.environ))
    result = report(
        {name: compared(options.data, name, options.photographs, pipeline) for name in SETS}
    )
    pipeline.close()
    sys.stdout.write((table(result) if options.table else json.dumps(result, indent=2)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
