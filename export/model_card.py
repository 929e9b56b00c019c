"""The model card, written from the measurements that the bundle holds and from nothing else."""

from __future__ import annotations

from edge_runtime.contracts.bundle import BundleManifest, Metric, SetCount
from edge_runtime.domain import USE

EVIDENCE_IN_WORDS = {
    "drawn": "judged only on eyes that the project drew itself",
    "internal": "judged on held-out people of a set that it was trained on",
    "external": "judged on a set that it never saw",
}


def model_card(manifest: BundleManifest) -> str:
    """Return the card as Markdown."""
    parts = [
        f"# {manifest.name} {manifest.version}",
        f"**{USE}** Nothing here claims clinical validity.",
        "Every figure below was measured on photographs of people that the model did not learn "
        "from; beside it stands what a guess that sees no photograph reaches.",
    ]
    for name, model in manifest.models.items():
        parts.append(f"## {name}\n\nEvidence: {_evidence(model.evidence.value)}.")
        parts.append(_metrics(model.metrics))
        parts += [f"Export, {p}: {report.in_words}" for p, report in model.parity.items()]
    if manifest.measured_quality is not None:
        quality = manifest.measured_quality
        parts.append(
            "## quality\n\nA plain regression on image measurements (sharpness, light, colour, "
            f"field). Evidence: {_evidence(quality.evidence.value)}."
        )
        parts.append(_metrics(quality.metrics))
    parts.append("## What it was made from")
    for model_name, counts in manifest.data_statement.models.items():
        parts.append(f"**{model_name}**\n\n{_counts(counts)}")
    parts.append(manifest.data_statement.terms_of_the_weights)
    return "\n\n".join(parts) + "\n"


def _evidence(kind: str) -> str:
    return f"`{kind}` ({EVIDENCE_IN_WORDS[kind]})"


def _metrics(metrics: list[Metric]) -> str:
    lines = [
        "| set | role | figure | value | 95 % interval | people | baseline |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for m in metrics:
        interval = (
            "" if m.interval_95 is None else f"{m.interval_95[0]:.3f} to {m.interval_95[1]:.3f}"
        )
        baseline = "" if m.baseline is None else f"{m.baseline:.3f} ({m.baseline_name})"
        lines.append(
            f"| {m.set} | {m.role.value} | {m.name} | {m.value:.3f} | {interval} | {m.people} "
            f"| {baseline} |"
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
