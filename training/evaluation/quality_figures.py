"""The figures of the quality gate."""

from __future__ import annotations

from training.evaluation.figure import (
    ACCEPT_ALL,
    AS_ZERO,
    CHANCE,
    Comparator,
    Figure,
    auc,
    constant,
    definition,
    mean_of,
)
from training.evaluation.sheet import ACCEPTED, Sheet


def _refused(sheet: Sheet) -> float:
    return 1.0 - float(sheet.column(ACCEPTED).mean())


QUALITY = (
    Figure(
        "share_accepted",
        "quality",
        definition(
            "Photographs accepted",
            "Share of a set's photographs that pass the quality gate. The public sets but DRIMDB "
            "were published as readable, which nobody checked one by one.",
            "not accepted",
        ),
        ("gradable.probability",),
        mean_of(ACCEPTED),
        (ACCEPT_ALL,),
        keep=lambda p: "truth.gradable" not in p.values,
        copies="all",
        proportion=True,
    ),
    Figure(
        "gradable_auc",
        "quality",
        definition(
            "Good against the rest, AUC",
            "Chance that a photograph that graders call good gets a higher probability than one "
            "that they call bad or that shows no fundus.",
            AS_ZERO,
            scale=(0.5, 1.0),
        ),
        ("gradable.probability", "truth.gradable"),
        auc("gradable.probability", "truth.gradable"),
        (CHANCE,),
    ),
    Figure(
        "good_accepted",
        "quality",
        definition(
            "Good photographs accepted",
            "Share of the photographs that graders call good which pass the gate.",
            "not accepted",
        ),
        ("gradable.probability", "truth.gradable"),
        mean_of(ACCEPTED),
        (ACCEPT_ALL,),
        keep=lambda p: p.values.get("truth.gradable") == 1.0,
        proportion=True,
    ),
    Figure(
        "rest_refused",
        "quality",
        definition(
            "Bad photographs and other pictures refused",
            "Share of the photographs that graders call bad, or that show no fundus, which the "
            "gate refuses.",
            "refused",
        ),
        ("gradable.probability", "truth.gradable"),
        _refused,
        (Comparator("every photograph accepted", constant(0.0)),),
        keep=lambda p: p.values.get("truth.gradable") == 0.0,
        proportion=True,
    ),
    Figure(
        "defect_named",
        "quality",
        definition(
            "Defect named correctly",
            "Good photographs of judged people, degraded by one defect to where a grader would "
            "take them again: share whose first advice is the one for that defect. By "
            "defect in the table of subgroups.",
            "judged like the others: refusing is right here",
        ),
        ("defect_named",),
        mean_of("defect_named"),
        (Comparator("one of seven defects at random", constant(1.0 / 7.0)),),
        only_defects=True,
        proportion=True,
    ),
)
