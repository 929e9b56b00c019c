"""evaluation.html: the page of tables and plots, a function of evaluation.json alone.

It holds no photograph, no script and nothing from elsewhere, so it can be sealed into a bundle and
opened anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from edge_runtime.contracts.bundle import Metric, ModelName
from edge_runtime.contracts.evaluation import Evaluation
from training.evaluation.page_parts import (
    EVIDENCE_IN_WORDS,
    bundle_table,
    card,
    difference_table,
    metric_table,
    set_table,
    subgroup_table,
    table,
)
from training.evaluation.page_style import STYLE
from training.evaluation.plot_drawing import svg_of

SPLIT_IN_WORDS = {
    "train": "people that it learned from: no measure of its worth",
    "tune": "people that its choices were tuned on: a flattering measure",
    "test": "people of role test, who were neither learned from nor tuned on",
    "cv": "every person by the one bundle that had held out that person's fold (cross-validation)",
    "external": "sets that were left out of training and tuning altogether",
}

MODELS = {
    "quality": (
        "Quality gate",
        "Whether a photograph can be read at all, and what is wrong with it.",
    ),
    "anatomy": ("Anatomy", "Vessels, arterioles and venules, disc, cup, fovea."),
    "findings": ("Findings", "Diabetic retinopathy and maculopathy."),
    "forecast": (
        "Forecasts",
        "The chance of ten conditions within five years, by what came: no oracle is asked.",
    ),
}
PARTS = {"forecast": ("By condition, and by what is known", "")}
"""Heading of a model's table of parts, and what is said of it; of the others as below."""
OTHER_PARTS = (
    "By camera, eye, defect and copy",
    "Parts of fewer than five people are not shown.",
)

HEADLINES = (
    "gradable_auc",
    "vessel_f1",
    "vessel_auc",
    "artery_vein_accuracy",
    "disc_dice",
    "cup_dice",
    "cdr_vertical_error",
    "referable_auc",
    "maculopathy_auc",
    "dr_grade_kappa",
)

HOW_TO_READ = (
    "Blue: the figure and its 95\N{NO-BREAK SPACE}% interval. Grey ticks: baselines, which have "
    "learned nothing of what is judged. Orange diamond: a human or other peer on the same "
    "photographs."
)

INTERVALS = (
    "Intervals are 95\N{NO-BREAK SPACE}% percentile intervals of 2,000 bootstrap draws over "
    "persons: both eyes and all visits of a person are drawn together, for they are not "
    "independent. They tell the "
    "chance of who was judged, not that of training, nor how another camera or clinic would do. "
    "A share of 0 or 1 has the exact binomial bound over persons instead."
)

REFUSED = (
    "A photograph that is refused is never dropped. Where an answer is a picture it counts as a "
    "blank answer; where it is a referral it counts as referred; in other figures it is left out "
    "and counted beside the figure. Each definition says which."
)


def evaluation_page(evaluation: Evaluation, others: Mapping[str, Evaluation] | None = None) -> str:
    """Return the page as HTML; `others` are further pages beside it, by file, to be linked."""
    names = ", ".join(dict.fromkeys(j.bundle.name for j in evaluation.bundles))
    parts = [
        f"<h1>How well {escape(names)} {_does(evaluation)}</h1>",
        f'<p class="use">{escape(evaluation.use)}</p>',
        f"<p>Judged on {SPLIT_IN_WORDS[evaluation.split]}, from the photograph's bytes to the "
        "result as <code>foreseye screen</code> gives it. Beside each figure stands what costs "
        "nothing, so that it can be seen whether the model is worth anything.</p>",
        _contents(evaluation),
        _links(others or {}),
        _cards(evaluation),
        '<h2 id="judged">What was judged</h2>',
        set_table(evaluation),
        bundle_table(evaluation),
    ]
    parts += [_model(evaluation, model) for model in MODELS]
    parts += [_comparison(evaluation), _missing(evaluation), _about(evaluation)]
    return _document(f"Evaluation of {names}", "".join(parts))


def _does(evaluation: Evaluation) -> str:
    told = {**evaluation.metrics, **evaluation.subgroups}
    return "forecasts" if set(told) == {"forecast"} else "reads the eye"


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        # Nothing is asked for, not even the icon of the page.
        '<link rel="icon" href="data:,"></head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _contents(evaluation: Evaluation) -> str:
    places = [("judged", "What was judged")]
    places += [
        (m, MODELS[m][0])
        for m in MODELS
        if _of(evaluation.metrics, m) or _of(evaluation.subgroups, m)
    ]
    if evaluation.comparison is not None:
        places.append(("comparison", "Against another"))
    places += [("missing", "Not measured"), ("about", "Definitions")]
    links = "".join(f'<a href="#{place}">{escape(name)}</a> ' for place, name in places)
    return f"<nav>{links}</nav>"


def _links(others: Mapping[str, Evaluation]) -> str:
    links = "".join(
        f'<li><a href="{escape(file)}">Judged on {SPLIT_IN_WORDS[other.split]}</a>: '
        f"{escape(', '.join(judged.set for judged in other.sets))}</li>"
        for file, other in others.items()
    )
    told = "Judged besides, on bundles that the same command made from fewer people:"
    return f"<p>{told}</p><ul>{links}</ul>" if links else ""


def _cards(evaluation: Evaluation) -> str:
    found = [m for metrics in evaluation.metrics.values() for m in metrics]
    chosen = [[m for m in found if m.name == name] for name in HEADLINES]
    shown = "".join(card(metrics, evaluation.definitions) for metrics in chosen if metrics)
    return f'<div class="cards">{shown}</div>'


def _model(evaluation: Evaluation, model: str) -> str:
    metrics, subgroups = _of(evaluation.metrics, model), _of(evaluation.subgroups, model)
    if not metrics and not subgroups:
        return ""
    name, what = MODELS[model]
    plots = [plot for plot in evaluation.plots if plot.model == model]
    drawn = "".join(
        f'<figure><div class="title">{escape(plot.title)}</div>{svg_of(plot)}'
        f"<figcaption>{escape(plot.set)}: {plot.people} people, {plot.photographs} photographs. "
        f"{escape(plot.note)}</figcaption></figure>"
        for plot in plots
    )
    parts = [
        f'<h2 id="{model}">{name}</h2><p>{what} <span class="soft">{HOW_TO_READ}</span></p>',
        metric_table(metrics, evaluation.definitions) if metrics else "",
        f'<div class="plots">{drawn}</div>' if plots else "",
    ]
    if subgroups:
        heading, said = PARTS.get(model, OTHER_PARTS)
        parts.append(
            f'<h3>{heading}</h3><p class="soft">{said}</p>'
            + subgroup_table(subgroups, evaluation.definitions)
        )
    return "".join(parts)


def _of(metrics: Mapping[ModelName, list[Metric]], model: str) -> list[Metric]:
    return [metric for name, found in metrics.items() if name == model for metric in found]


def _comparison(evaluation: Evaluation) -> str:
    comparison = evaluation.comparison
    if comparison is None:
        return ""
    names = ", ".join(f"{j.bundle.name} {j.bundle.version}" for j in comparison.bundles)
    return (
        f'<h2 id="comparison">Against {escape(names)}</h2>'
        "<p>Difference on the photographs that both judged; each draw of the bootstrap takes the "
        "same persons on both sides.</p>"
        + difference_table(comparison.differences, evaluation.definitions)
    )


def _missing(evaluation: Evaluation) -> str:
    by_reason: dict[tuple[str, str], list[str]] = {}
    for m in evaluation.missing:
        known = evaluation.definitions.get(m.name)
        name = m.name.replace("_", " ") if known is None else known.title
        by_reason.setdefault((m.model, m.reason), []).append(escape(name))
    rows = [
        (escape(MODELS.get(model, (model,))[0]), "<br>".join(names), escape(reason))
        for (model, reason), names in by_reason.items()
    ]
    shown = table(("Model", "Figures", "Why not"), rows) if rows else "<p>Nothing.</p>"
    return f'<h2 id="missing">Not measured, and why</h2>{shown}'


def _about(evaluation: Evaluation) -> str:
    measured = {m.name for metrics in evaluation.metrics.values() for m in metrics}
    measured |= {m.name for metrics in evaluation.subgroups.values() for m in metrics}
    entries = "".join(
        f'<dt id="about-{escape(name)}">{escape(d.title)} <code>{escape(name)}</code></dt>'
        f"<dd>{escape(d.in_words)} Refused photographs: {escape(d.refused_count_as)}.</dd>"
        for name, d in evaluation.definitions.items()
        if name in measured
    )
    evidence = "".join(
        f"<dt><code>{name}</code></dt><dd>{words}</dd>" for name, words in EVIDENCE_IN_WORDS.items()
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in evaluation.notes)
    made = ", ".join(f"{name} {version}" for name, version in evaluation.made_with.items())
    return (
        f'<h2 id="about">Definitions</h2><p>{INTERVALS}</p><p>{REFUSED}</p>'
        f"<dl>{entries}</dl><h3>Evidence</h3><dl>{evidence}</dl>"
        f"<h3>Notes on this evaluation</h3><ul>{notes}</ul>"
        f'<p class="soft">Made by {escape(made)} with <code>foreseye-train evaluate</code>; the '
        "numbers of this page are in <code>evaluation.json</code> "
        f"({escape(evaluation.schema_)}).</p>"
    )
