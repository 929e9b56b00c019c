"""What the service counts of exams; what it counts of models is in `engines/statistics.py`.

Nothing here is about a person: stages, outcomes and times, no names and no numbers of results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from edge_runtime.service.engines.statistics import Duration


class ExamMeasures:
    """Written from the event loop alone; read from any thread."""

    def __init__(self) -> None:
        self.stages: dict[str, Duration] = {}
        """By stage of the pipeline, and `exam`: from its request to its last event."""
        self.outcomes: Counter[str] = Counter()
        """`done`, or the name of the error that ended an exam."""

    def photograph_done(self, timings_ms: Mapping[str, float]) -> None:
        """Book the stages of one photograph."""
        for stage, ms in timings_ms.items():
            if stage != "total":
                self._add(stage, ms)

    def exam_done(self, took_ms: float) -> None:
        """Book a whole exam."""
        self._add("exam", took_ms)
        self.outcomes["done"] += 1

    def exam_ended(self, error: BaseException) -> None:
        """Book an exam that ended without its last event."""
        self.outcomes[type(error).__name__] += 1

    def _add(self, stage: str, ms: float) -> None:
        self.stages.setdefault(stage, Duration()).add(int(ms * 1e6))
