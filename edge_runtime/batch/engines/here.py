"""The engine in this very process: a few threads around one pipeline."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing

from edge_runtime.batch.engines.base import Step
from edge_runtime.batch.plan import EngineFacts, ShardTask, WorkPlan
from edge_runtime.batch.screening import ShardScreening, shard_screening
from edge_runtime.pipeline import Pipeline


class Here:
    """Screens one shard after the other in the process that asks."""

    def __init__(
        self, plan: WorkPlan, open_pipeline: Callable[[], AbstractContextManager[Pipeline]]
    ) -> None:
        self._plan, self._open_pipeline = plan, open_pipeline
        self._held = ExitStack()
        self._core: ShardScreening | None = None

    def start(self, num_shards: int) -> EngineFacts:  # noqa: ARG002 - one process serves any number
        """As `Engine.start`."""
        pipeline = self._held.enter_context(self._open_pipeline())
        self._core = self._held.enter_context(shard_screening(self._plan, pipeline))
        return self._core.facts

    def screened(self, tasks: Iterator[ShardTask]) -> Generator[Step, None, None]:
        """As `Engine.screened`; shards come in order."""
        assert self._core is not None
        for task in tasks:
            with closing(self._core.screen(task)) as steps:
                yield (yield from steps)

    def close(self) -> None:
        """As `Engine.close`."""
        self._held.close()

    def peak_memory_mb(self) -> float:
        """As `Engine.peak_memory_mb`: there is no process but the asking one."""
        return 0.0
