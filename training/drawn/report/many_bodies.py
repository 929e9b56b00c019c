"""The population measured on many bodies without pictures, kept so that it is done once.

What is kept bears the hash of the parameters, of the code that makes bodies and of the arguments:
where one of them changes, bodies are made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_runtime.durable import write_whole
from training.drawn.population.drawing import BLOCK
from training.drawn.population.evidence.measuring import blocks_of, measure_population
from training.drawn.population.parameters import Parameters, reference_population
from training.drawn.report.folder import ReportError
from training.drawn.report.measures import beside_published, body_spreads, first_visits
from training.drawn.report.record import Population

CACHE_FOLDER = "report-cache"
SEED = 1
"""Of the bodies: other people than those of any cohort are measured, always the same."""
MEASURED_BLOCKS = 20
"""Blocks whose biomarkers and covariates are laid beside published ones."""


def population_figures(
    cache: Path, bodies: int, done: Callable[[int], None] = lambda _: None
) -> Population:
    """Return the figures of so many bodies, rounded up to whole blocks; from `cache` if kept there.

    `done` is told how many blocks are finished. Raises ReportError where a fit does not settle,
    OutputError.
    """
    blocks = -(-bodies // BLOCK)
    path = cache / f"bodies-{_key(blocks)}.json"
    kept = _kept(path)
    if kept is not None:
        return kept
    population = _measured(reference_population(), blocks, done)
    write_whole(path, population.model_dump_json(indent=1) + "\n")
    return population


def _measured(p: Parameters, blocks: int, done: Callable[[int], None]) -> Population:
    try:
        found = measure_population(p, SEED, blocks * BLOCK, lambda block: done(block + 1))
    except ValueError as error:
        raise ReportError(f"{blocks * BLOCK} bodies are too few for a fit: {error}") from error
    people = first_visits(blocks_of(SEED, min(blocks, MEASURED_BLOCKS), p))
    facts: dict[str, Any] = {
        "name": p.name,
        "statement": p.statement,
        "parameters_sha256": p.digest,
        "seed": SEED,
        "bodies": found["people"],
        "bands": found["incidence"],
        "recovered": found["recovered"],
        "covered": found["recovered_covered"],
        "largest_z": found["recovered_largest_z"],
        "signs": found["published"],
        "ladder": found["ladder"],
        "spreads": body_spreads(people),
        "beside_published": beside_published(people),
    }
    return Population.model_validate(facts)


def _kept(path: Path) -> Population | None:
    """Return what an earlier call kept; what cannot be read is measured again."""
    if not path.is_file():
        return None
    try:
        return Population.model_validate_json(path.read_bytes())
    except ValidationError:
        return None


def _key(blocks: int) -> str:
    digest = hashlib.sha256(f"{blocks} {SEED} {MEASURED_BLOCKS}".encode())
    drawn = Path(str(files("training.drawn")))
    of_bodies = (
        p for p in (drawn / "population").rglob("*") if p.suffix in (".py", ".toml", ".csv")
    )
    own = [drawn / "report" / f"{name}.py" for name in ("measures", "published_means", "record")]
    for path in sorted([*of_bodies, *own]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
