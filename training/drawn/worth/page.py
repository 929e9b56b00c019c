"""The table in Markdown: a row a teacher, baselines beside, then what drawn eyes add."""

from __future__ import annotations

from collections.abc import Sequence

from training.drawn.worth.record import Cell, Counted, Difference, Worth

TITLES = {
    "vessel_f1": "F1",
    "vessel_auc": "AUC",
    "disc_dice": "disc Dice",
    "cup_dice": "cup Dice",
}
HEADINGS = {
    "vessels": "Vessels: the same small network from random weights",
    "disc": "Disc and cup: the same small network from random weights",
}
BASELINES = {"vessels": "ridge filter, tuned on", "disc": "mean place and shape of"}
WITHIN = (
    "Means over photographs and seeds; in brackets 95 % intervals by bootstrap over persons. "
    "Seeds: the lowest and the highest."
)


def worth_page(worth: Worth) -> str:
    """Return the whole page."""
    lines = [
        "# What drawn eyes are worth",
        "",
        f"Budget `{worth.budget}`, {worth.seeds} seed(s) a cell. {WITHIN}",
        "",
        "Alike for every cell:",
        "",
        *(f"- {sentence}" for sentence in worth.alike_for_all),
    ]
    for subject, heading in HEADINGS.items():
        cells = [cell for cell in worth.cells if cell.subject == subject]
        gains = [gain for gain in worth.differences if gain.subject == subject]
        lines += ["", f"## {heading}", "", *_table(cells), "", *_gains(gains)]
    return "\n".join([*lines, ""])


def _table(cells: Sequence[Cell]) -> list[str]:
    columns = list(dict.fromkeys((f.judged_on, f.figure) for cell in cells for f in cell.figures))
    titles = [f"{judged_on}: {TITLES[figure]}" for judged_on, figure in columns]
    lines = [
        "| taught by | learned | tuned on | " + " | ".join(titles) + " |",
        "| --- | --- | --- |" + " --- |" * len(columns),
    ]
    for cell in sorted(cells, key=lambda cell: cell.baseline):
        said = {(f.judged_on, f.figure): _figure(f.mean, f.interval_95, f.by_seed)
                for f in cell.figures}  # fmt: skip
        first = [_taught(cell), _counted(cell.learned), _counted(cell.tuned)]
        lines.append("| " + " | ".join([*first, *(said.get(c, "") for c in columns)]) + " |")
    return lines


def _taught(cell: Cell) -> str:
    if cell.baseline:
        return f"{BASELINES[cell.subject]} {cell.taught_by}"
    left_out = f" ({cell.without_a_field} without a field)" if cell.without_a_field else ""
    return f"**{cell.taught_by}**{left_out}"


def _counted(sets: Sequence[Counted]) -> str:
    return ", ".join(f"{c.set} {c.photographs} of {c.people} people" for c in sets)


def _figure(mean: float, interval: tuple[float, float], by_seed: Sequence[float]) -> str:
    text = f"{mean:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"
    if len(by_seed) > 1:
        text += f", seeds {min(by_seed):.3f} to {max(by_seed):.3f}"
    return text


def _gains(gains: Sequence[Difference]) -> list[str]:
    return [
        f"- {gain.better} minus {gain.than}, {gain.judged_on}, {TITLES[gain.figure]}: "
        f"{gain.mean:+.3f} ({gain.interval_95[0]:+.3f} to {gain.interval_95[1]:+.3f})"
        for gain in gains
    ]
