"""What the quality gate makes of every set and role, with intervals over persons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality import QualityWeights, gradable_probability
from training.bootstrap import DRAWS, SEED, interval_95
from training.quality.examples import Example
from training.quality.logistic import area_under_curve


def score(weights: QualityWeights, example: Example) -> float:
    """Return the probability that an example is gradable; 0 where no field was found."""
    if example.measured is None:
        return 0.0
    return gradable_probability(example.measured, weights)


def quality_report(weights: QualityWeights, photographs: Sequence[Example]) -> dict[str, object]:
    """Return, per group and role, how many were accepted, and DRIMDB's area under the curve.

    Everything in it is plain JSON. Intervals are 95 % bootstrap intervals over persons.
    """
    accepted: dict[str, dict[str, object]] = {}
    for group in sorted({example.group for example in photographs}):
        for role in Role:
            chosen = [e for e in photographs if e.group == group and e.role is role]
            if chosen:
                accepted.setdefault(group, {})[role.value] = _accepted(weights, chosen)
    tested = [e for e in photographs if e.group.startswith("DRIMDB/") and e.role is Role.TEST]
    return {
        "threshold": weights.threshold,
        "accepted": accepted,
        "drimdb_test_auc": _area_with_interval(weights, tested),
    }


def _accepted(weights: QualityWeights, examples: Sequence[Example]) -> dict[str, object]:
    verdicts = [float(score(weights, example) >= weights.threshold) for example in examples]
    return {
        "people": len({example.person for example in examples}),
        "photographs": len(examples),
        "gradable": int(sum(verdicts)),
        "share": sum(verdicts) / len(verdicts),
        "interval_95": list(interval_95(verdicts, [example.person for example in examples])),
    }


def _area_with_interval(weights: QualityWeights, examples: Sequence[Example]) -> dict[str, object]:
    """Area under the curve; a draw of persons with one verdict only has none and is left out."""
    scores_N = np.array([score(weights, example) for example in examples])
    gradable_N = np.array([example.gradable for example in examples])
    persons, member_N = np.unique([example.person for example in examples], return_inverse=True)
    of_person = [np.flatnonzero(member_N == person) for person in range(len(persons))]
    chance = np.random.default_rng(SEED)
    areas = []
    for _ in range(DRAWS):
        drawn = chance.integers(len(persons), size=len(persons))
        chosen = np.concatenate([of_person[person] for person in drawn])
        if len(set(gradable_N[chosen])) == 2:
            areas.append(area_under_curve(scores_N[chosen], gradable_N[chosen]))
    return {
        "value": area_under_curve(scores_N, gradable_N),
        "interval_95": [float(bound) for bound in np.percentile(areas, (2.5, 97.5))],
        "people": len(persons),
        "photographs": len(examples),
    }
