"""All evidence of a population in one pass, in constant memory, written as one JSON file.

`python -m training.drawn.population.evidence.measuring --people 200000 --out FILE` takes some
minutes of one core.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from training.drawn.population.bodies import Bodies
from training.drawn.population.drawing import BLOCK, draw_block
from training.drawn.population.evidence.hazard_ratios import StartStopRows, coverage
from training.drawn.population.evidence.incidence import Exposure
from training.drawn.population.evidence.ladder import LadderRows
from training.drawn.population.evidence.published import BaselineRows
from training.drawn.population.parameters import CAUSES, Parameters, reference_population


def blocks_of(seed: int, number: int, p: Parameters) -> Iterator[Bodies]:
    """Yield blocks one by one, none kept."""
    return (draw_block(seed, block, p) for block in range(number))


def measure_population(
    p: Parameters, seed: int, people: int, done: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """Return incidence, recovered hazard ratios, published effects and the ladder as plain values.

    `people` is rounded up to whole blocks; `done` is told each block's number.
    """
    number = -(-people // BLOCK)
    exposure, rows = Exposure(p), StartStopRows(p, number)
    first, people_at_risk = BaselineRows(p), LadderRows()
    for bodies in blocks_of(seed, number, p):
        for gathered in (exposure, rows, first, people_at_risk):
            gathered.add(bodies)
        done(bodies.block)
    bands = exposure.bands(CAUSES)
    ratios = rows.fit([name for name in CAUSES if rows.events[name] > 0])
    covered, largest_z = coverage(ratios)
    return {
        "population": p.name,
        "parameters_sha256": p.digest,
        "seed": seed,
        "people": number * BLOCK,
        "incidence": [asdict(band) | {"ratio": band.ratio} for band in bands],
        "recovered": [asdict(row) | {"covered": row.covered} for row in ratios],
        "recovered_covered": covered,
        "recovered_largest_z": largest_z,
        "published": [asdict(row) | {"inside": row.inside} for row in first.fit()],
        "ladder": [asdict(rungs) for rungs in people_at_risk.rungs()],
    }


def main(
    out: Annotated[Path, typer.Option(help="JSON file to write.")],
    people: Annotated[int, typer.Option(min=1)] = 200_000,
    seed: Annotated[int, typer.Option(min=0)] = 1,
) -> None:
    """Measure the reference population."""
    figures = measure_population(reference_population(), seed, people)
    out.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
