"""One request to one model, as it waits for the engine."""

from __future__ import annotations

import time
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field

from edge_runtime.domain import Tensors
from edge_runtime.wire.urgency import YIELDS_S, Urgency

FOREVER = float("inf")


@dataclass
class Caller:
    """On whose behalf models are run."""

    urgency: Urgency = Urgency.KIOSK
    must_end_by: float = FOREVER
    """On `time.monotonic`; a job that is still waiting then is dropped."""
    stopped: bool = False
    """Set when nobody wants the answer any more: what still waits is dropped."""
    came_at: float = field(default_factory=time.monotonic)

    @property
    def turn_at(self) -> float:
        """Whose is earlier goes first: when it came, and how long it yields to the more urgent."""
        return self.came_at + YIELDS_S[self.urgency]


CALLER: ContextVar[Caller] = ContextVar("caller")
"""The caller whose exam this thread works on."""


@dataclass
class TimesNs:
    """What one run of the engine cost, nanoseconds."""

    queue: int = 0
    compute_input: int = 0
    compute_infer: int = 0
    compute_output: int = 0


@dataclass(frozen=True)
class Answer:
    """A model's outputs for one job, and what they cost."""

    outputs: Tensors
    times_ns: TimesNs


@dataclass(eq=False)
class Job:
    """Inputs whose first axis counts the items; `answer` is resolved by the thread of its run."""

    inputs: Tensors
    caller: Caller
    must_begin_by: float = FOREVER
    """On `time.monotonic`: how long the caller lets the job wait."""
    answer: Future[Answer] = field(default_factory=Future)
    arrived_ns: int = field(default_factory=time.monotonic_ns)

    @property
    def num_items(self) -> int:
        """Length of the batch axis."""
        return int(next(iter(self.inputs.values())).shape[0])

    @property
    def num_bytes(self) -> int:
        """What waiting costs in memory."""
        return sum(array.nbytes for array in self.inputs.values())

    @property
    def shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What must be equal for two jobs to run in one batch."""
        return tuple((name, array.shape[1:]) for name, array in sorted(self.inputs.items()))

    def unwanted(self, now: float) -> bool:
        """Return whether nobody waits for the answer any more at this moment (monotonic)."""
        late = now > self.must_begin_by or now > self.caller.must_end_by
        return late or self.caller.stopped or self.answer.cancelled()
