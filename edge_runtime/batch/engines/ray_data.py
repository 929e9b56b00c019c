"""The Ray engine: Ray Data streams shards through actors that each hold a loaded bundle.

One machine, or every machine of a cluster: the photographs and the output folder must lie at the
same paths everywhere. Actors read the run's list and the photographs and hand their shards' tables
back; the run alone writes, as with every engine. Needs the extra foreseye[ray].
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from edge_runtime.batch.engines.base import Step
from edge_runtime.batch.engines.refused import Refused
from edge_runtime.batch.engines.worker import with_threads
from edge_runtime.batch.machine import usable_memory_bytes, usable_processors
from edge_runtime.batch.plan import EngineFacts, ScreenedShard, ShardTask, WorkPlan
from edge_runtime.batch.screening import ExamFinished, shard_screening
from edge_runtime.errors import BackendUnavailable, ForeseyeError, InferenceFailed, InvalidField
from edge_runtime.pipeline import Pipeline

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

LOCAL = "local"
"""Not a cluster's address: Ray is started on this machine for the run and ends with it."""
MIN_STORE_BYTES, MAX_STORE_BYTES = 80_000_000, 2_000_000_000
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
}
"""Ray's own settings: nothing is reported to anybody outside."""

Row = dict[str, Any]


class ShardActor:
    """One of Ray Data's actors: holds a loaded bundle and screens shard after shard."""

    def __init__(self, plan: WorkPlan, facts: EngineFacts) -> None:
        self._pipeline = Pipeline.open(plan.settings)
        self._entered = shard_screening(plan, self._pipeline)
        self._core = self._entered.__enter__()
        if self._core.facts != facts:
            raise InferenceFailed("an actor of the batch does not run the same models")

    def __call__(self, batch: dict[str, np.ndarray]) -> pa.Table:
        """Screen the shards of a batch of tasks; what an engine refuses is told, not raised."""
        columns = (batch[name].tolist() for name in TASK_COLUMNS)
        tasks = [ShardTask(*values) for values in zip(*columns, strict=True)]
        return pa.Table.from_pylist([self._screened(task) for task in tasks], SCREENED)

    def _screened(self, task: ShardTask) -> Row:
        told: Row = {"number": task.number, "num_photographs": task.num_photographs}
        steps = self._core.screen(task)
        try:
            while True:
                next(steps)
        except StopIteration as ended:
            shard: ScreenedShard = ended.value
            return {**told, "photographs": shard.photographs, "exams": shard.exams}
        except ForeseyeError as error:
            return {**told, **asdict(Refused.of(error))}


TASK_COLUMNS = ("number", "offset", "num_exams", "num_photographs")
SCREENED = pa.schema(
    {
        "number": pa.int64(),
        "num_photographs": pa.int64(),
        "photographs": pa.large_binary(),
        "exams": pa.large_binary(),
        "error": pa.string(),
        "text": pa.string(),
    }
)
"""What an actor hands back of a shard: its tables, or its refusal."""


class RayData:
    """Screens shards on Ray. `address` is `local`, `auto` or a cluster's own."""

    def __init__(self, plan: WorkPlan, address: str = LOCAL, num_actors: int | None = None) -> None:
        """Raises InvalidField where Ray is not installed."""
        if find_spec("ray") is None:
            raise InvalidField("engine", "ray needs the extra foreseye[ray]")
        self._address, self._asked = address, num_actors
        self._plan = with_threads(plan, 1, 1)
        self._facts: EngineFacts | None = None
        self._num_actors = 1
        self._begun = False

    def start(self, num_shards: int) -> EngineFacts:
        """As `Engine.start`. The bundle is proved here first: what is wrong is told plainly."""
        pipeline = Pipeline.open(self._plan.settings)
        try:
            self._facts = EngineFacts(
                pipeline.bundle.identity, pipeline.bundle.manifest, pipeline.models
            )
        finally:
            pipeline.close()
        self._connect()
        self._num_actors = self._asked or max(1, min(num_shards, self._processors()))
        return self._facts

    def screened(self, tasks: Iterator[ShardTask]) -> Generator[Step, None, None]:
        """As `Engine.screened`. A shard is told when it is whole."""
        import ray
        from ray.exceptions import RayError

        rows = [{name: getattr(task, name) for name in TASK_COLUMNS} for task in tasks]
        if not rows:
            return
        screened = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            ShardActor,
            batch_size=1,
            fn_constructor_args=(self._plan, self._facts),
            compute=ray.data.ActorPoolStrategy(size=min(self._num_actors, len(rows))),
            num_cpus=1,
        )
        try:
            for row in screened.iter_rows():
                yield from _steps(row)
        except RayError as error:
            raise InferenceFailed(f"Ray: {str(error)[-600:]}") from error

    def close(self) -> None:
        """As `Engine.close`: leaves the cluster, or ends the one that was started for the run."""
        if self._begun:
            import ray

            ray.shutdown()
            self._begun = False

    def peak_memory_mb(self) -> float:
        """As `Engine.peak_memory_mb`: Ray keeps its own accounts, on its dashboard."""
        return 0.0

    def _connect(self) -> None:
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        import ray
        from ray.data import DataContext

        options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        if self._address == LOCAL:
            store = min(MAX_STORE_BYTES, max(MIN_STORE_BYTES, usable_memory_bytes() // 10))
            options |= {"include_dashboard": False, "num_cpus": usable_processors(),
                        "object_store_memory": store}  # fmt: skip
        else:
            options["address"] = self._address
        try:
            ray.init(**options)
        except Exception as error:  # Ray raises a bare one where its processes are not up in 30 s
            raise BackendUnavailable(f"Ray at {self._address}: {error}") from error
        self._begun = True
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        context = DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = False

    def _processors(self) -> int:
        import ray

        cluster: Any = ray  # whose own types leave this function out
        return int(cluster.cluster_resources().get("CPU", 1))


def _steps(row: Row) -> Iterator[Step]:
    if row["error"] is not None:
        raise Refused(row["error"], row["text"]).as_error()
    yield ScreenedShard(row["number"], row["photographs"], row["exams"])
    yield ExamFinished(0, row["num_photographs"])
