"""What a worker process tells its parent.

In a module of their own: the worker itself is `__main__`, whose classes no other process knows.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge_runtime.batch.plan import EngineFacts


@dataclass(frozen=True)
class Ready:
    """The process has opened and proved the bundle; `facts` say what it runs."""

    facts: EngineFacts


@dataclass(frozen=True)
class ExamBegun:
    """An exam's turn has come: if the process dies now, it may have died of it."""

    place: int


@dataclass(frozen=True)
class Memory:
    """The largest resident memory so far, told after each shard."""

    peak_mb: float
