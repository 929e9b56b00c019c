"""What the figures of forecasts by events are, in words."""

from __future__ import annotations

from edge_runtime.contracts.evaluation import Definition

LEFT_OUT = "left out with their people"


def _definition(
    title: str, in_words: str, better: str, lowest: float, highest: float
) -> Definition:
    return Definition.model_validate(
        {
            "title": title,
            "in_words": in_words,
            "refused_count_as": LEFT_OUT,
            "better": better,
            "lowest": lowest,
            "highest": highest,
        }
    )


_OFF = "of |observed incidence, smoothed along the forecast, - forecast|"
DEFINITIONS = {
    "uno_c": _definition(
        "Concordance (Uno's C)",
        "Of two people of whom one had the event sooner, within five years, how often that one was "
        "given the higher chance; who died first never had it, who was lost is weighed out.",
        "higher", 0.5, 1.0,
    ),
    "area_at_horizon": _definition(
        "Area under the curve at five years",
        "ROC of the event by five years against none by then, death first being none.",
        "higher", 0.5, 1.0,
    ),
    "integrated_brier": _definition(
        "Integrated Brier score",
        "Mean squared error of the chance of the event, over one to ten years or as far as thirty "
        "people were in view.",
        "lower", 0.0, 0.1,
    ),
    "observed_over_expected": _definition(
        "Observed over expected",
        "Aalen-Johansen incidence at five years over the mean forecast; 1 is right.",
        "higher", 0.5, 1.5,
    ),
    "ici": _definition("Integrated calibration index", f"Mean {_OFF}.", "lower", 0.0, 0.1),
    "e50_of_events": _definition("E50", f"Median {_OFF}.", "lower", 0.0, 0.1),
    "e90_of_events": _definition("E90", f"90th percentile {_OFF}.", "lower", 0.0, 0.1),
    "net_benefit": _definition(
        "Net benefit at the mean",
        "Of acting on a five-year chance of the mean incidence or more; acting on all or on nobody "
        "gains 0 there.",
        "higher", 0.0, 0.05,
    ),
}  # fmt: skip
