"""Plots of the population: incidence, hazard ratios, retinal signs, the ladder."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from training.drawn.report.plotting import (
    COLOUR_OF_SEX,
    NAME_OF_SEX,
    drawing,
    in_words,
    plain_log_axis,
)
from training.drawn.report.record import MISSED_BY, Band, Ladder, Recovered, Sign
from training.evaluation.plot_drawing import BLUE, DARK, GREY, ORANGE

ROW_INCH = 0.175
RUNGS = (
    ("age_sex", "age + sex", "o", GREY),
    ("covariates", "+ covariates", "s", BLUE),
    ("signs", "+ true retinal signs", "D", ORANGE),
    ("oracle", "oracle", "|", DARK),
)


def incidence_plot(bands: Sequence[Band]) -> str:
    """Return rates by age and sex, a panel a condition: lines true, crosses cited."""
    names = list(dict.fromkeys(band.condition for band in bands))
    with drawing("incidence", len(names)) as made:
        for axes, name in zip(made.panels, names, strict=True):
            for sex in COLOUR_OF_SEX:
                own = [b for b in bands if b.condition == name and b.sex == sex]
                middle = [(b.from_age + b.until_age) / 2 for b in own]
                colour = COLOUR_OF_SEX[sex]
                axes.plot(middle, [b.true for b in own], color=colour, lw=1.4,
                          label=f"{NAME_OF_SEX[sex]}, true")  # fmt: skip
                axes.plot(middle, [b.cited for b in own], "x", color=colour, ms=5,
                          label=f"{NAME_OF_SEX[sex]}, cited")  # fmt: skip
            axes.set_yscale("log")
            plain_log_axis(axes.yaxis)
            axes.set_title(in_words(name), fontsize=9)
            axes.tick_params(labelsize=7)
        handles, labels = made.panels[0].get_legend_handles_labels()
        made.figure.legend(handles, labels, loc="outside upper center", ncols=4, frameon=False)
        made.figure.supxlabel("Age, years", fontsize=9)
        made.figure.supylabel("Per 1000 person-years at risk", fontsize=9)
    return made.svg


def ratio_plot(bands: Sequence[Band]) -> str:
    """Return the true over the cited rate of every band, the youngest of a condition on top."""
    names = list(dict.fromkeys(band.condition for band in bands))
    with drawing("ratios", size=(9.5, 0.42 * len(names) + 0.9)) as made:
        (axes,) = made.panels
        axes.axvspan(*MISSED_BY, color=GREY, alpha=0.18, linewidth=0)
        axes.axvline(1.0, color=GREY, lw=0.8)
        for row, name in enumerate(names):
            _ratios_of(axes, row, [band for band in bands if band.condition == name])
        axes.set_yticks(range(len(names)), [in_words(name) for name in names])
        axes.invert_yaxis()
        axes.set_xscale("log")
        _plain_ticks(axes, (0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0))
        axes.set_xlabel("True rate over cited rate (grey: 0.8 to 1.2)")
        _legend_above(made.figure, [("o", COLOUR_OF_SEX[s], NAME_OF_SEX[s]) for s in COLOUR_OF_SEX])
    return made.svg


def _ratios_of(axes: Axes, row: int, bands: Sequence[Band]) -> None:
    for sex, side in (("F", -0.17), ("M", 0.17)):
        own = [band for band in bands if band.sex == sex]
        places = [row + side + 0.025 * (k - len(own) / 2) for k in range(len(own))]
        for missed in (False, True):
            kept = [(b.ratio, y) for b, y in zip(own, places, strict=True) if b.missed == missed]
            face = "none" if missed else COLOUR_OF_SEX[sex]
            axes.scatter([x for x, _ in kept], [y for _, y in kept], s=18, facecolors=face,
                         edgecolors=COLOUR_OF_SEX[sex], linewidths=1.1)  # fmt: skip


def forest_plot(rows: Sequence[Recovered]) -> str:
    """Return every hazard ratio put in beside the one found, with its interval."""
    with drawing("forest", size=(9.5, ROW_INCH * len(rows) + 1.1)) as made:
        (axes,) = made.panels
        for place, row in enumerate(rows):
            colour = BLUE if row.covered else ORANGE
            axes.plot([row.low, row.high], [place, place], color=colour, lw=1.6)
            axes.plot(row.found, place, "o", color=colour, ms=3.5)
            axes.plot(row.put_in, place, "|", color=DARK, ms=8, mew=1.4)
        names = [f"{in_words(row.condition)}: {in_words(row.state)}" for row in rows]
        _rows(axes, names, "Hazard ratio, each per its own unit")
        marks = (("|", DARK, "put in"), ("o", BLUE, "found, 95 % interval"),
                 ("o", ORANGE, "found, not covered"))  # fmt: skip
        _legend_above(made.figure, marks)
    return made.svg


def sign_plot(signs: Sequence[Sign]) -> str:
    """Return each sign's fitted effect over its published interval."""
    with drawing("signs", size=(9.5, 0.26 * len(signs) + 1.2)) as made:
        (axes,) = made.panels
        for place, sign in enumerate(signs):
            if sign.published is not None:
                axes.plot(sign.published, [place, place], color=GREY, lw=8, alpha=0.45,
                          solid_capstyle="butt")  # fmt: skip
            colour = ORANGE if sign.inside is False else BLUE
            axes.plot([sign.low, sign.high], [place, place], color=colour, lw=1.6)
            axes.plot(sign.fitted, place, "o", color=colour, ms=4.5)
        names = [f"{in_words(sign.condition)}: {in_words(sign.sign)}" for sign in signs]
        _rows(axes, names, "Hazard ratio per the published unit, the study's own adjustment set")
        marks = (("s", GREY, "published interval"), ("o", BLUE, "drawn, 95 % interval"),
                 ("o", ORANGE, "drawn, outside"))  # fmt: skip
        _legend_above(made.figure, marks)
    return made.svg


def ladder_plot(rungs: Sequence[Ladder]) -> str:
    """Return the four rungs of every condition on one line."""
    with drawing("ladder", size=(9.5, 0.36 * len(rungs) + 1.1)) as made:
        (axes,) = made.panels
        for place, rung in enumerate(rungs):
            values = [getattr(rung, name) for name, _, _, _ in RUNGS]
            axes.plot([min(values), max(values)], [place, place], color=GREY, lw=0.8)
            for (_, _, marker, colour), value in zip(RUNGS, values, strict=True):
                size = 14 if marker == "|" else 6
                axes.plot(value, place, marker, color=colour, ms=size, mew=1.6)
        axes.set_yticks(range(len(rungs)), [in_words(rung.condition) for rung in rungs])
        axes.invert_yaxis()
        axes.set_xlim(0.48, 1.0)
        axes.set_xlabel("C at 10 years against true probabilities (0.5: chance)")
        _legend_above(made.figure, [(m, c, label) for _, label, m, c in RUNGS])
    return made.svg


def _rows(axes: Axes, names: Sequence[str], label: str) -> None:
    axes.axvline(1.0, color=GREY, lw=0.8, ls=":")
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xscale("log")
    _plain_ticks(axes, (0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0))
    axes.set_xlabel(label)


def _plain_ticks(axes: Axes, ticks: Sequence[float]) -> None:
    low, high = axes.get_xlim()
    kept = [tick for tick in ticks if low <= tick <= high]
    axes.set_xticks(kept, [f"{tick:g}" for tick in kept])
    axes.set_xticks([], minor=True)
    axes.set_xlim(low, high)


def _legend_above(figure: Figure, marks: Sequence[tuple[str, str, str]]) -> None:
    handles = [
        Line2D([], [], color=colour, marker=marker, linestyle="none", label=label)
        for marker, colour, label in marks
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
