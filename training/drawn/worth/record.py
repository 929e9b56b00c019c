"""What the table holds and how it is kept: `worth.json` (foreseye.worth/1), and one file a cell."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, ValidationError

from edge_runtime.contracts.strict import Probability, Sha256, Strict, contract_json
from training.errors import ResumeError

WORTH_SCHEMA: Final = "foreseye.worth/1"


class Counted(Strict):
    """People and photographs of one set."""

    set: str
    people: int = Field(ge=0)
    photographs: int = Field(ge=0)


class Case(Strict):
    """One judged photograph: every figure that it has."""

    judged_on: str
    person: str
    figures: dict[str, Probability]


class CellResult(Strict):
    """One network of one seed, or one baseline: what it was taught by, and all its cases."""

    subject: str
    taught_by: str
    seed: int | None = None
    """None for a baseline: it has no chance in it."""

    fingerprint: Sha256
    """Of the recipe and of every photograph that taught or tuned."""

    learned: list[Counted]
    tuned: list[Counted]
    without_a_field: int = Field(ge=0)
    """Drawn photographs picked but left out: no round field is found in them."""

    cuts: dict[str, int] = Field(description="By structure, on 0 to 255: best mean F1 on `tuned`.")
    cases: list[Case]

    def to_json(self) -> str:
        """Return the text of the cell's file."""
        return contract_json(self, indent=None)


class Figure(Strict):
    """One number of the table: mean over seeds and photographs."""

    judged_on: str
    figure: str
    mean: Probability
    interval_95: tuple[float, float]
    """Bootstrap over persons of each photograph's mean over seeds."""

    by_seed: list[float]
    people: int = Field(ge=1)
    photographs: int = Field(ge=1)


class Cell(Strict):
    """One row of the table."""

    subject: str
    taught_by: str
    baseline: bool
    without_a_field: int = Field(ge=0)
    learned: list[Counted]
    tuned: list[Counted]
    figures: list[Figure]


class Difference(Strict):
    """One row minus another on the same photographs, paired."""

    subject: str
    judged_on: str
    figure: str
    better: str
    than: str
    mean: float
    interval_95: tuple[float, float]


class Worth(Strict):
    """The whole file."""

    schema_: Literal["foreseye.worth/1"] = Field(default=WORTH_SCHEMA, alias="schema")
    budget: str
    seeds: int = Field(ge=1)
    recipes: dict[str, dict[str, object]]
    alike_for_all: list[str]
    """In words: what every photograph of every cell went through."""

    cells: list[Cell]
    differences: list[Difference]

    def to_json(self) -> str:
        """Return the text of the file."""
        return contract_json(self)


def cell_from(text: str, where: str) -> CellResult:
    """Return the cell of a file's text. Raises ResumeError for anything else."""
    try:
        return CellResult.model_validate_json(text)
    except ValidationError as error:
        raise ResumeError(f"{where} is no cell of a table: {error.error_count()} errors") from None
