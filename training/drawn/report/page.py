"""The page of the report: one self-contained HTML file, a function of the record and the sheets."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from training.drawn.report.cohort_sections import (
    courses_section,
    drawn_section,
    measures_section,
)
from training.drawn.report.films import Film
from training.drawn.report.population_sections import (
    incidence_section,
    ladder_section,
    ratios_section,
)
from training.drawn.report.record import Report
from training.drawn.report.strips import Shown, Strip
from training.evaluation.page_style import STYLE

OWN_STYLE = """
.wide { overflow-x: auto; margin: 1rem 0; }
.wide svg { width: 100%; min-width: 46rem; height: auto; display: block; }
.strip { margin: 1.1rem 0; }
.strip .row { display: flex; gap: .6rem; overflow-x: auto; }
.strip .title { font-weight: 600; font-size: .95rem; margin-bottom: .2rem; }
.strip figure { margin: 0; }
.strip img { height: 150px; width: auto; display: block; background: #000; border-radius: 3px; }
.strip .lost { height: 150px; width: 150px; border: 1px dashed var(--orange); }
.films { display: flex; flex-wrap: wrap; gap: 1rem; }
.films figure { margin: 0; }
.films img { height: 326px; width: auto; display: block; border-radius: 3px; }
.beside { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; }
.beside .sheet { display: grid; grid-template-columns: repeat(4, 1fr); gap: .4rem; }
.beside figure { margin: 0; }
.beside img { width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2rem; }
.counts .number { width: 30%; }
"""
LOCAL_ONLY = (
    "This page shows photographs of real people of the public sets (role <code>train</code>), "
    "under those sets' terms. It is for this machine: never ship it, never put it into a bundle "
    "or a repository."
)
PLACES = (
    ("drawn", "What was drawn"), ("incidence", "Incidence"), ("ratios", "Hazard ratios"),
    ("ladder", "Ladder"), ("courses", "What came"), ("measures", "Biomarkers"),
    ("time", "Eyes over time"), ("films", "Ten years in a film"),
)  # fmt: skip


@dataclass(frozen=True)
class Sheets:
    """The photographs of a page."""

    strips: Sequence[Strip] = ()
    films: Sequence[Film] = ()
    drawn: Sequence[Shown] = ()
    real: Sequence[Shown] = field(default=())
    """Of real people; where there are any the page is for this machine alone."""


def report_page(report: Report, sheets: Sheets) -> str:
    """Return the page as HTML."""
    warning = f'<p class="warn">{LOCAL_ONLY}</p>' if sheets.real else ""
    failed = "".join(f"<li>{escape(said)}</li>" for said in report.failed)
    links = "".join(f'<a href="#{place}">{name}</a> ' for place, name in PLACES)
    parts = [
        "<h1>Report on a drawn cohort</h1>",
        f'<p class="use">{escape(report.claim)}</p>',
        warning,
        f'<div class="warn"><p>Failed checks:</p><ul>{failed}</ul></div>' if failed else "",
        f"<nav>{links}</nav>",
        drawn_section(report),
        incidence_section(report.population),
        ratios_section(report.population),
        ladder_section(report.population),
        courses_section(report),
        measures_section(report),
        _over_time(sheets.strips),
        _films(sheets.films),
        _beside(sheets) if sheets.real else "",
        '<p class="soft">Made by <code>foreseye-train draw-report</code>; the numbers are in the '
        f"JSON file beside this page ({escape(report.schema_)}).</p>",
    ]
    return _document("".join(parts))


def _document(body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Report on a drawn cohort</title><style>{STYLE}{OWN_STYLE}</style>"
        f'<link rel="icon" href="data:,"></head><body><main>{body}</main></body></html>\n'
    )


def _over_time(strips: Sequence[Strip]) -> str:
    shown = "".join(
        f'<div class="strip"><div class="title">{escape(strip.title)}</div><div class="row">'
        f"{''.join(_figure(one) for one in strip.visits)}</div></div>"
        for strip in strips
    )
    return (
        '<h2 id="time">Eyes over time</h2><p>Every visit of some drawn eyes, each under the camera '
        "of that day: the outermost of the cohort by kind of change, then plain ones. Years since "
        f"the first visit; grade and cup as they are in truth.</p>{shown}"
    )


def _films(films: Sequence[Film]) -> str:
    shown = "".join(
        f'<figure><img src="data:image/webp;base64,{base64.b64encode(film.webp).decode()}" '
        f'alt="{escape(film.title)}, a frame a year"><figcaption>{escape(film.title)}'
        "</figcaption></figure>"
        for film in films
    )
    told = (
        "Some of these eyes drawn anew, a frame a year, by the camera of their clearest visit, "
        "until ten years later or death: nothing moves but the eye."
        if films
        else "None: the cohort was drawn with other parameters, so that its eyes cannot be drawn "
        "again from their seed."
    )
    return f'<h2 id="films">Ten years in a film</h2><p>{told}</p><div class="films">{shown}</div>'


def _beside(sheets: Sheets) -> str:
    sides = "".join(
        f'<div><h3>{name}</h3><div class="sheet">'
        f"{''.join(_figure(one) for one in shown)}</div></div>"
        for name, shown in (("Drawn", sheets.drawn), ("Real, role train", sheets.real))
    )
    return (
        f'<h2 id="beside">Drawn beside real</h2><p class="warn">{LOCAL_ONLY}</p>'
        f'<div class="beside">{sides}</div>'
    )


def _figure(one: Shown) -> str:
    picture = (
        '<div class="lost"></div>' if one.jpeg is None
        else f'<img src="{one.source}" alt="{escape(one.caption)}">'
    )  # fmt: skip
    return f"<figure>{picture}<figcaption>{escape(one.caption)}</figcaption></figure>"
