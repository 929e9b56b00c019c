"""What `foreseye-train judge-photographs` wrote: figures of two graphs, to be sealed with them."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.evaluation import Evaluation
from edge_runtime.contracts.strict import Probability, Sha256, Strict, contract_json
from edge_runtime.durable import write_whole
from training.errors import CohortError

JUDGED_SCHEMA: Final = "foreseye.judged-photographs/1"
JUDGED_FILE = "photographs.json"


class JudgedPhotographs(Strict):
    """The figures of the photographs' step, and of which graphs."""

    schema_: Literal["foreseye.judged-photographs/1"] = Field(default=JUDGED_SCHEMA, alias="schema")
    signs_sha256: Sha256
    forecast_sha256: Sha256
    withheld: Probability
    """Share of the people with gradable photographs of whom all were strange."""
    metrics: list[Metric]
    by_outcomes: Evaluation | None = None
    """By what came to the same people; its figures are among `metrics` too."""


def write_judged(folder: Path, judged: JudgedPhotographs) -> Path:
    """Write the figures into a folder, whole or not at all, and return the file."""
    path = folder / JUDGED_FILE
    write_whole(path, contract_json(judged).encode())
    return path


def read_judged(path: Path) -> JudgedPhotographs:
    """Return the figures of a file. Raises CohortError where it holds none."""
    try:
        return JudgedPhotographs.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise CohortError(f"{path} holds no figures of photographs: {error}") from None
