"""Finds the baseline hazards with which true hazards reproduce the cited incidence.

Run `python -m training.drawn.population.calibration` after any change to the parameters. The
same parameters give the same table: the pilot population's seed and size are fixed here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.drawn.population.baselines import (
    TABLE,
    Knots,
    baselines_of,
    cited_knots,
    write_table,
)
from training.drawn.population.drawing import draw_block
from training.drawn.population.evidence.incidence import Exposure
from training.drawn.population.parameters import CAUSES, Parameters, reference_population

SEED = 20_100_000
ROUNDS = (8, 12, 60)
"""Blocks of people in each round: the last settles what the first have brought near."""


def calibrate(p: Parameters, rounds: Sequence[int] = ROUNDS) -> Knots:
    """Return baseline hazards by cause, sex and band; `rounds` names the blocks of each round."""
    knots = cited_knots(p)
    cited = cited_knots(p)
    for blocks in rounds:
        baselines = baselines_of(p, knots)
        exposure = Exposure(p)
        for block in range(blocks):
            exposure.add(draw_block(SEED, block, p, baselines=baselines))
        for name in CAUSES:
            found = exposure.rates(name)
            ratio = np.where(found > 0, cited[name] / np.maximum(found, 1e-12), 1.0)
            knots[name] = knots[name] * ratio
    return knots


def main() -> None:
    """Calibrate the reference population and write its table."""
    p = reference_population()
    write_table(TABLE, p, calibrate(p))


if __name__ == "__main__":
    main()
