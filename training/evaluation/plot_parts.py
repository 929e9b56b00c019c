"""Parts that several plots share."""

from __future__ import annotations

import numpy as np

from edge_runtime.contracts.bundle import ModelName
from edge_runtime.contracts.evaluation import Plot, Series
from training.evaluation.sheet import Sheet
from training.evaluation.statistics import Numbers

MOST_POINTS = 201
BINS = 20


def plot(
    sheet: Sheet, kind: str, model: ModelName, title: str, set_name: str, **more: object
) -> Plot:
    """Return a plot of the rows of a sheet. Raises pydantic.ValidationError for an unknown kind."""
    return Plot.model_validate(
        {
            "kind": kind,
            "model": model,
            "title": title,
            "set": set_name,
            "people": sheet.people,
            "photographs": len(sheet),
            **more,
        }
    )


def distribution(
    sheet: Sheet, model: ModelName, title: str, set_name: str, groups: dict[str, Numbers]
) -> Plot:
    """Return the histograms of probabilities, one a group."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    middles = ((edges[:-1] + edges[1:]) / 2.0).tolist()
    return plot(
        sheet,
        "distribution",
        model,
        title,
        set_name,
        x_label="Probability",
        y_label="Photographs",
        series=[
            Series(
                name=f"{name} ({len(values)})",
                x=middles,
                y=np.histogram(values, edges)[0].astype(float).tolist(),
            )
            for name, values in groups.items()
        ],
    )


def thinned(name: str, x_N: Numbers, y_N: Numbers) -> Series:
    """Return a line with at most MOST_POINTS points, its ends among them."""
    every = np.unique(np.linspace(0, len(x_N) - 1, min(len(x_N), MOST_POINTS)).round().astype(int))
    return Series(name=name, x=np.round(x_N[every], 5).tolist(), y=np.round(y_N[every], 5).tolist())
