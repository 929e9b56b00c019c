"""What the quality gate makes of photographs and of copies, with intervals over persons.

Beside every figure stands what would be reached without looking: every photograph accepted, or
one and the same defect named for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality import ADVICE, QualityWeights, judged_measurements
from training.bootstrap import DRAWS, SEED, interval_95
from training.camera.defects import OPERATORS, RETAKE
from training.cohort.drimdb import SET as DRIMDB
from training.quality.example import AT_RETAKE, CAMERA, PHONE, PHOTOGRAPH, Example
from training.quality.logistic import area_under_curve

SAME_NAME = {"small_field": "field", "clipped_field": "field"}
"""A field that is too small and one that is cut off are one defect to whoever asks for a retake."""

NOTHING = "nothing"

DEFECT_OF = {advice: name for name, advice in ADVICE.items()}


@dataclass(frozen=True)
class Verdict:
    """What a gate says of an example.

    `margin` is the log odds of the score above those of the gate's threshold, so that it means the
    same of every gate; `named` is the defect that the first advice is about, or `nothing`.
    """

    example: Example
    margin: float
    named: str

    @property
    def accepted(self) -> bool:
        """Return whether the photograph counts as gradable."""
        return self.margin >= 0.0


def verdicts(weights: QualityWeights, examples: Sequence[Example]) -> list[Verdict]:
    """Return what the gate says of each example."""
    threshold = log_odds(weights.threshold)
    return [
        Verdict(e, log_odds(score(weights, e)) - threshold, named(weights, e)) for e in examples
    ]


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
    advice = judged_measurements(example.measured, weights).advice
    return DEFECT_OF[advice[0]] if advice else NOTHING


def quality_report(weights: QualityWeights, examples: Sequence[Example]) -> dict[str, object]:
    """Return everything that one gate is judged by, as plain JSON; role test unless a key says so.

    Intervals are 95 % bootstrap intervals over persons.
    """
    judged = verdicts(weights, examples)
    return {
        "threshold": weights.threshold,
        "accepted": accepted_by_group([v for v in judged if v.example.kind == PHOTOGRAPH]),
        **figures([v for v in judged if v.example.role is Role.TEST]),
    }


def figures(tested: Sequence[Verdict]) -> dict[str, object]:
    """Return what verdicts on people who were not learned from come to."""
    photographs = [v for v in tested if v.example.kind == PHOTOGRAPH]
    drimdb = [v for v in photographs if v.example.group.startswith(f"{DRIMDB}/")]
    good = [v for v in photographs if v.example.gradable]
    cameras = [v for v in tested if v.example.kind == CAMERA]
    return {
        "drimdb_test_auc": area_with_interval(drimdb),
        "defect_named_at_retake": naming([v for v in tested if v.example.kind == AT_RETAKE]),
        "good_without_advice": share(good, lambda v: v.named == NOTHING),
        "other_cameras_accepted": accepted_by_group(cameras),
        "phone_accepted": share([v for v in tested if v.example.kind == PHONE], is_accepted),
    }


def accepted_by_group(judged: Sequence[Verdict]) -> dict[str, dict[str, object]]:
    """Return, per group and role, how many were accepted."""
    accepted: dict[str, dict[str, object]] = {}
    for group in sorted({v.example.group for v in judged}):
        for role in Role:
            chosen = [v for v in judged if v.example.group == group and v.example.role is role]
            if chosen:
                accepted.setdefault(group, {})[role.value] = share(chosen, is_accepted)
    return accepted


def naming(copies: Sequence[Verdict]) -> dict[str, object]:
    """Return how often each defect of the copies is named first, as what else, and refused.

    The baseline is the commonest defect named for all.
    """
    by_defect: dict[str, object] = {}
    for defect in OPERATORS:
        chosen = [v for v in copies if v.example.defect == defect]
        if chosen:
            by_defect[defect] = {
                "named": share(chosen, lambda v: _same(v.named, v.example.defect)),
                "refused": share(chosen, is_refused),
                "named_as": dict(Counter(v.named for v in chosen).most_common()),
            }
    kinds = Counter(SAME_NAME.get(v.example.defect, v.example.defect) for v in copies)
    return {
        "severity": RETAKE,
        "by_defect": by_defect,
        "baseline_majority": max(kinds.values()) / len(copies) if copies else None,
    }


def _same(one: str, other: str) -> bool:
    return SAME_NAME.get(one, one) == SAME_NAME.get(other, other)


def is_accepted(verdict: Verdict) -> bool:
    """Return whether a verdict lets the photograph through."""
    return verdict.accepted


def is_refused(verdict: Verdict) -> bool:
    """Return whether it does not."""
    return not verdict.accepted


def share(judged: Sequence[Verdict], holds: Callable[[Verdict], bool]) -> dict[str, object]:
    """Return how many of the verdicts something holds for, with its interval."""
    if not judged:
        return {"people": 0, "photographs": 0, "held": 0, "share": None, "interval_95": None}
    held = [float(holds(verdict)) for verdict in judged]
    people = [verdict.example.person for verdict in judged]
    return {
        "people": len(set(people)),
        "photographs": len(judged),
        "held": int(sum(held)),
        "share": sum(held) / len(held),
        "interval_95": list(interval_95(held, people)),
    }


def area_with_interval(judged: Sequence[Verdict]) -> dict[str, object]:
    """Return the area under the curve of margins, good against the rest; by chance it is 0.5.

    A draw of persons with one verdict only has none and is left out.
    """
    margins_N = np.array([v.margin for v in judged])
    gradable_N: npt.NDArray[np.bool_] = np.array([v.example.gradable for v in judged])
    persons, member_N = np.unique([v.example.person for v in judged], return_inverse=True)
    of_person = [np.flatnonzero(member_N == person) for person in range(len(persons))]
    chance = np.random.default_rng(SEED)
    areas = []
    for _ in range(DRAWS):
        drawn = chance.integers(len(persons), size=len(persons))
        chosen = np.concatenate([of_person[person] for person in drawn])
        if len(set(gradable_N[chosen])) == 2:
            areas.append(area_under_curve(margins_N[chosen], gradable_N[chosen]))
    return {
        "value": area_under_curve(margins_N, gradable_N),
        "interval_95": [float(bound) for bound in np.percentile(areas, (2.5, 97.5))],
        "baseline": 0.5,
        "people": len(persons),
        "photographs": len(judged),
    }
