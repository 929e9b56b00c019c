"""The sections of the page on the population: incidence, hazard ratios, ladder."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from training.drawn.report.plotting import NAME_OF_SEX, ages, in_words, wide
from training.drawn.report.population_plots import (
    forest_plot,
    incidence_plot,
    ladder_plot,
    ratio_plot,
    sign_plot,
)
from training.drawn.report.record import Population, Sign
from training.evaluation.page_parts import number, table

NUMBER = "number"


def incidence_section(population: Population) -> str:
    """Return true against cited rates, and what is missed."""
    missed = [band for band in population.bands if band.missed]
    rows = [
        (escape(in_words(b.condition)), NAME_OF_SEX[b.sex], ages(b.from_age, b.until_age),
         f"{b.cited:.2f}", f"{b.true:.2f}", f"{b.ratio:.2f}", f"{b.person_years:,.0f}",
         str(b.events))
        for b in missed
    ]  # fmt: skip
    head = ("Missed", "", "Ages", "Cited", "True", "Ratio", "Person-years", "Events")
    kinds = ("", "", NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER)
    found = table(head, rows, kinds) if rows else "<p>None is missed.</p>"
    return (
        '<h2 id="incidence">Incidence by age and sex</h2>'
        f"<p>True hazards of {population.bodies:,} bodies, averaged over the time at risk, against "
        f"the rates cited in <code>reference_population.toml</code>: {len(missed)} of "
        f"{len(population.bands)} bands are more than a fifth off.</p>"
        f"{wide(incidence_plot(population.bands))}{wide(ratio_plot(population.bands))}{found}"
    )


def ratios_section(population: Population) -> str:
    """Return hazard ratios put in and found, and each retinal sign beside its study."""
    rows = population.recovered
    outside = [sign for sign in population.signs if sign.inside is False]
    known = [sign for sign in population.signs if sign.published is not None]
    return (
        '<h2 id="ratios">Hazard ratios put in, and found again</h2>'
        f"<p>Start-stop Cox fit (lifelines) on true states: {sum(r.covered for r in rows)} of "
        f"{len(rows)} intervals cover what was put in ({100 * population.covered:.0f}"
        f"\N{NO-BREAK SPACE}%, wanted 90), largest |z| {population.largest_z:.1f} (wanted below "
        f"3.5).</p>{wide(forest_plot(rows))}"
        "<h3>Retinal signs as their studies fitted them</h3>"
        "<p>First visit, ten years, the study's own adjustment set: "
        f"{len(known) - len(outside)} of {len(known)} signs with a published interval lie in it. "
        "Signs are true ones: a photograph shows less.</p>"
        f"{wide(sign_plot(population.signs))}{_sign_table(population.signs)}"
    )


def _sign_table(signs: Sequence[Sign]) -> str:
    rows = [
        (escape(in_words(s.condition)), escape(in_words(s.sign)), number(s.put_in),
         f"{number(s.fitted)} ({number(s.low)} to {number(s.high)})",
         "assumed" if s.published is None
         else f"{number(s.published[0])} to {number(s.published[1])}",
         {None: "", True: "inside", False: "<strong>outside</strong>"}[s.inside],
         str(s.events), escape(", ".join(in_words(name) for name in s.adjusted)))
        for s in signs
    ]  # fmt: skip
    head = (
        "Condition",
        "Sign",
        "Put in",
        "Fitted, 95 %",
        "Published",
        "",
        "Events",
        "Adjusted for",
    )
    return table(head, rows, ("", "", NUMBER, NUMBER, NUMBER, "", NUMBER, "soft"))


def ladder_section(population: Population) -> str:
    """Return the ladder of C."""
    rows = [
        (escape(in_words(r.condition)), *(number(v) for v in (r.age_sex, r.covariates, r.signs)),
         number(r.oracle), f"{r.signs - r.covariates:+.3f} \N{PLUS-MINUS SIGN} {r.gain_error:.3f}",
         f"{r.standard_error:.3f}", f"{r.people:,}")
        for r in population.ladder
    ]  # fmt: skip
    head = ("Condition", "Age + sex", "+ covariates", "+ true retinal signs", "Oracle",
            "Signs add", "Standard error", "People")  # fmt: skip
    return (
        '<h2 id="ladder">What can be told at all</h2><p>C at ten years against true probabilities: '
        "the chance that of two people, one who will have the event and one who will not, the "
        "first has the higher score. The oracle is the ceiling; what is between covariates and "
        "signs is all that a photograph can add. Each rung is a fit on four fifths of the people, "
        "judged on the last, five times; the standard error of the least certain rung stands "
        "beside it.</p>"
        f"{wide(ladder_plot(population.ladder))}{table(head, rows, ('', *[NUMBER] * 7))}"
    )
