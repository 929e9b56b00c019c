"""Our counters as the messages of ModelStatistics."""

from __future__ import annotations

from typing import Any

from edge_runtime.service.engines.statistics import Duration, ModelStatistics
from edge_runtime.wire.open_inference import message

PARTS = ("compute_input", "compute_infer", "compute_output")

_ModelStatistics = message("ModelStatistics")


def statistics_message(name: str, version: str, counted: ModelStatistics) -> Any:
    """Return one model's statistics as they stand."""
    with counted.lock:
        told = _ModelStatistics(
            name=name,
            version=version,
            last_inference=counted.last_inference_ms,
            inference_count=counted.inference_count,
            execution_count=counted.execution_count,
        )
        for part in ("success", "fail", "queue", *PARTS):
            _copy(getattr(counted, part), getattr(told.inference_stats, part))
        for size, costs in sorted(counted.batches.items()):
            batch = told.batch_stats.add(batch_size=size)
            for part in PARTS:
                _copy(getattr(costs, part), getattr(batch, part))
    return told


def _copy(counted: Duration, told: Any) -> None:
    told.SetInParent()
    told.count, told.ns = counted.count, counted.ns
