"""How much a biomarker of one eye changes though the eye does not (foreseye.repeatability/1).

`foreseye-train repeatability` measures it with a bundle and writes it as a file; sealing a bundle
takes `smallest_detectable_change` over into bundle.json.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.contracts.strict import Sha256, Strict, contract_json

REPEATABILITY_SCHEMA: Final = "foreseye.repeatability/1"


class RepeatedVisits(Strict):
    """The same figure from eyes that came again: an upper bound, as the eyes may have changed."""

    value: float = Field(ge=0)
    eyes: int = Field(ge=1)
    people: int = Field(ge=1)
    photographs: int = Field(ge=2)
    how: str


class SmallestDetectableChange(Strict):
    """The least change between two readings of one eye that is more than their scatter.

    Of two readings of an eye that has not changed, 95 % differ by less.
    """

    value: float = Field(ge=0)
    unit: str
    """UCUM unit, that of the biomarker."""
    photographs: int = Field(ge=1)
    """Photographs with at least two readings, each of the others a copy of the first."""
    readings: int = Field(ge=2)
    mean: float
    """Mean of all these readings, to read the value against."""
    how: str
    """In words, how the readings of one eye came to differ."""
    repeated_visits: RepeatedVisits | None = None


class Repeatability(Strict):
    """The whole file."""

    schema_: Literal["foreseye.repeatability/1"] = Field(
        default=REPEATABILITY_SCHEMA, alias="schema"
    )
    bundle: BundleIdentity
    anatomy_sha256: Sha256
    """Of the anatomy model's file: the change belongs to its masks, in whatever bundle they are."""
    disc_sha256: Sha256 | None = None
    """Of the disc model's file, where the bundle has one: disc and cup are its masks."""
    smallest_detectable_change: dict[str, SmallestDetectableChange]
    """By biomarker; one that was never read twice in any eye has none."""
    refused: dict[str, str]
    """Photographs that could not be used, by path, with the reason."""

    def to_json(self) -> str:
        """Return the text of the file."""
        return contract_json(self)


def repeatability_from(text: str) -> Repeatability:
    """Return the record of a file's text. Raises pydantic.ValidationError."""
    record: Repeatability = Repeatability.model_validate_json(text)
    return record
