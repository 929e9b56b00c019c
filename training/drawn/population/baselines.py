"""The committed table of baseline hazards, and the check that it belongs to its parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.drawn.population.hazards import Baselines, spread
from training.drawn.population.parameters import CAUSES, REFERENCE, ParameterError, Parameters

TABLE = REFERENCE.with_name("baseline_hazards.csv")
COMMAND = "python -m training.drawn.population.calibration"
HEADER = "cause,sex,from_age,until_age,hazard_per_year"
Knots = dict[str, npt.NDArray[np.float64]]
"""Baseline hazards a year by cause: (2, bands), women first."""


def cited_knots(p: Parameters) -> Knots:
    """Return the cited incidence a year as knots: where calibration begins."""
    found = {}
    for name in CAUSES:
        cited = p.cause(name).incidence
        found[name] = np.asarray([cited.women, cited.men], np.float64) / 1000.0
    return found


def baselines_of(p: Parameters, knots: Knots) -> Baselines:
    """Return baselines through knots."""
    return Baselines({n: spread(p.cause(n).incidence.ages, knots[n]) for n in CAUSES})


def write_table(path: Path, p: Parameters, knots: Knots) -> None:
    """Write the table with the digest of the parameters that it was made for."""
    lines = [f"# made by {COMMAND} for parameters sha256 {p.digest}", HEADER]
    for name in CAUSES:
        ages = p.cause(name).incidence.ages
        for sex, row in zip(("F", "M"), knots[name], strict=True):
            bands = zip(ages[:-1], ages[1:], row, strict=True)
            lines += [f"{name},{sex},{a:g},{b:g},{h:.9g}" for a, b, h in bands]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def read_baselines(p: Parameters, path: Path = TABLE) -> Baselines:
    """Return the committed baselines; raise ParameterError when they belong to other parameters."""
    try:
        first, header, *rows = path.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError) as error:
        raise ParameterError(f"{path}: not a table of baseline hazards; run {COMMAND}") from error
    if not first.endswith(p.digest) or header != HEADER:
        raise ParameterError(f"{path}: made for other parameters; run {COMMAND}")
    found: dict[str, list[list[float]]] = {name: [[], []] for name in CAUSES}
    for row in rows:
        name, sex, _, _, hazard = row.split(",")
        found[name]["FM".index(sex)].append(float(hazard))
    return baselines_of(p, {name: np.asarray(rows) for name, rows in found.items()})
