"""`evaluation.json`: what a bundle was judged to be worth (schema foreseye.evaluation/1).

Written by `foreseye-train evaluate`, sealed by `foreseye-export bundle`. It holds every figure
with its people, interval and baselines, and the numbers behind every plot, so that the page is a
function of this record alone. It holds no picture and no person's name.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from edge_runtime.contracts.bundle import Metric, ModelName, Split
from edge_runtime.contracts.result import BundleIdentity, ModelIdentity
from edge_runtime.contracts.strict import Strict, contract_json
from edge_runtime.domain import USE

EVALUATION_SCHEMA: Final = "foreseye.evaluation/1"
EVALUATION_FILE = "evaluation.json"

Count = Annotated[int, Field(ge=0)]


class JudgedBundle(Strict):
    """One bundle that was judged; cross-validation has one for each fold."""

    bundle: BundleIdentity
    models: dict[str, ModelIdentity]
    held_out_fold: int | None = None
    left_out_sets: list[str] | None = None


class JudgedSet(Strict):
    """How many photographs of one set were judged, and what became of them."""

    set: str
    terms: str
    people: Count
    photographs: Count
    read: Count
    """Passed the quality gate and were read."""
    ungradable: Count
    """Refused by the quality gate."""
    unreadable: Count
    """Refused before it: no picture that can be decoded."""


class MissingFigure(Strict):
    """A figure that could not be measured, and why."""

    model: ModelName
    name: str
    reason: str


class Definition(Strict):
    """What a figure is: how it is computed, how refused photographs count, what is better."""

    title: str
    in_words: str
    refused_count_as: str
    better: Literal["higher", "lower"]
    lowest: float
    highest: float
    """Ends of the scale that a reader expects."""


class Series(Strict):
    """Points of one line, or one row of a table of counts, on a plot."""

    name: str
    x: list[float]
    y: list[float]


class Plot(Strict):
    """The numbers behind one plot."""

    kind: Literal[
        "roc",
        "reliability",
        "bland_altman",
        "confusion",
        "distribution",
        "decision_curve",
        "incidence",
    ]
    model: ModelName
    title: str
    set: str
    people: Count
    photographs: Count
    x_label: str
    y_label: str
    series: list[Series]
    note: str = ""
    """What a reader must know to read it; empty where the axes say all."""


class PairedDifference(Strict):
    """One figure of this evaluation less the same figure of another, on the same photographs."""

    model: ModelName
    name: str
    set: str
    value: float
    other: float
    difference: float
    interval_95: tuple[float, float]
    """Of the difference, by bootstrap over persons, both sides drawn alike."""
    people: Count
    photographs: Count


class Comparison(Strict):
    """The other evaluation that this one was set against."""

    bundles: list[JudgedBundle]
    differences: list[PairedDifference]


class Evaluation(Strict):
    """The whole evaluation.json."""

    schema_: Literal["foreseye.evaluation/1"] = Field(default=EVALUATION_SCHEMA, alias="schema")
    split: Split
    made_with: dict[str, str]
    bundles: list[JudgedBundle] = Field(min_length=1)
    sets: list[JudgedSet]
    metrics: dict[ModelName, list[Metric]]
    subgroups: dict[ModelName, list[Metric]]
    missing: list[MissingFigure]
    definitions: dict[str, Definition]
    """By the name of the figure."""
    plots: list[Plot]
    notes: list[str]
    """How the baselines were tuned, and other choices that no figure shows."""
    comparison: Comparison | None = None
    use: Literal["Research use only. Not a medical device."] = USE

    def to_json(self) -> str:
        """Return the text of evaluation.json; what is absent has no key."""
        return contract_json(self)
