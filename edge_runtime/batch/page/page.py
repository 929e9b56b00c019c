"""Writes `summary.html` from the summary, the distributions and the rows to look at."""

from __future__ import annotations

from html import escape
from math import sqrt

from edge_runtime.batch.page.charts import histogram, number, share_bar
from edge_runtime.batch.page.distributions import Distribution
from edge_runtime.batch.page.rows import RowsToLookAt
from edge_runtime.batch.page.style import STYLE
from edge_runtime.batch.record import BatchRecord
from edge_runtime.batch.summary import BatchSummary
from edge_runtime.domain import USE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
Z_95 = 1.959964
EVIDENCE = {
    "drawn": "judged only on eyes that the project drew",
    "internal": "judged on held-out people of the sets it was trained on",
    "external": "judged on a set it never saw",
}


def summary_page(
    name: str,
    record: BatchRecord,
    summary: BatchSummary,
    spread: list[Distribution],
    rows: RowsToLookAt,
) -> str:
    """Return the page as HTML. All that a stranger may have named is escaped."""
    parts = [
        _head(name, record),
        _tiles(summary, rows),
        _referrals(spread),
        _sets(summary, rows),
        _reasons("Refused photographs", "No result: ungradable, or no eye.", summary.refusals,
                 summary.photographs.total),
        _causes(rows),
        _reasons("Failed photographs", "They could not be read or screened.", summary.failures,
                 summary.photographs.total),
        _spread("Scores", [one for one in spread if one.is_probability]),
        _spread("Measurements", [one for one in spread if not one.is_probability]),
        _stages(rows),
        _table("Slowest photographs", ["photograph", "ms", "longest stage"], _slowest(rows)),
        _table("Photographs whose eye is in doubt", ["photograph", "given", "the picture shows"],
               [[r["path"], r["eye_given"], r["eye.laterality"]] for r in rows.conflicts],
               rows.num_conflicts),
        _table("Failed rows", ["photograph", "why"],
               [[r["path"], r["error"]] for r in rows.failed], summary.photographs.failed),
        f'<footer>{escape(USE)}</footer>',
    ]  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Batch {escape(name)}</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def wilson_95(hits: int, num: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion. Source: Wilson 1927, JASA 22:209-212."""
    share, z2 = hits / num, Z_95**2
    middle = (share + z2 / (2 * num)) / (1 + z2 / num)
    half = Z_95 * sqrt(share * (1 - share) / num + z2 / (4 * num * num)) / (1 + z2 / num)
    return max(0.0, middle - half), min(1.0, middle + half)


def _head(name: str, record: BatchRecord) -> str:
    models = ", ".join(f"{k} {m.precision}" for k, m in sorted(record.models.items()))
    bundle = record.bundle
    return (
        f"<header><h1>Batch {escape(name)}</h1><p class='use'>{escape(USE)}</p>"
        f"<p>Bundle {escape(bundle.name)} {escape(bundle.version)} "
        f"<code>{bundle.sha256[:12]}</code>; {escape(models)}; foreseye {escape(record.foreseye)}. "
        f"List <code>{record.input.sha256[:12]}</code>.</p></header>"
    )


def _tiles(summary: BatchSummary, rows: RowsToLookAt) -> str:
    all_of, rate = summary.photographs, summary.photographs_per_second
    shown = [
        (f"{all_of.total:,}", "photographs", ""),
        (f"{all_of.ok:,}", "read", _percent(all_of.ok, all_of.total)),
        (f"{all_of.refused:,}", "refused", _percent(all_of.refused, all_of.total)),
        (f"{all_of.failed:,}", "failed", _percent(all_of.failed, all_of.total)),
        (f"{summary.exams.total:,}", "exams", f"{summary.exams.ok:,} with a result"),
        (f"{summary.duplicates.photographs_beyond_the_first:,}", "came again",
         "same bytes; duplicates.csv"),
        (f"{rows.num_conflicts:,}", "eyes in doubt", "picture and list disagree"),
        ("-" if rate is None else f"{rate:.2f}", "a second",
         f"{summary.screened_now:,} in this run, {summary.peak_memory_mb:,.0f} MB"),
    ]  # fmt: skip
    return "<section class='tiles'>" + "".join(
        f"<div><b>{big}</b><span>{what}</span><small>{more}</small></div>"
        for big, what, more in shown
    ) + "</section>"  # fmt: skip


def _referrals(spread: list[Distribution]) -> str:
    body: list[list[object]] = []
    for one in (one for one in spread if one.threshold is not None):
        low, high = wilson_95(one.num_from_threshold, one.num)
        share = one.num_from_threshold / one.num
        body.append(
            [
                one.title, f"{one.num_from_threshold:,} of {one.num:,}", f"{share:.1%}",
                f"{low:.1%} to {high:.1%}", f"from {number(one.threshold or 0.0)}",
                ", ".join(sorted(one.evidence)),
            ]
        )  # fmt: skip
    head = ["", "photographs", "share", "95 % interval", "threshold", "judged on"]
    note = "Of the photographs that could be read. A person may have several."
    return _table("Referral rates", head, body, note=note)


def _sets(summary: BatchSummary, rows: RowsToLookAt) -> str:
    body: list[list[object]] = []
    for name, one in list(summary.gradable_by_set.items())[:200]:
        read, referable = rows.read_of_set[name], rows.referable_of_set[name]
        rate = f"{referable:,} of {read:,} ({referable / read:.1%})" if read else "-"
        body.append([name, f"{one.photographs:,}", f"{one.gradable:,} ({one.share:.1%})", rate])
    head = ["set", "photographs", "gradable", "referable retinopathy"]
    return _table("Sets", head, body, len(summary.gradable_by_set))


def _reasons(title: str, note: str, reasons: dict[str, int], total: int) -> str:
    if not reasons:
        return ""
    body = "".join(
        f"<tr><td>{escape(reason)}</td><td class='n'>{num:,}</td>"
        f"<td class='n'>{_percent(num, total)}</td><td>{share_bar(num / total)}</td></tr>"
        for reason, num in list(reasons.items())[:50]
    )
    return f"<section><h2>{title}</h2><p>{note}</p><table>{body}</table></section>"


def _causes(rows: RowsToLookAt) -> str:
    if not rows.causes:
        return ""
    operator, eye = rows.causes["operator"], rows.causes["eye"]
    return (
        f"<p>Another photograph would help {operator:,} of them; for {eye:,} the eye itself "
        "(clouded media) is the reason, and the person is to be referred.</p>"
    )


def _spread(title: str, spread: list[Distribution]) -> str:
    if not spread:
        return ""
    figures = "".join(
        f"<figure><figcaption>{escape(one.title)}{_unit(one)}</figcaption>{histogram(one)}"
        f"<small>{one.num:,} values, {one.num_missing:,} rows without; mean {number(one.mean)}. "
        f"Judged: {escape(', '.join(sorted(one.evidence)) or 'never')}.</small></figure>"
        for one in spread
    )
    kinds = sorted(set().union(*(one.evidence for one in spread)))
    said = " ".join(f"<b>{kind}</b>: {EVIDENCE[kind]}." for kind in kinds)
    return f"<section><h2>{title}</h2><p>{said}</p><div class='grid'>{figures}</div></section>"


def _stages(rows: RowsToLookAt) -> str:
    body: list[list[object]] = [
        [stage, f"{took_ms / rows.stage_rows[stage]:.1f}", f"{rows.stage_rows[stage]:,}"]
        for stage, took_ms in rows.stage_ms.items()
    ]
    return _table("Time a photograph", ["stage", "mean ms", "photographs"], body)


def _slowest(rows: RowsToLookAt) -> list[list[object]]:
    found: list[list[object]] = []
    for total, _, row in sorted(rows.slowest, key=lambda one: -one[0]):
        stages = {k: v for k, v in row.items() if k.startswith("timings_ms.") and v}
        stages.pop("timings_ms.total")
        longest = max(stages, key=lambda k: float(str(stages[k])), default="timings_ms.-")
        found.append([row["path"], f"{total:,.0f}", longest.partition(".")[2]])
    return found


def _table(
    title: str, head: list[str], body: list[list[object]], total: int | None = None, note: str = ""
) -> str:
    if not body:
        return ""
    heading = "".join(f"<th>{escape(one)}</th>" for one in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(_text(cell))}</td>" for cell in row) + "</tr>"
        for row in body
    )
    rest = (total or 0) - len(body)
    more = f"<p>and {rest:,} more; the tables hold them all.</p>" if rest > 0 else ""
    said = f"<p>{escape(note)}</p>" if note else ""
    return (
        f"<section><h2>{escape(title)}</h2>{said}<div class='wide'><table>"
        f"<thead><tr>{heading}</tr></thead>{lines}</table></div>{more}</section>"
    )


def _text(cell: object) -> str:
    return "-" if cell is None else str(cell)


def _percent(num: int, total: int) -> str:
    return f"{num / total:.1%}" if total else "-"


def _unit(one: Distribution) -> str:
    return f" ({escape(one.unit)})" if one.unit not in ("", "1") else ""
