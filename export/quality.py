"""The fitted quality gate as a file of the bundle, with the figures of its own report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_runtime.contracts.bundle import MeasuredQuality, Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Evidence
from edge_runtime.fundus.quality import QualityWeights
from export.errors import ExportError

WEIGHTS, REPORT = "quality.json", "report.json"
NOTHING_REFUSED = "every photograph accepted"
COPIES = "degraded copies of all sets"
"""Where a metric was measured on what the camera degrader made of good photographs."""


@dataclass(frozen=True)
class FittedQuality:
    """The weights' file, its entry in the bundle, and the sets that it was fitted on."""

    content: bytes
    entry: MeasuredQuality
    sets: tuple[str, ...]
    fold: int | None
    """The fold that it did not learn from; None where roles say who was held out."""


def measured_quality(run: Path, file: str) -> FittedQuality:
    """Return what `foreseye-train quality` left in a run folder. Raises ExportError."""
    try:
        content = (run / WEIGHTS).read_bytes()
        report = json.loads((run / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"no fitted quality gate in {run}: {error}") from None
    QualityWeights.from_json(content.decode())
    metrics = [*_shares(report["accepted"]), _area(report), *_of_copies(report)]
    entry = MeasuredQuality(file=file, evidence=Evidence.INTERNAL, metrics=metrics)
    sets = tuple(sorted({group.partition("/")[0] for group in report["accepted"]}))
    return FittedQuality(content, entry, sets, report.get("fold"))


def _shares(accepted: dict[str, Any]) -> list[Metric]:
    return [
        Metric(
            name="share_accepted",
            value=of_role["share"],
            interval_95=tuple(of_role["interval_95"]),
            set=group,
            role=Role.TEST,
            people=of_role["people"],
            photographs=of_role["photographs"],
            baseline=1.0,
            baseline_name=NOTHING_REFUSED,
            evidence=Evidence.INTERNAL,
        )
        for group, roles in accepted.items()
        if (of_role := roles.get(Role.TEST.value)) is not None
    ]


def _of_copies(report: dict[str, Any]) -> Iterator[Metric]:
    """How often each defect is named on copies at the severity where a grader would retake.

    A report on people without good photographs tells nothing of copies.
    """
    naming = report.get("defect_named_at_retake", {"by_defect": {}})
    for defect, told in naming["by_defect"].items():
        yield _on_copies(
            "share_named",
            told["named"],
            {"defect": defect},
            (naming["baseline_majority"], "the commonest defect named for all"),
        )
    phones = report.get("phone_accepted", {"photographs": 0})
    if phones["photographs"]:
        yield _on_copies("share_accepted", phones, {"copies": "telephone"}, (1.0, NOTHING_REFUSED))


def _on_copies(
    name: str, told: dict[str, Any], subgroup: dict[str, str], baseline: tuple[float, str]
) -> Metric:
    return Metric(
        name=name,
        value=told["share"],
        interval_95=tuple(told["interval_95"]),
        set=COPIES,
        role=Role.TEST,
        subgroup=subgroup,
        people=told["people"],
        photographs=told["photographs"],
        baseline=baseline[0],
        baseline_name=baseline[1],
        evidence=Evidence.INTERNAL,
    )


def _area(report: dict[str, Any]) -> Metric:
    area = report["drimdb_test_auc"]
    return Metric(
        name="gradable_auc",
        value=area["value"],
        interval_95=tuple(area["interval_95"]),
        set="DRIMDB",
        role=Role.TEST,
        people=area["people"],
        photographs=area["photographs"],
        baseline=0.5,
        baseline_name="chance",
        evidence=Evidence.INTERNAL,
    )
