"""Parts of the evaluation's page: tables, cards and the small graphics of intervals. Pure text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.evaluation import Definition, Evaluation, PairedDifference

EVIDENCE_IN_WORDS = {
    "drawn": "judged only on eyes that the project drew itself",
    "internal": "judged on held-out people of a set that it was trained or tuned on",
    "external": "judged on a set that it never saw",
}
WIDTH, HEIGHT, ROOM = 180, 22, 6

Definitions = dict[str, Definition]


def number(value: float) -> str:
    """Return a figure as it is shown: three decimals, a true minus."""
    return f"{value:.3f}".replace("-", "\N{MINUS SIGN}")


def interval(metric: Metric) -> str:
    """Return the interval in words, or why there is none."""
    if metric.interval_95 is None:
        return "too few people"
    low, high = metric.interval_95
    return f"{number(low)} to {number(high)}"


def counts(metric: Metric) -> str:
    """Return people and photographs, and how many of these were refused."""
    shown = f"{metric.people} / {metric.photographs}"
    return (
        f"{shown}<br><span class=soft>{metric.refused} refused</span>" if metric.refused else shown
    )


def baselines(metric: Metric) -> str:
    """Return what the figure is read against, a line each."""
    lines = []
    if metric.baseline is not None:
        lines.append(f"{number(metric.baseline)} {escape(str(metric.baseline_name))}")
    for other in metric.beside or []:
        mark = "\N{BLACK DIAMOND} " if other.kind == "peer" else ""
        lines.append(f"{mark}{number(other.value)} {escape(other.name)}")
    return "<br>".join(lines)


def graphic(metric: Metric, definition: Definition) -> str:
    """Return an inline picture: interval, value, ticks for baselines, diamonds for peers."""
    ends = [definition.lowest, definition.highest, metric.value, *(metric.interval_95 or ())]
    low, high = min(ends), max(ends)

    def x(value: float) -> float:
        inside = min(max(value, low), high)
        return float(round(ROOM + (inside - low) / (high - low or 1.0) * (WIDTH - 2 * ROOM), 1))

    middle = HEIGHT / 2
    parts = [
        f'<line x1="{ROOM}" x2="{WIDTH - ROOM}" y1="{middle}" y2="{middle}" stroke="#d9dde2"/>'
    ]
    known = [(metric.baseline, "baseline")] if metric.baseline is not None else []
    known += [(other.value, other.kind) for other in metric.beside or []]
    for value, kind in known:
        parts.append(_tick(x(value)) if kind == "baseline" else _diamond(x(value)))
    if metric.interval_95 is not None:
        a, b = (x(end) for end in metric.interval_95)
        parts.append(
            f'<line x1="{a}" x2="{b}" y1="{middle}" y2="{middle}" stroke="#1f5fa8" '
            'stroke-width="4" stroke-linecap="round" opacity=".45"/>'
        )
    parts.append(f'<circle cx="{x(metric.value)}" cy="{middle}" r="4" fill="#1f5fa8"/>')
    label = f"{number(metric.value)}, interval {interval(metric)}"
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _tick(x: float) -> str:
    return f'<line x1="{x}" x2="{x}" y1="3" y2="{HEIGHT - 3}" stroke="#5b626b" stroke-width="2"/>'


def _diamond(x: float) -> str:
    middle = HEIGHT / 2
    points = f"{x},{middle - 6} {x + 5},{middle} {x},{middle + 6} {x - 5},{middle}"
    return f'<polygon points="{points}" fill="none" stroke="#c45a11" stroke-width="1.8"/>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]], classes: Iterable[str] = ()) -> str:
    """Return a table; cells are HTML already, `classes` one a column."""
    kinds = list(classes)

    def cell(tag: str, place: int, content: str) -> str:
        kind = f' class="{kinds[place]}"' if place < len(kinds) and kinds[place] else ""
        return f"<{tag}{kind}>{content}</{tag}>"

    top = "".join(cell("th", i, escape(name)) for i, name in enumerate(head))
    body = "".join(
        f"<tr>{''.join(cell('td', i, content) for i, content in enumerate(row))}</tr>"
        for row in rows
    )
    inside = f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table>{inside}</table></div>'


def title(name: str, definitions: Definitions) -> str:
    """Return a figure's title, with which way is better where that is downwards."""
    definition = definitions[name]
    lower = ' <span class="soft">(lower is better)</span>' if definition.better == "lower" else ""
    return f'<a href="#about-{escape(name)}">{escape(definition.title)}</a>{lower}'


def metric_table(metrics: Iterable[Metric], definitions: Definitions) -> str:
    """Return the table of whole sets' figures."""
    rows, above = [], ""
    for m in metrics:
        rows.append(
            (
                title(m.name, definitions) if m.name != above else "",
                escape(m.set),
                number(m.value),
                interval(m),
                graphic(m, definitions[m.name]),
                baselines(m),
                counts(m),
                m.evidence.value,
            )
        )
        above = m.name
    head = (
        "Figure",
        "Set",
        "Value",
        "95\N{NO-BREAK SPACE}% interval",
        "",
        "Read against",
        "People / photographs",
    )
    kinds = ("", "", "number value", "number", "graphic", "", "number", "")
    return table((*head, "Evidence"), rows, kinds)


def subgroup_table(metrics: Iterable[Metric], definitions: Definitions) -> str:
    """Return the table of subgroups' figures."""
    rows, above = [], ("", "")
    for m in metrics:
        here = (m.name, m.set)
        rows.append(
            (
                escape(definitions[m.name].title) if here != above else "",
                escape(m.set) if here != above else "",
                escape(", ".join(f"{k} {v}" for k, v in (m.subgroup or {}).items())),
                number(m.value),
                interval(m),
                graphic(m, definitions[m.name]),
                baselines(m),
                counts(m),
            )
        )
        above = here
    head = ("Figure", "Set", "Part", "Value", "95\N{NO-BREAK SPACE}% interval", "", "Read against")
    kinds = ("", "", "", "number value", "number", "graphic", "", "number")
    return table((*head, "People / photographs"), rows, kinds)


def difference_table(differences: Iterable[PairedDifference], definitions: Definitions) -> str:
    """Return the table of paired differences."""
    rows = [
        (
            title(d.name, definitions),
            escape(d.set),
            number(d.value),
            number(d.other),
            f"{number(d.difference)}",
            f"{number(d.interval_95[0])} to {number(d.interval_95[1])}",
            f"{d.people} / {d.photographs}",
        )
        for d in differences
    ]
    head = ("Figure", "Set", "This", "The other", "Difference", "95\N{NO-BREAK SPACE}% interval")
    kinds = ("", "", "number", "number", "number value", "number", "number")
    return table((*head, "People / photographs"), rows, kinds)


def card(metrics: list[Metric], definitions: Definitions) -> str:
    """Return one headline figure, a line a set, each beside its strongest baseline."""
    shown = definitions[metrics[0].name]
    lower = " (lower is better)" if shown.better == "lower" else ""
    lines = "".join(
        f'<div class="of-set"><span class="big">{number(m.value)}</span> '
        f"<span>{escape(m.set)}</span>"
        f'<div class="soft">{interval(m)}; {m.people} people, {m.photographs} photographs'
        f"<br>{_strongest(m, shown)}</div></div>"
        for m in metrics
    )
    return f'<div class="card"><div class="title">{escape(shown.title)}{lower}</div>{lines}</div>'


def _strongest(metric: Metric, definition: Definition) -> str:
    known = [(b.value, b.name) for b in metric.beside or [] if b.kind == "baseline"]
    if metric.baseline is not None:
        known.append((metric.baseline, str(metric.baseline_name)))
    if not known:
        return ""
    value, name = max(known) if definition.better == "higher" else min(known)
    return f"{escape(name)}: {number(value)}"


def set_table(evaluation: Evaluation) -> str:
    """Return the table of what was judged."""
    rows = [
        (
            escape(s.set),
            str(s.people),
            str(s.photographs),
            str(s.read),
            str(s.ungradable),
            str(s.unreadable),
            escape(s.terms),
        )
        for s in evaluation.sets
    ]
    head = ("Set", "People", "Photographs", "Read", "Refused by the gate", "Not a picture", "Terms")
    return table(head, rows, ("", *["number"] * 5, ""))


def bundle_table(evaluation: Evaluation) -> str:
    """Return the table of the bundles that were judged."""
    rows = []
    for judged in evaluation.bundles:
        held = "" if judged.held_out_fold is None else f"fold {judged.held_out_fold} held out"
        if judged.left_out_sets:
            held = f"never saw {', '.join(judged.left_out_sets)}"
        engines = ", ".join(f"{n}: {i.backend}, {i.precision}" for n, i in judged.models.items())
        name = f"{judged.bundle.name} {judged.bundle.version}"
        rows.append(
            (escape(name), f"<code>{judged.bundle.sha256}</code>", escape(engines), escape(held))
        )
    return table(("Bundle", "SHA-256 of bundle.json", "Models and engines", ""), rows)
