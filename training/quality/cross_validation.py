"""Five gates, each judged on the fold that it never saw, pooled: the figures of rows marked CV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality_weights import QualityWeights
from training.cohort.drimdb import SET as DRIMDB
from training.cohort.roles import BY_ROLE_ALWAYS
from training.quality.example import PHOTOGRAPH, Example, with_fold
from training.quality.fit import fit_quality
from training.quality.report import (
    Verdict,
    accepted_by_group,
    figures,
    is_accepted,
    is_refused,
    share,
    verdicts,
)
from training.recipe import FOLDS


@dataclass(frozen=True)
class FoldGate:
    """The gate that held one fold out, and the examples in the roles that this fold deals."""

    fold: int
    weights: QualityWeights
    examples: tuple[Example, ...]


def fold_gates(examples: Sequence[Example]) -> list[FoldGate]:
    """Return the gate of each fold: what `--fold` gives, from one measurement of all examples."""
    gates = []
    for fold in range(FOLDS):
        dealt = tuple(with_fold(example, fold) for example in examples)
        gates.append(FoldGate(fold, fit_quality(dealt), dealt))
    return gates


def cross_validated(gates: Sequence[FoldGate]) -> dict[str, object]:
    """Return the figures pooled over the folds, as plain JSON; every example is judged once.

    Sets with an official split are left out: their tested people are so in every fold.
    """
    judged: list[Verdict] = []
    for gate in gates:
        tested = [e for e in gate.examples if e.role is Role.TEST and _is_crossed(e)]
        judged += verdicts(gate.weights, tested)
    photographs = [v for v in judged if v.example.kind == PHOTOGRAPH]
    drimdb = [v for v in photographs if v.example.group.startswith(f"{DRIMDB}/")]
    return {
        "folds": len(gates),
        "good_accepted": share([v for v in drimdb if v.example.gradable], is_accepted),
        "rest_refused": share([v for v in drimdb if not v.example.gradable], is_refused),
        "baseline_all_accepted": {"good_accepted": 1.0, "rest_refused": 0.0},
        "accepted": accepted_by_group(photographs),
        **figures(judged),
    }


def _is_crossed(example: Example) -> bool:
    return example.group not in BY_ROLE_ALWAYS
