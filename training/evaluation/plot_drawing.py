"""Plots as SVG text, drawn by matplotlib: without a window or a date, so repeatable to the byte."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_runtime.contracts.evaluation import Plot, Series

BLUE, ORANGE, GREY, DARK = "#1f5fa8", "#c45a11", "#8a8f98", "#22262b"
COLOURS = (BLUE, ORANGE, GREY, DARK)
"""Blue and orange differ for colour-blind readers too; lines also differ in their dashes."""
Place = Literal["lower right", "upper left", "upper right", "upper center"]
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
SIZE_INCH = (4.2, 3.3)

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: readable by machines, and small
    "svg.hashsalt": "foreseye",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": DARK,
    "xtick.color": DARK,
    "ytick.color": DARK,
}


def svg_of(plot: Plot) -> str:
    """Return a plot as an <svg> element, without XML header, with its title for screen readers."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=SIZE_INCH, layout="constrained")
        axes = figure.subplots()
        DRAWN[plot.kind](axes, plot)
        axes.set_xlabel(plot.x_label)
        axes.set_ylabel(plot.y_label)
        return svg_text(figure, f"{plot.model}-{plot.set}-{plot.title}")


def svg_text(figure: Figure, name: str) -> str:
    """Return a figure as an <svg> element whose ids begin with `name`; call it under STYLE."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    return _own_ids(svg[svg.index("<svg") :], name)


def _own_ids(svg: str, name: str) -> str:
    """Return the SVG with ids that no other plot of the page has."""
    prefix = re.sub(r"[^a-z0-9]+", "-", name.lower())
    svg = re.sub(r'id="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'xlink:href="#([^"]+)"', rf'xlink:href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)


def _lines(axes: Axes, series: list[Series], marker: str = "") -> None:
    for line, colour, dash in zip(series, COLOURS, DASHES, strict=False):
        axes.plot(line.x, line.y, color=colour, linestyle=dash, marker=marker, label=line.name)


def _legend(axes: Axes, place: Place) -> None:
    axes.legend(loc=place, frameon=False, fontsize=8)


def _roc(axes: Axes, plot: Plot) -> None:
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=":")
    axes.text(0.56, 0.5, "chance", color=GREY, fontsize=8)
    _lines(axes, plot.series)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    _legend(axes, "lower right")


def _reliability(axes: Axes, plot: Plot) -> None:
    axes.plot(
        [0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=":", label="perfectly calibrated"
    )
    _lines(axes, plot.series, marker="o")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    _legend(axes, "upper left")


def _bland_altman(axes: Axes, plot: Plot) -> None:
    points, *levels = plot.series
    axes.scatter(points.x, points.y, s=14, color=BLUE, alpha=0.8, linewidths=0)
    axes.axhline(0.0, color=GREY, linewidth=0.8, linestyle=":")
    for level in levels:
        solid = level.name == "bias"
        axes.axhline(level.y[0], color=ORANGE, linewidth=1.2, linestyle="-" if solid else "--")
        axes.annotate(
            f"{level.name} {level.y[0]:+.3f}",
            (1.0, level.y[0]),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=ORANGE,
        )
    reach = max(abs(v) for s in plot.series for v in s.y) * 1.2
    axes.set_ylim(-reach, reach)


def _confusion(axes: Axes, plot: Plot) -> None:
    table = np.array([line.y for line in plot.series])
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    rows, columns = table.shape
    # Drawn as squares, not as an image: the page holds no picture that was not drawn as lines.
    edges = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    axes.pcolormesh(*edges, share, cmap="Blues", vmin=0, vmax=1)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    for (row, column), count in np.ndenumerate(table):
        colour = "white" if share[row, column] > 0.5 else DARK
        axes.text(column, row, f"{count:.0f}", ha="center", va="center", color=colour)
    axes.set_xticks(range(columns))
    axes.set_yticks(range(rows))
    axes.spines[:].set_visible(False)


def _distribution(axes: Axes, plot: Plot) -> None:
    width = plot.series[0].x[1] - plot.series[0].x[0]
    for line, colour, hatch in zip(plot.series, COLOURS, ("", "///", ""), strict=False):
        axes.bar(
            line.x,
            line.y,
            width,
            color=colour,
            alpha=0.55,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
            label=line.name,
        )
    axes.set_xlim(0, 1)
    _legend(axes, "upper center")


def _decision_curve(axes: Axes, plot: Plot) -> None:
    _lines(axes, plot.series)
    top = max(max(line.y) for line in plot.series)
    axes.set_ylim(-0.15 * top, 1.1 * top)
    _legend(axes, "upper right")


def _incidence(axes: Axes, plot: Plot) -> None:
    top = 1.08 * max(max(line.x + line.y) for line in plot.series)
    axes.plot([0, top], [0, top], color=GREY, linewidth=0.8, linestyle=":", label="as said")
    _lines(axes, plot.series, marker="o")
    axes.set(xlim=(0, top), ylim=(0, top))
    _legend(axes, "upper left")


DRAWN: dict[str, Callable[[Axes, Plot], None]] = {
    "roc": _roc,
    "reliability": _reliability,
    "bland_altman": _bland_altman,
    "confusion": _confusion,
    "distribution": _distribution,
    "decision_curve": _decision_curve,
    "incidence": _incidence,
}
