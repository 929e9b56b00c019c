"""All numbers of the quality gate as one frozen record, fitted in training, sent in the bundle."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationError, model_validator

from edge_runtime.contracts.strict import Probability, Strict
from edge_runtime.errors import BundleCorrupt
from edge_runtime.fundus.quality_measurements import QualityMeasurements

DEFECTS = (
    "blur",
    "dark",
    "bright",
    "glare",
    "small_field",
    "clipped_field",
    "haze",
    "not_a_fundus",
)

MEASUREMENTS = tuple(field.name for field in fields(QualityMeasurements))

FIELD_MEASUREMENTS = ("field_radius_px", "clipped_share")
"""What a ramp may also run over: the radius in photograph pixels, and FieldOfView.clipped."""


class Ramp(Strict):
    """A defect's share of one measurement: 0 up to `start`, 1 from `full` on, linear between.

    `full` may lie below `start`: then it is low values that are bad.
    """

    measurement: str
    start: float
    full: float

    @model_validator(mode="after")
    def _rises_somewhere(self) -> Ramp:
        if self.measurement not in MEASUREMENTS + FIELD_MEASUREMENTS:
            raise ValueError(f"no measurement is called {self.measurement!r}")
        if self.start == self.full:
            raise ValueError(f"the ramp over {self.measurement} starts where it ends")
        return self

    def value(self, measured: dict[str, float]) -> float:
        """Return the defect's share, in [0, 1]."""
        share = (measured[self.measurement] - self.start) / (self.full - self.start)
        return float(np.clip(share, 0.0, 1.0))


class Term(Strict):
    """One measurement's part in the probability: its mean and spread in training, its weight."""

    mean: float
    scale: Annotated[float, Field(gt=0.0)]
    coefficient: float


class QualityWeights(Strict):
    """All numbers of the quality gate; they travel in the bundle as quality.json."""

    terms: dict[str, Term]
    """One for each field of QualityMeasurements."""

    bias: float
    threshold: Probability
    """A photograph is gradable from this probability on."""

    ramps: dict[str, list[Ramp]]
    """One list for each defect; a defect is as bad as its worst ramp."""

    @model_validator(mode="after")
    def _is_whole(self) -> QualityWeights:
        if set(self.terms) != set(MEASUREMENTS):
            raise ValueError(f"terms must be exactly {', '.join(MEASUREMENTS)}")
        if set(self.ramps) != set(DEFECTS) or not all(self.ramps.values()):
            raise ValueError(f"ramps must be given for exactly {', '.join(DEFECTS)}")
        return self

    def to_json(self) -> str:
        """Return the weights as JSON text that `from_json` reads."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str) -> QualityWeights:
        """Return the weights that JSON text holds.

        Raises BundleCorrupt for an unknown or missing key, or a number that is none.
        """
        try:
            return cls.model_validate_json(text, strict=True)
        except ValidationError as error:
            raise BundleCorrupt(f"quality weights: {error}") from None
