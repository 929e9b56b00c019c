"""The sections of the page on the cohort: what was drawn, what came, what eyes measure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.report.cohort_plots import course_plot, measure_plot
from training.drawn.report.measures import MEASURES
from training.drawn.report.plotting import NAME_OF_SEX, ages, in_words, wide
from training.drawn.report.record import AtHorizon, BesidePublished, Counted, Course, Report
from training.evaluation.page_parts import number, table

FEWEST_EVENTS = 10
"""With fewer the intervals of Aalen-Johansen are too short to judge by."""
NUMBER = "number"
DASH = "\N{EN DASH}"


def drawn_section(report: Report) -> str:
    """Return what lies in the folder and what population it is of."""
    drawn, population = report.drawn, report.population
    arguments = ", ".join(f"{key} {value!r}" for key, value in drawn.arguments.items())
    weight = drawn.arguments["sampling_weight"]
    chosen = (
        f" Only people who met <code>{escape(str(drawn.arguments['require']))}</code> at their "
        f"first visit; weight {weight}: times a rate here it is a rate of the population."
        if drawn.arguments["require"] else ""
    )  # fmt: skip
    counts = "".join(
        f"<div>{_counts(title, counted)}</div>"
        for title, counted in (
            ("Camera", drawn.cameras),
            ("Defect", drawn.defects),
            ("Grade", drawn.grades),
        )
    )
    return (
        '<h2 id="drawn">What was drawn</h2>'
        f"<p>{drawn.people} people ({drawn.women} women), {drawn.eyes} eyes, {drawn.visits} "
        f"visits, {drawn.photographs} photographs, {drawn.ungradable} of them such that no grader "
        f"could read them.{chosen}</p><p><strong>{escape(population.name)}.</strong> "
        f'{escape(population.statement)}</p><div class="counts">{counts}</div>'
        f'<p class="soft">Drawn with {escape(arguments)}. Parameters of the cohort: '
        f"<code>{drawn.parameters_sha256}</code>. Measured below: {population.bodies:,} bodies, "
        f"seed {population.seed}, parameters <code>{population.parameters_sha256}</code>.</p>"
    )


def _counts(title: str, counted: Sequence[Counted]) -> str:
    rows = [(escape(in_words(one.name)), str(one.photographs)) for one in counted]
    return table((title, "Photographs"), rows, ("", NUMBER))


def courses_section(report: Report) -> str:
    """Return Aalen-Johansen curves of the cohort with the oracle's means laid over."""
    happened = [course for course in report.courses if course.events]
    silent = [in_words(course.condition) for course in report.courses if not course.events]
    said = f"<p>No event among those at risk: {escape(', '.join(silent))}.</p>" if silent else ""
    judged = [c for c in happened if c.events >= FEWEST_EVENTS]
    told = [(h.interval_95, h.oracle) for c in judged for h in c.horizons]
    held = [low <= oracle <= high for (low, high), oracle in ((i, o) for i, o in told if i)]
    verdict = (
        f"{sum(held)} of {len(held)} intervals of conditions with {FEWEST_EVENTS} events or more "
        "hold the diamond; they are not independent."
        if held else f"No condition has {FEWEST_EVENTS} events: too few to judge by."
    )  # fmt: skip
    return (
        '<h2 id="courses">What came to these people</h2><p>Aalen-Johansen estimates (lifelines) of '
        "the cohort's outcomes, death competing, of those at risk at their first visit; diamonds "
        "are the mean of what their true states foretold at 1, 2, 3, 5 and 10 years. "
        f"{verdict}</p>"
        f"{wide(course_plot(happened)) if happened else ''}{said}{_course_table(happened)}"
    )


def _course_table(courses: Sequence[Course]) -> str:
    rows = [
        (escape(in_words(c.condition)), str(c.people), str(c.events), str(c.deaths_first),
         *(_at_horizon(h) for h in c.horizons))
        for c in courses
    ]  # fmt: skip
    if not rows:
        return ""
    horizons = [f"{years} y" for years in HORIZONS_YEARS]
    head = ("Condition", "People", "Events", "Died first", *horizons)
    told = "<p>By each horizon: what came / what was foretold.</p>"
    return told + table(head, rows, ("", *[NUMBER] * (3 + len(horizons))))


def _at_horizon(horizon: AtHorizon) -> str:
    came = DASH if horizon.estimate is None else number(horizon.estimate)
    return f"{came} / {number(horizon.oracle)}"


def measures_section(report: Report) -> str:
    """Return biomarkers and covariates by age and sex beside published means."""
    population = report.population
    rows = [_measure_row(one) for one in population.beside_published]
    head = ("Measure", "", "Ages", "Published mean (SD)", "Bodies: mean (SD)", "Off by", "Source")
    plot = measure_plot(population.spreads, report.eyes_measured, population.beside_published)
    return (
        '<h2 id="measures">Biomarkers and covariates</h2><p>True values at the first visit, right '
        "eyes of bodies, both eyes of drawn ones: means with one standard deviation. Black: "
        "published mean; grey: its standard deviation, which holds the error of measurement "
        "too. Dashed is what is cited from memory. For arc over chord no study was found that "
        "measures it so; it stands without.</p>"
        f"{wide(plot)}{table(head, rows, ('', '', NUMBER, NUMBER, NUMBER, NUMBER, 'soft'))}"
    )


def _measure_row(one: BesidePublished) -> tuple[str, ...]:
    published = f"{one.published_mean:g}"
    off = DASH
    if one.published_sd is not None:
        published += f" ({one.published_sd:g})"
        off = f"{number((one.mean - one.published_mean) / one.published_sd)} SD"
    sex = "" if one.sex is None else NAME_OF_SEX[one.sex]
    source = escape(one.source) + ("" if one.verified else "; <strong>to be verified</strong>")
    band = ages(one.from_age, one.until_age)
    mean = f"{one.mean:.4g} ({one.sd:.3g})"
    return escape(MEASURES[one.measure]), sex, band, published, mean, off, source
