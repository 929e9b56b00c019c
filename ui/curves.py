"""The curves of one forecast condition as a picture: chance by year, with its interval.

The step that is shown is drawn with its 90 % interval; the steps that know less lie beside it,
dashed. The scale is said on the axis, since a small chance must not look like a large one. An SVG
inside an `img`, as the screen's sanitiser takes plain HTML alone.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from edge_runtime.wire.client import Forecast, ForecastStep
from ui.wording import say

WIDTH, HEIGHT = 380, 170
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 12, 28
TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Ends of the axis of chances: the least that holds the whole interval."""

STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#4a6069}.rule{stroke:#d5dfe4}"
    "polyline{fill:none;stroke-linejoin:round}.shown{stroke:#0b5d6b;stroke-width:2.5}"
    ".less{stroke:#6b7d86;stroke-width:1.5;stroke-dasharray:5 4}"
    ".band{fill:#0b5d6b;opacity:.14}"
    "@media(prefers-color-scheme:dark){text{fill:#a9bcc4}.rule{stroke:#2c3b42}"
    ".shown{stroke:#5cc0d1}.less{stroke:#8fa5af}.band{fill:#5cc0d1}}</style>"
)
"""The colours of clinic.css: a picture does not see the page's own style."""

Points = list[tuple[float, float]]


def curves(horizons: Sequence[Forecast], steps: Sequence[str]) -> str:
    """Return the picture of one condition; `steps` from the one that knows most, which is shown.

    Empty where no step has a number.
    """
    read = {name: _points(horizons, name) for name in steps}
    given = {name: points for name, points in read.items() if len(points) > 1}
    if not given:
        return ""
    shown = next(iter(given))
    band = _band(horizons, shown)
    end = _top([y for points in (*given.values(), band) for _, y in points])
    years = max(x for x, _ in given[shown])
    lines = [
        f'<polyline class="{"shown" if name == shown else "less"}" '
        f'points="{_path(points, years, end)}"/>'
        for name, points in reversed(given.items())
    ]
    area = f'<polygon class="band" points="{_path(band, years, end)}"/>' if band else ""
    drawn = f"{STYLE}{_axes(years, end)}{area}{''.join(lines)}"
    return _picture(drawn)


def _picture(drawn: str) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{drawn}</svg>'
    )
    code = base64.b64encode(svg.encode()).decode("ascii")
    words = escape(say("forecast.curve"))
    return f'<img class="fs-curve" alt="{words}" src="data:image/svg+xml;base64,{code}">'


def _points(horizons: Sequence[Forecast], step: str) -> Points:
    """Return year and chance of one step, from nothing at year 0; without steps, that alone."""
    found: Points = [(0.0, 0.0)]
    for forecast in horizons:
        read: ForecastStep | None = getattr(forecast.steps, step)
        if read is not None and read.value is not None:
            found.append((forecast.horizon_years, read.value))
    return found


def _band(horizons: Sequence[Forecast], step: str) -> Points:
    """Return the outline of the interval: out along its upper end, back along the lower."""
    upper: Points = [(0.0, 0.0)]
    lower: Points = []
    for forecast in horizons:
        read: ForecastStep | None = getattr(forecast.steps, step)
        if read is not None and read.interval_90 is not None:
            low, high = read.interval_90
            upper.append((forecast.horizon_years, high))
            lower.append((forecast.horizon_years, low))
    return [*upper, *reversed(lower)] if lower else []


def _top(chances: Sequence[float]) -> float:
    return next((top for top in TOPS if max(chances) <= top), TOPS[-1])


def _path(points: Points, years: float, end: float) -> str:
    return " ".join(f"{_x(x, years):.1f},{_y(y, end):.1f}" for x, y in points)


def _x(year: float, years: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * year / years


def _y(chance: float, end: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * chance / end


def _axes(years: float, end: float) -> str:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share * end, end)
        parts.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        told = f"{100 * share * end:g}"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{told}</text>')
    for year in (0.0, years / 2.0, years):
        anchor = "end" if year == years else "middle"
        parts.append(
            f'<text x="{_x(year, years):.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{year:g}'
            f"{escape(say('forecast.years')) if year == years else ''}</text>"
        )
    parts.append(f'<text x="{LEFT + 4}" y="{TOP + 12}">{escape(say("forecast.scale"))}</text>')
    return "".join(parts)
