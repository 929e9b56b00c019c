"""Plots of what came to the cohort, and of measures by age and sex beside published means."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from training.drawn.report.measures import MEASURES
from training.drawn.report.plotting import COLOUR_OF_SEX, NAME_OF_SEX, drawing, in_words
from training.drawn.report.record import BesidePublished, Course, Spread
from training.evaluation.plot_drawing import BLUE, DARK, GREY, ORANGE

BESIDE_YEARS = 1.1
"""Women and men of one band stand so far from its middle."""


def course_plot(courses: Sequence[Course]) -> str:
    """Return Aalen-Johansen curves, a panel a condition, the oracle's mean at each horizon."""
    with drawing("courses", len(courses)) as made:
        for axes, course in zip(made.panels, courses, strict=True):
            axes.fill_between(course.years, course.low, course.high, step="post", color=BLUE,
                              alpha=0.18, linewidth=0)  # fmt: skip
            axes.step(course.years, course.incidence, where="post", color=BLUE, lw=1.3,
                      label="Aalen-Johansen, 95 % interval")  # fmt: skip
            axes.plot([h.years for h in course.horizons], [h.oracle for h in course.horizons],
                      "D", color=ORANGE, ms=4, label="mean of the oracle")  # fmt: skip
            axes.set_ylim(bottom=0.0)
            axes.set_xlim(0.0, 15.0)
            axes.set_xticks([0, 5, 10, 15])
            came = f"{course.events} of {course.people} people"
            axes.set_title(f"{in_words(course.condition)}\n{came}", fontsize=8.5)
            axes.tick_params(labelsize=7)
        handles, labels = made.panels[0].get_legend_handles_labels()
        made.figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False)
        made.figure.supxlabel("Years since the first visit", fontsize=9)
        made.figure.supylabel("Cumulative incidence, death competing", fontsize=9)
    return made.svg


def measure_plot(
    bodies: Sequence[Spread], eyes: Sequence[Spread], published: Sequence[BesidePublished]
) -> str:
    """Return means with one standard deviation by age, a panel a measure."""
    known = {spread.measure for spread in (*bodies, *eyes)}
    names = [name for name in MEASURES if name in known]
    with drawing("measures", len(names)) as made:
        for axes, name in zip(made.panels, names, strict=True):
            _published(axes, [one for one in published if one.measure == name])
            _drawn(axes, [s for s in bodies if s.measure == name], "o", "bodies")
            _drawn(axes, [s for s in eyes if s.measure == name], "^", "drawn eyes")
            axes.set_title(MEASURES[name], fontsize=9)
            axes.tick_params(labelsize=7)
            axes.set_xlim(4, 92)
        found = {
            label: handle
            for axes in made.panels
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        made.figure.legend(list(found.values()), list(found), loc="outside upper center", ncols=3,
                           frameon=False)  # fmt: skip
        made.figure.supxlabel("Age at the first visit, years", fontsize=9)
    return made.svg


def _drawn(axes: Axes, spreads: Sequence[Spread], marker: str, of: str) -> None:
    hollow = of == "drawn eyes"
    for sex, side in (("F", -1), ("M", 1)):
        own = [s for s in spreads if s.sex == sex]
        colour = COLOUR_OF_SEX[sex]
        shift = side * BESIDE_YEARS * (2.2 if hollow else 1.0)
        axes.errorbar(
            [(s.from_age + s.until_age) / 2 + shift for s in own], [s.mean for s in own],
            yerr=[s.sd for s in own], fmt=marker, ms=3.5, lw=1.0, color=colour,
            mfc="white" if hollow else colour, label=f"{NAME_OF_SEX[sex]}, {of}",
        )  # fmt: skip


def _published(axes: Axes, published: Sequence[BesidePublished]) -> None:
    for one in published:
        colour = DARK if one.sex is None else COLOUR_OF_SEX[one.sex]
        ends = [one.from_age, min(one.until_age, 90.0)]
        dashes = "-" if one.verified else (0, (3, 2))
        label = "published mean" if one.verified else "published, to be verified"
        axes.plot(ends, [one.published_mean] * 2, color=colour, lw=1.6, ls=dashes, alpha=0.8,
                  label=label if one.sex is None else None)  # fmt: skip
        if one.published_sd is not None:
            low, high = (one.published_mean + s * one.published_sd for s in (-1, 1))
            axes.fill_between(ends, low, high, color=GREY, alpha=0.16, linewidth=0)
