"""What `foreseye-train judge-progression` wrote: figures of one graph, to be sealed with it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.strict import Sha256, Strict, contract_json
from edge_runtime.durable import write_whole
from training.errors import CohortError

JUDGED_SCHEMA: Final = "foreseye.judged-progression/1"
JUDGED_FILE = "progression.json"


class JudgedProgression(Strict):
    """The figures, and which graph they are of."""

    schema_: Literal["foreseye.judged-progression/1"] = Field(default=JUDGED_SCHEMA, alias="schema")
    graph_sha256: Sha256
    metrics: list[Metric]


def write_judged(folder: Path, graph_sha256: str, metrics: list[Metric]) -> Path:
    """Write the figures into a folder, whole or not at all, and return the file."""
    path = folder / JUDGED_FILE
    write_whole(
        path, contract_json(JudgedProgression(graph_sha256=graph_sha256, metrics=metrics)).encode()
    )
    return path


def read_judged(path: Path) -> JudgedProgression:
    """Return the figures of a file. Raises CohortError where it holds none."""
    try:
        return JudgedProgression.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise CohortError(f"{path} holds no figures of a progression: {error}") from None
