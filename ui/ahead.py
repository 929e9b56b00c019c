"""Forecasts as HTML: of 100 people like this one, how many by when, and what each step adds.

Frequencies with one denominator, the horizon beside them, never a bare "low" or "high". Steps are
shown side by side so that anyone sees what the picture adds, each with its evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from edge_runtime.wire.client import Forecast, ForecastStep
from ui.curves import curves
from ui.exam_view import STEPS_SHOWN, is_conditional, steps_allowed
from ui.parts import badge
from ui.told import told
from ui.wording import number, say, say_count, say_or


def forecasts(
    forecast: Sequence[Forecast], research: bool = False, for_the_person: bool = True
) -> str:
    """Return one box a condition, in the order in which the service sent them.

    `research` shows the step with photographs too, whatever it was judged on. A chance that holds
    only if something is so that nobody knows of this person is no number `for_the_person`.
    """
    boxes = "".join(
        _condition(condition, list(horizons), research, for_the_person)
        for condition, horizons in groupby(forecast, key=lambda f: f.condition.value)
    )
    three = any(len(steps_allowed(each, research)) == len(STEPS_SHOWN) for each in forecast)
    return f'<div class="fs-ahead{" fs-wide" if three else ""}">{boxes}</div>'


def any_held_back(forecast: Sequence[Forecast]) -> bool:
    """Return whether a step with photographs exists that this screen does not show."""
    return any(
        f.steps is not None
        and f.steps.photographs is not None
        and "photographs" not in steps_allowed(f)
        for f in forecast
    )


def of_100(chance: float) -> str:
    """Return "3 of 100" for 0.031."""
    count = round(100 * chance)
    if count == 0:
        return say("forecast.under_1_of_100")
    return say("forecast.of_100", count=count)


def _condition(
    condition: str, horizons: Sequence[Forecast], research: bool, for_the_person: bool
) -> str:
    title = escape(say_or(f"condition.{condition}", condition.replace("_", " ")))
    kept_back = for_the_person and any(map(is_conditional, horizons))
    given = [] if kept_back else [f for f in horizons if f.steps is not None]
    missing = dict.fromkeys(f.sentence for f in horizons if f.sentence)
    body = "".join(f'<p class="from">{escape(told(sentence))}</p>' for sentence in missing)
    if given:
        steps = steps_allowed(given[0], research)
        body = curves(given, steps) + _table(given, title, steps[::-1]) + body
    return f"<section><h3>{title}</h3>{body}</section>"


def _table(horizons: Sequence[Forecast], caption: str, steps: Sequence[str]) -> str:
    heads = "".join(_step_head(horizons[0], step) for step in steps)
    rows = "".join(
        f'<tr><th scope="row">{escape(_years(f.horizon_years))}</th>'
        + "".join(f"<td>{_cell(f, step)}</td>" for step in steps)
        + "</tr>"
        for f in horizons
    )
    return (
        f'<table><caption class="fs-unseen">{caption}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _step_head(forecast: Forecast, step: str) -> str:
    evidence = _step(forecast, step).evidence
    sign = f"<br>{badge(evidence)}" if evidence is not None else ""
    return f'<th scope="col">{escape(say(f"forecast.step.{step}"))}{sign}</th>'


def _cell(forecast: Forecast, step: str) -> str:
    read = _step(forecast, step)
    if read.value is None:
        return f"<small>{escape(told(read.sentence) or say('forecast.none'))}</small>"
    words = f"<b>{escape(of_100(read.value))}</b>"
    if read.interval_90 is not None:
        low, high = (round(100 * end) for end in read.interval_90)
        words += f"<small>{escape(say('forecast.interval', low=low, high=high))}</small>"
    return words


def _step(forecast: Forecast, step: str) -> ForecastStep:
    read: ForecastStep = getattr(forecast.steps, step)
    return read


def _years(years: float) -> str:
    return say_count("forecast.in_years", years, years=number(years))
