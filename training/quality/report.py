"""What the quality gate makes of photographs and of copies, with intervals over persons.

Beside every figure stands what would be reached without looking: every photograph accepted, or
one and the same defect named for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality import WORTH_SAYING, QualityWeights, judged_measurements
from training.bootstrap import DRAWS, SEED, interval_95
from training.camera.defects import OPERATORS, RETAKE
from training.quality.examples import AT_RETAKE, PHONE, PHOTOGRAPH, Example
from training.quality.logistic import area_under_curve

SAME_NAME = {"small_field": "field", "clipped_field": "field"}
"""A field that is too small and one that is cut off are one defect to whoever asks for a retake."""

NOTHING = "nothing"


def score(weights: QualityWeights, example: Example) -> float:
    """Return the probability that an example is gradable; 0 where nothing could be measured."""
    if example.measured is None:
        return 0.0
    return judged_measurements(example.measured, weights).probability


def log_odds(probability: float) -> float:
    """Return log(p / (1 - p)) of a probability, kept finite."""
    within = min(max(probability, 1e-12), 1.0 - 1e-12)
    return float(np.log(within / (1.0 - within)))


def named(weights: QualityWeights, example: Example) -> str:
    """Return the defect that an example's first advice is about, or `nothing`."""
    if example.measured is None:
        return example.unseen
    defects = judged_measurements(example.measured, weights).defects
    surest = max(defects, key=lambda name: defects[name])
    return surest if defects[surest] >= WORTH_SAYING else NOTHING


def quality_report(weights: QualityWeights, examples: Sequence[Example]) -> dict[str, object]:
    """Return everything that the gate is judged by, as plain JSON; role test unless a key says so.

    Intervals are 95 % bootstrap intervals over persons.
    """
    photographs = [e for e in examples if e.kind == PHOTOGRAPH]
    tested = [e for e in examples if e.role is Role.TEST]
    drimdb = [e for e in tested if e.kind == PHOTOGRAPH and e.group.startswith("DRIMDB/")]
    good = [e for e in tested if e.kind == PHOTOGRAPH and e.gradable]
    return {
        "threshold": weights.threshold,
        "accepted": accepted_by_group(weights, photographs),
        "drimdb_test_auc": area_with_interval(
            np.array([score(weights, e) for e in drimdb]), drimdb
        ),
        "defect_named_at_retake": naming(weights, [e for e in tested if e.kind == AT_RETAKE]),
        "good_without_advice": _share(good, lambda e: named(weights, e) == NOTHING),
        "phone_accepted": _share(
            [e for e in tested if e.kind == PHONE], lambda e: score(weights, e) >= weights.threshold
        ),
    }


def accepted_by_group(
    weights: QualityWeights, photographs: Sequence[Example]
) -> dict[str, dict[str, object]]:
    """Return, per group and role, how many were accepted."""
    accepted: dict[str, dict[str, object]] = {}
    for group in sorted({example.group for example in photographs}):
        for role in Role:
            chosen = [e for e in photographs if e.group == group and e.role is role]
            if chosen:
                share = _share(chosen, lambda e: score(weights, e) >= weights.threshold)
                accepted.setdefault(group, {})[role.value] = share
    return accepted


def naming(weights: QualityWeights, copies: Sequence[Example]) -> dict[str, object]:
    """Return how often each defect of the copies is named first, as what else, and refused.

    The baseline is the commonest defect named for all.
    """
    by_defect: dict[str, object] = {}
    told = {id(example): named(weights, example) for example in copies}
    for defect in OPERATORS:
        chosen = [example for example in copies if example.defect == defect]
        if not chosen:
            continue
        by_defect[defect] = {
            "named": _share(chosen, lambda e: _same(told[id(e)], e.defect)),
            "refused": _share(chosen, lambda e: score(weights, e) < weights.threshold),
            "named_as": dict(Counter(told[id(e)] for e in chosen).most_common()),
        }
    kinds = Counter(SAME_NAME.get(e.defect, e.defect) for e in copies)
    return {
        "severity": RETAKE,
        "by_defect": by_defect,
        "baseline_majority": max(kinds.values()) / len(copies) if copies else None,
    }


def _same(one: str, other: str) -> bool:
    return SAME_NAME.get(one, one) == SAME_NAME.get(other, other)


def _share(examples: Sequence[Example], holds: Callable[[Example], bool]) -> dict[str, object]:
    """How many of the examples something holds for."""
    if not examples:
        return {"people": 0, "photographs": 0, "held": 0, "share": None, "interval_95": None}
    held = [float(holds(example)) for example in examples]
    return {
        "people": len({example.person for example in examples}),
        "photographs": len(examples),
        "held": int(sum(held)),
        "share": sum(held) / len(held),
        "interval_95": list(interval_95(held, [example.person for example in examples])),
    }


def area_with_interval(
    scores_N: npt.NDArray[np.float64], examples: Sequence[Example]
) -> dict[str, object]:
    """Return the area under the curve of scores, good against the rest; by chance it is 0.5.

    A draw of persons with one verdict only has none and is left out.
    """
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
        "baseline": 0.5,
        "people": len(persons),
        "photographs": len(examples),
    }
