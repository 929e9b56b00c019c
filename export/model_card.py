"""The model card, written from the measurements that the bundle holds and from nothing else."""

from __future__ import annotations

from edge_runtime.contracts.bundle import BundleManifest, Metric, SetCount
from edge_runtime.contracts.repeatability import SmallestDetectableChange
from edge_runtime.domain import USE

EVIDENCE_IN_WORDS = {
    "drawn": "judged only on eyes that the project drew itself",
    "internal": "judged on held-out people of a set that it was trained on",
    "external": "judged on a set that it never saw",
}

SPLITS_IN_WORDS = {
    "test": "Split `test`: these weights, on the people of role test.",
    "cv": "Split `cv`: cross-validation. The same command made one bundle a fold, and each person "
    "was judged by the one that had held out that person's fold; those are not the weights in "
    "this bundle.",
    "external": "Split `external`: a set that was left out of training and tuning; unless this "
    "bundle says that it left the set out, another that the same command made was judged.",
}

WHOLE = "all"
"""What a subgroup's `age_years` says of everybody."""
PARTS = {"sex", "pigmentation", "camera"}
"""What else parts the people of a forecast's figures."""

NO_FIGURES = "It has no figures of its own: what it gives goes into those of the models above."


TAUGHT = {
    "signs": "**Taught by the truth of drawn eyes**, not by events alone: the true signs of each "
    "drawn eye took the place of a grader. It reads signs for the forecast and tells of the body; "
    "no photograph of a patient taught it."
}
"""What a reader must know of how a model was taught, beside what it was made from."""


def model_card(manifest: BundleManifest) -> str:
    """Return the card as Markdown."""
    parts = [
        f"# {manifest.name} {manifest.version}",
        f"**{USE}** Nothing here claims clinical validity.",
        "Every figure below was measured on photographs of people that the judged model did not "
        "learn from; beside it stands what costs nothing: guesses and classical methods.",
        *_splits(manifest),
    ]
    for name, model in manifest.models.items():
        parts.append(f"## {name}\n\nEvidence: {_evidence(model.evidence.value)}.")
        parts += [TAUGHT[name]] if name in TAUGHT else []
        parts.append(_metrics(model.metrics) if model.metrics else NO_FIGURES)
        parts += [f"Export, {p}: {report.in_words}" for p, report in model.parity.items()]
    if manifest.measured_quality is not None:
        quality = manifest.measured_quality
        parts.append(
            "## quality\n\nA plain regression on image measurements (sharpness, light, colour, "
            f"field). Evidence: {_evidence(quality.evidence.value)}."
        )
        parts.append(_metrics(quality.metrics))
    if manifest.smallest_detectable_change is not None:
        parts.append(_changes(manifest.smallest_detectable_change))
    parts.append("## What it was made from")
    for model_name, counts in manifest.data_statement.models.items():
        parts.append(f"**{model_name}**\n\n{_counts(counts)}")
    parts.append(manifest.data_statement.terms_of_the_weights)
    return "\n\n".join(parts) + "\n"


def _splits(manifest: BundleManifest) -> list[str]:
    """Return what each split among the figures means; the shipped weights are not all of them."""
    quality = manifest.measured_quality
    metrics = [m for model in manifest.models.values() for m in model.metrics]
    metrics += [] if quality is None else quality.metrics
    used = {metric.split for metric in metrics}
    told = [words for split, words in SPLITS_IN_WORDS.items() if split in used]
    if manifest.evaluation_page is not None:
        told.append(f"Plots, subgroups and definitions: `{manifest.evaluation_page}`.")
    return told


def _evidence(kind: str) -> str:
    return f"`{kind}` ({EVIDENCE_IN_WORDS[kind]})"


def _metrics(metrics: list[Metric]) -> str:
    """Return the table; figures of parts of the people, being many, are in bundle.json alone."""
    shown = [m for m in metrics if not _is_of_a_part(m.subgroup or {})]
    lines = [
        "| set | split | part | figure | value | 95 % interval | people / photographs "
        "| read against |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for m in shown:
        interval = (
            "" if m.interval_95 is None else f"{m.interval_95[0]:.3f} to {m.interval_95[1]:.3f}"
        )
        part = ", ".join(f"{name} {value}" for name, value in (m.subgroup or {}).items())
        lines.append(
            f"| {m.set} | {m.split or m.role.value} | {part} | {m.name} | {m.value:.3f} "
            f"| {interval} | {_people(m)} | {_against(m)} |"
        )
    if len(shown) < len(metrics):
        more = len(metrics) - len(shown)
        lines.append(f"\nBy age and other parts of the people, {more} figures more: `bundle.json`.")
    return "\n".join(lines)


def _is_of_a_part(subgroup: dict[str, str]) -> bool:
    of_a_forecast = "condition" in subgroup
    return subgroup.get("age_years", WHOLE) != WHOLE or (
        of_a_forecast and PARTS & set(subgroup) != set()
    )


def _people(metric: Metric) -> str:
    counted = f"{metric.people} / {metric.photographs}"
    return f"{counted} ({metric.refused} refused)" if metric.refused else counted


def _against(metric: Metric) -> str:
    beside = [(other.value, other.name) for other in metric.beside or []]
    if metric.baseline is not None:
        beside = [(metric.baseline, str(metric.baseline_name)), *beside]
    return "; ".join(f"{value:.3f} ({name})" for value, name in beside)


def _changes(changes: dict[str, SmallestDetectableChange]) -> str:
    lines = [
        "## What a change must exceed",
        "",
        "Of two readings of an eye that did not change, 95 % differ by less than the smallest "
        "detectable change. Repeated visits are an upper bound: those eyes may have changed.",
        "",
        "| biomarker | unit | mean | smallest detectable change | photographs "
        "| repeated visits | eyes |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, change in changes.items():
        visits = change.repeated_visits
        of_visits = "| |" if visits is None else f"{visits.value:.3g} | {visits.eyes} |"
        lines.append(
            f"| {name} | {change.unit} | {change.mean:.4g} | {change.value:.3g} "
            f"| {change.photographs} | {of_visits}"
        )
    return "\n".join(lines)


def _counts(counts: list[SetCount]) -> str:
    lines = [
        "| set | kind | people train/tune/test | photographs train/tune/test | terms |",
        "| --- | --- | --- | --- | --- |",
    ]
    for c in counts:
        people = "/".join(str(c.people.get(role, 0)) for role in ("train", "tune", "test"))
        photographs = "/".join(str(c.photographs.get(r, 0)) for r in ("train", "tune", "test"))
        lines.append(f"| {c.set} | {c.evidence_kind} | {people} | {photographs} | {c.terms} |")
    return "\n".join(lines)
