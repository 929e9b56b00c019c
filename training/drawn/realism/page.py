"""A comparison in Markdown: how well drawn eyes are told, and by what, the worst cue first."""

from __future__ import annotations

from collections.abc import Sequence

from training.drawn.realism.record import Cue, Match, Realism, SignDifference

HOW_TO_READ_MATCHES = (
    "The row's photographs told from the column's set, which the judge never saw; it learned other "
    "people of the row against all other real sets. In brackets 95 % intervals by bootstrap over "
    "the persons of both sides. 0.5 cannot be told. Real sets in the rows say what such a judge "
    "makes of two cameras and two populations."
)
HOW_TO_READ_CUES = (
    'Logits lost: how much less sure of "drawn" the judge is when the region\'s detail is smoothed '
    "away. Steepness: the judge's gradient in the region over that in the whole field."
)
HOW_TO_READ_SIGNS = (
    "`auc` is the chance that a drawn photograph has more of it than a real one: 0.5 cannot be "
    "told, 1 always more, 0 always less. `d` is the mean difference over the deviation among real "
    "photographs. `out` marks a drawn median beyond the median of every real set. Then the "
    "medians. Colours are shares of full; detail and noise are natural logarithms (0.7 is a factor "
    "of 2)."
)


def realism_page(realism: Realism) -> str:
    """Return the whole page."""
    lines = ["# How drawn eyes are told from real ones", "", realism.made_alike_by]
    lines += ["Real people are of role `train`.", ""]
    lines += [f"- {name}: {said}" for name, said in realism.compared.items()]
    if realism.drawn_left_out:
        lines.append(f"- left out: {realism.drawn_left_out} drawn, no field or too small a one")
    if realism.matches:
        lines += ["", f"## The judge: a small network, budget `{realism.budget}`", ""]
        lines += [HOW_TO_READ_MATCHES, "", *_matches(realism.matches)]
        lines += ["", "### Where it looks", "", HOW_TO_READ_CUES, "", *_cues(realism.cues)]
        lines += ["", f"Most given away: {', '.join(realism.most_given_away)}."]
        lines += [f"Least given away: {', '.join(realism.least_given_away)}."]
    lines += ["", "## The quick judge: plain statistics", "", *_matches(realism.plain_matches)]
    lines += ["", "### Statistic by statistic", "", HOW_TO_READ_SIGNS, "", *_signs(realism.signs)]
    return "\n".join([*lines, ""])


def _matches(matches: Sequence[Match]) -> list[str]:
    told = list(dict.fromkeys(match.told for match in matches))
    columns = list(dict.fromkeys(match.left_out for match in matches))
    found = {(match.told, match.left_out): match for match in matches}
    lines = ["| told | " + " | ".join(columns) + " | mean |"]
    lines += ["| --- |" + " --- |" * (len(columns) + 1)]
    for row in told:
        own = [match for match in matches if match.told == row]
        mean = sum(match.auc for match in own) / len(own)
        cells = [_match(found.get((row, column))) for column in columns]
        lines.append(f"| {row} | " + " | ".join(cells) + f" | {mean:.2f} |")
    return lines


def _match(match: Match | None) -> str:
    if match is None:
        return ""
    return f"{match.auc:.2f} ({match.interval_95[0]:.2f} to {match.interval_95[1]:.2f})"


def _cues(cues: Sequence[Cue]) -> list[str]:
    lines = ["| region | share of field | logits lost | steepness |", "| --- | --- | --- | --- |"]
    return lines + [
        f"| {cue.region} | {cue.share_of_field:.2f} | {cue.log_odds_lost:+.2f} | "
        f"{cue.steepness_over_field:.2f} |"
        for cue in cues
    ]


def _signs(signs: Sequence[SignDifference]) -> list[str]:
    sets = list(signs[0].real)
    lines = [
        "| statistic | auc | d | | drawn | " + " | ".join(sets) + " |",
        "| --- | --- | --- | --- | --- |" + " --- |" * len(sets),
    ]
    for one in signs:
        cells = [one.sign, f"{one.auc:.2f}", f"{one.standardised:+.1f}"]
        cells += ["out" if one.outside else "", f"{one.drawn:.3f}"]
        lines.append("| " + " | ".join([*cells, *(f"{one.real[k]:.3f}" for k in sets)]) + " |")
    return lines
