"""Figures of a forecast as lines of text, the baseline beside each."""

from __future__ import annotations

from collections.abc import Sequence

from edge_runtime.contracts.bundle import Metric

TOLD_APART = ("condition", "horizon_years", "known")


def in_words(metrics: Sequence[Metric]) -> str:
    """Return one line a figure, by figure, then as judged."""
    names = dict.fromkeys(metric.name for metric in metrics)
    return "\n".join(_line(m) for name in names for m in metrics if m.name == name)


def _line(metric: Metric) -> str:
    part = metric.subgroup or {}
    of = [value for name, value in part.items() if name not in TOLD_APART]
    where = ", ".join([part["condition"], f"{part['horizon_years']} years", *of])
    interval = ""
    if metric.interval_95 is not None:
        interval = f" ({metric.interval_95[0]:.3f} to {metric.interval_95[1]:.3f})"
    against = ""
    if metric.baseline is not None:
        against = f"; {metric.baseline_name}: {metric.baseline:.3f}"
    return (
        f"{metric.name}, {where}, {part['known']}: {metric.value:.3f}{interval}{against} "
        f"[{metric.people} people]"
    )
