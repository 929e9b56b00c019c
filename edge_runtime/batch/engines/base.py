"""The seam between a run and what runs it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Protocol

from edge_runtime.batch.plan import EngineFacts, ScreenedShard, ShardTask
from edge_runtime.batch.screening import ExamFinished

Step = ExamFinished | ScreenedShard
"""An exam that is finished, or a whole shard that is to be written."""


class Engine(Protocol):
    """Screens shards somewhere, in any order."""

    def start(self, num_shards: int) -> EngineFacts:
        """Get ready for so many shards and return what is run. Raises a BundleError or an
        InferenceError.
        """
        ...

    def screened(self, tasks: Iterator[ShardTask]) -> Generator[Step, None, None]:
        """Yield each exam that is finished and each shard that is.

        Few tasks are taken before they can be begun. Closing the generator ends the work at hand.
        Raises as `ShardScreening.screen`.
        """
        ...

    def close(self) -> None:
        """Give back what `start` took."""
        ...

    def peak_memory_mb(self) -> float:
        """Return the sum of the largest resident memories of the engine's own processes."""
        ...
