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


def _check_known(names: set[str]) -> None:
    unknown = sorted(names - set(MEASUREMENTS))
    if unknown:
        raise ValueError(f"no measurement is called {', '.join(unknown)}")


class Ramp(Strict):
    """A defect's share of one measurement: 0 up to `start`, 1 from `full` on, linear between.

    `full` may lie below `start`: then it is low values that are bad.
    """

    measurement: str
    start: float
    full: float

    @model_validator(mode="after")
    def _rises_somewhere(self) -> Ramp:
        _check_known({self.measurement})
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


class Curve(Strict):
    """One measurement's part in a defect's log odds: a height at each knot, straight between.

    Beyond the first and the last knot it stays level, so that no measurement alone can run away.
    """

    knots: Annotated[list[float], Field(min_length=2)]
    heights: list[float]

    @model_validator(mode="after")
    def _is_a_curve(self) -> Curve:
        if len(self.knots) != len(self.heights):
            raise ValueError(f"{len(self.knots)} knots have {len(self.heights)} heights")
        if any(one >= two for one, two in zip(self.knots, self.knots[1:], strict=False)):
            raise ValueError("knots must rise")
        return self

    def height(self, value: float) -> float:
        """Return the part in the log odds, in natural units."""
        return float(np.interp(value, self.knots, self.heights))


class Signs(Strict):
    """What speaks for a defect: the log odds are the bias and the curves' heights together."""

    bias: float
    curves: dict[str, Curve]

    @model_validator(mode="after")
    def _is_of_measurements(self) -> Signs:
        _check_known(set(self.curves))
        return self

    def probability(self, measured: dict[str, float]) -> float:
        """Return the probability that a grader would take the photograph again for this defect."""
        heights = sum(curve.height(measured[name]) for name, curve in self.curves.items())
        return float(1.0 / (1.0 + np.exp(-np.clip(self.bias + heights, -60.0, 60.0))))


class QualityWeights(Strict):
    """All numbers of the quality gate; they travel in the bundle as quality.json."""

    terms: dict[str, Term]
    """The measurements that tell whether a photograph can be read."""

    bias: float
    threshold: Probability
    """A photograph is gradable from this probability on."""

    ramps: dict[str, list[Ramp]]
    """Defects that photography itself bounds; one is as bad as its worst ramp."""

    signs: dict[str, Signs] = Field(default_factory=dict)
    """Defects that were learned from photographs; where one has ramps too, the worse counts."""

    @model_validator(mode="after")
    def _is_whole(self) -> QualityWeights:
        _check_known(set(self.terms))
        if not self.terms:
            raise ValueError("terms must name at least one measurement")
        if set(self.ramps) | set(self.signs) != set(DEFECTS) or not all(self.ramps.values()):
            raise ValueError(f"ramps and signs must be given for exactly {', '.join(DEFECTS)}")
        return self

    def defects(self, measured: dict[str, float]) -> dict[str, float]:
        """Return how sure each of DEFECTS is, in [0, 1]."""
        return {name: max(self._evidence(name, measured)) for name in DEFECTS}

    def _evidence(self, name: str, measured: dict[str, float]) -> list[float]:
        shares = [ramp.value(measured) for ramp in self.ramps.get(name, [])]
        if name in self.signs:
            shares.append(self.signs[name].probability(measured))
        return shares

    def to_json(self) -> str:
        """Return the weights as JSON text that `from_json` reads."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str) -> QualityWeights:
        """Return the weights that JSON text holds.

        Raises BundleCorrupt for an unknown or missing key, or a number that is none.
        """
        try:
            return cls.model_validate_json(text, strict=True)
        except ValidationError as error:
            raise BundleCorrupt(f"quality weights: {error}") from None
