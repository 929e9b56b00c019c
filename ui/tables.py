"""Measurements and findings as tables: name, value, unit, what it was judged on, or the reason.

Pure functions of the contracts' records. Probabilities and shares become percent here and nowhere
earlier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from edge_runtime.wire.client import Evidence, Findings, Measurement
from ui.parts import badge
from ui.told import told
from ui.wording import number, say, say_or

DECIMALS = {"um": 0, "a": 0, "deg": 0, "%": 1, "mm[Hg]": 0, "mL/min/{1.73_m2}": 0, "1": 2}
"""Digits behind the point, by UCUM unit: as many as the measurement can bear."""

SHARES = ("vessel_density", "arteriole_density", "venule_density")
"""Ratios that read better as percent."""

MORE_DECIMALS = {
    "tortuosity_distance_arterioles": 3,
    "tortuosity_distance_venules": 3,
}
"""Ratios that differ between people only in the third digit."""


@dataclass(frozen=True)
class Row:
    """One line of a table: a value with its unit and evidence, or a reason."""

    name: str
    what: str = ""
    value: str = ""
    interval: str = ""
    unit: str = ""
    evidence: Evidence | None = None
    missing_because: str = ""


def measurement_rows(biomarkers: dict[str, Measurement]) -> list[Row]:
    """Return the lines of one photograph's measurements, in the order given."""
    return [
        _row(name, measurement, say_or(f"measure.{name}", name.replace("_", " ")))
        for name, measurement in biomarkers.items()
    ]


def finding_rows(findings: Findings) -> list[Row]:
    """Return the lines of what the eye tells of the body; what no model makes has no line."""
    rows = []
    for name in ("retinal_age_years", "hba1c_percent", "egfr_ml_min_1_73m2", "sbp_mmhg"):
        measurement: Measurement | None = getattr(findings, name)
        if measurement is not None:
            rows.append(_row(name, measurement, say(f"finding.{name}")))
    return rows


def _row(name: str, measurement: Measurement, title: str) -> Row:
    what = say_or(f"measure.{name}.what", "")
    if measurement.value is None:
        return Row(title, what, missing_because=told(measurement.missing_because))
    unit = measurement.unit or "1"
    interval = ""
    if measurement.interval_90 is not None:
        low, high = (number_of(name, end, unit) for end in measurement.interval_90)
        interval = say("measurements.interval", low=low, high=high)
    value = number_of(name, measurement.value, unit)
    return Row(title, what, value, interval, unit_of(name, unit), measurement.evidence)


def number_of(name: str, value: float, unit: str) -> str:
    """Return a measurement's number as it is shown, with as many digits as it can bear."""
    shown = 100 * value if name in SHARES else value
    unit = "%" if name in SHARES else unit
    return number(shown, MORE_DECIMALS.get(name, DECIMALS.get(unit, 2)))


def unit_of(name: str, unit: str) -> str:
    """Return a measurement's unit as it is shown; nothing for a bare ratio."""
    return say_or(f"unit.{unit}", unit) if name not in SHARES else say_or("unit.%", "%")


def table(rows: Iterable[Row], caption: str, first: str = "table.name") -> str:
    """Return the lines as an HTML table; `caption` is read out and not shown.

    `first` is the wording key over the names.
    """
    titles = {"name": say(first)} | {n: say(f"table.{n}") for n in ("value", "unit", "evidence")}
    heads = "".join(
        f'<th scope="col" class="{name}">{escape(title)}</th>' for name, title in titles.items()
    )
    body = "".join(_line(row) for row in rows)
    return (
        f'<table class="fs-table"><caption class="fs-unseen">{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _line(row: Row) -> str:
    name = f'<th scope="row" class="name">{escape(row.name)}{_small(row.what)}</th>'
    if row.evidence is None:
        reason = escape(say("table.missing", reason=row.missing_because))
        return f'<tr>{name}<td class="missing" colspan="3">{reason}</td></tr>'
    return (
        f'<tr>{name}<td class="value">{escape(row.value)}{_small(row.interval)}</td>'
        f'<td class="unit">{escape(row.unit)}</td>'
        f'<td class="evidence">{badge(row.evidence)}</td></tr>'
    )


def _small(words: str) -> str:
    return f"<small>{escape(words)}</small>" if words else ""
