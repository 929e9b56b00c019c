"""What a bundle says of itself, for a person: what each model learned from and how it was judged.

Pure: reads the bundle.json that the service sends (`foreseye.bundle/1`); what an older or newer one
lacks is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Learned:
    """How many people and photographs one model learned from, by kind of evidence."""

    model: str
    people: Mapping[str, int]
    """By real and drawn; those of train and tune."""
    photographs: Mapping[str, int]


@dataclass(frozen=True)
class Judged:
    """One measured figure of a model, beside what a simple answer would have got."""

    model: str
    name: str
    value: float
    interval_95: tuple[float, float] | None
    set: str
    people: int
    baseline: float | None


def learned(bundle_json: str) -> list[Learned]:
    """Return what each model learned from, in the bundle's order."""
    models: Mapping[str, Any] = json.loads(bundle_json).get("data_statement", {}).get("models", {})
    return [
        Learned(model, _sum(sets, "people"), _sum(sets, "photographs"))
        for model, sets in models.items()
    ]


def judged(bundle_json: str) -> list[Judged]:
    """Return each measured figure, model by model."""
    read: Mapping[str, Any] = json.loads(bundle_json)
    entries = dict(read.get("models", {}))
    if read.get("measured_quality"):
        entries["quality"] = read["measured_quality"]
    return [figure for model, entry in entries.items() for figure in _figures(model, entry)]


def terms(bundle_json: str) -> str:
    """Return the terms of the weights; "" where none are stated."""
    return str(json.loads(bundle_json).get("data_statement", {}).get("terms_of_the_weights", ""))


def _figures(model: str, entry: Mapping[str, Any]) -> Iterator[Judged]:
    for metric in entry.get("metrics", ()):
        interval = metric.get("interval_95")
        yield Judged(
            model=model,
            name=str(metric["name"]),
            value=float(metric["value"]),
            interval_95=(float(interval[0]), float(interval[1])) if interval else None,
            set=str(metric.get("set", "")),
            people=int(metric.get("people") or 0),
            baseline=metric.get("baseline"),
        )


def _sum(sets: list[Mapping[str, Any]], what: str) -> dict[str, int]:
    """Return the people or photographs of train and tune, real and drawn apart; 0 is said too."""
    found = {"real": 0, "drawn": 0}
    for each in sets:
        counted = each.get(what, {})
        kind = str(each.get("evidence_kind", "real"))
        found[kind] = found.get(kind, 0) + counted.get("train", 0) + counted.get("tune", 0)
    return found
