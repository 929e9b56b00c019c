"""The engine of this machine: one process for a small batch, several for a large one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager

from edge_runtime.batch.engines.base import Engine, Step
from edge_runtime.batch.engines.here import Here
from edge_runtime.batch.engines.processes import Processes
from edge_runtime.batch.machine import processes_for
from edge_runtime.batch.plan import EngineFacts, ShardTask, WorkPlan
from edge_runtime.pipeline import Pipeline


class Local:
    """Chooses when it learns how many shards there are; the rows are the same either way."""

    def __init__(
        self,
        plan: WorkPlan,
        open_pipeline: Callable[[], AbstractContextManager[Pipeline]],
        num_processes: int | None = None,
    ) -> None:
        self._plan, self._open_pipeline, self._asked = plan, open_pipeline, num_processes
        self._chosen: Engine | None = None

    def start(self, num_shards: int) -> EngineFacts:
        """As `Engine.start`."""
        num = processes_for(num_shards, self._asked)
        if num == 1:
            self._chosen = Here(self._plan, self._open_pipeline)
        else:
            self._chosen = Processes(self._plan, num)
        return self._chosen.start(num_shards)

    def screened(self, tasks: Iterator[ShardTask]) -> Generator[Step, None, None]:
        """As `Engine.screened`."""
        assert self._chosen is not None
        return self._chosen.screened(tasks)

    def close(self) -> None:
        """As `Engine.close`."""
        if self._chosen is not None:
            self._chosen.close()

    def peak_memory_mb(self) -> float:
        """As `Engine.peak_memory_mb`."""
        return 0.0 if self._chosen is None else self._chosen.peak_memory_mb()
