"""`report.json`: every number of the page (foreseye.draw_report/1)."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from edge_runtime.contracts.strict import Probability, Sha256, Strict, contract_json

REPORT_SCHEMA: Final = "foreseye.draw_report/1"
MISSED_BY = (0.8, 1.2)
"""A true rate over its cited one that lies outside misses it."""


class Counted(Strict):
    """So many photographs of one kind."""

    name: str
    photographs: int = Field(ge=0)


class Drawn(Strict):
    """What lies in the folder, and the arguments it was drawn by."""

    people: int = Field(ge=1)
    women: int = Field(ge=0)
    eyes: int = Field(ge=1)
    visits: int = Field(ge=1)
    photographs: int = Field(ge=1)
    ungradable: int = Field(ge=0)
    cameras: list[Counted]
    defects: list[Counted]
    grades: list[Counted]
    arguments: dict[str, str | int | float | bool]
    parameters_sha256: Sha256


class Band(Strict):
    """Incidence of one age band and sex per 1000 person-years at risk."""

    condition: str
    sex: str
    from_age: float
    until_age: float
    person_years: float
    events: int
    cited: float
    true: float
    ratio: float

    @property
    def missed(self) -> bool:
        """Return whether the true rate is more than a fifth off."""
        return not MISSED_BY[0] <= self.ratio <= MISSED_BY[1]


class Recovered(Strict):
    """One hazard ratio put in, and found again."""

    condition: str
    state: str
    put_in: float
    found: float
    low: float
    high: float
    z: float
    events: int
    covered: bool


class Sign(Strict):
    """One retinal sign's effect as its study fitted it, beside what was published."""

    condition: str
    sign: str
    put_in: float
    fitted: float
    low: float
    high: float
    published: tuple[float, float] | None = None
    adjusted: list[str]
    events: int
    inside: bool | None = None


class Ladder(Strict):
    """C of one condition at ten years against true probabilities."""

    condition: str
    age_sex: float
    covariates: float
    signs: float
    oracle: float
    people: int
    standard_error: float = Field(ge=0)
    """Of the least certain rung."""
    gain_error: float = Field(ge=0)
    """Standard error of signs less covariates."""


class Spread(Strict):
    """One measure among people or eyes of one age band and sex at their first visit."""

    measure: str
    of: Literal["bodies", "drawn eyes"]
    sex: str
    from_age: float
    until_age: float
    number: int = Field(ge=1)
    mean: float
    sd: float = Field(ge=0)


class BesidePublished(Strict):
    """A published mean, and the same of bodies of the same ages and sex."""

    measure: str
    sex: str | None = None
    from_age: float
    until_age: float
    published_mean: float
    published_sd: float | None = None
    mean: float
    sd: float
    number: int = Field(ge=1)
    source: str
    verified: bool
    """Whether the published numbers were read, and not cited from memory."""


class Population(Strict):
    """The population that the cohort is a part of, measured on many bodies without pictures."""

    name: str
    statement: str
    parameters_sha256: Sha256
    seed: int
    bodies: int
    bands: list[Band]
    recovered: list[Recovered]
    covered: Probability
    largest_z: float
    signs: list[Sign]
    ladder: list[Ladder]
    spreads: list[Spread]
    beside_published: list[BesidePublished]


class AtHorizon(Strict):
    """Cumulative incidence by one horizon: what came, and what was expected."""

    years: int
    still_followed: int = Field(ge=0)
    oracle: Probability
    estimate: Probability | None = None
    """Aalen-Johansen; absent where nobody was followed so long."""
    interval_95: tuple[float, float] | None = None


class Course(Strict):
    """The course of one condition among the cohort's people at risk at their first visit."""

    condition: str
    people: int = Field(ge=1)
    events: int = Field(ge=0)
    deaths_first: int = Field(ge=0)
    years: list[float]
    incidence: list[float]
    low: list[float]
    high: list[float]
    horizons: list[AtHorizon]


class Report(Strict):
    """The whole report."""

    schema_: Literal["foreseye.draw_report/1"] = Field(default=REPORT_SCHEMA, alias="schema")
    claim: str = "Drawn people and drawn eyes: no claim of clinical validity."
    drawn: Drawn
    population: Population
    courses: list[Course]
    eyes_measured: list[Spread]
    failed: list[str]
    """Checks that failed, and files that could not be read."""

    def to_json(self) -> str:
        """Return the text of the file."""
        return contract_json(self)
