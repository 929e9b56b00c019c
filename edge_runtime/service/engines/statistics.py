"""What each model did since the server began: Triton's counters, in our words."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field

from edge_runtime.service.engines.job import TimesNs

REJECTED, CANCELLED, BACKEND, OTHER = "REJECTED", "CANCELED", "BACKEND", "OTHER"
REASONS = (REJECTED, CANCELLED, BACKEND, OTHER)
"""Why a request failed, as Triton labels it."""

BUCKETS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
BOUNDS_NS = [bound * 1_000_000 for bound in BUCKETS_MS]


@dataclass
class Duration:
    """How often something happened and how long it took in all."""

    count: int = 0
    ns: int = 0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_MS) + 1))
    """Counts by duration: up to each bound of BUCKETS_MS, then above the last."""

    def add(self, ns: int, times: int = 1) -> None:
        """Book one that took `ns`, for each of `times`."""
        self.count += times
        self.ns += ns * times
        self.buckets[bisect_left(BOUNDS_NS, ns)] += times


@dataclass
class BatchCosts:
    """Runs of one batch size."""

    compute_input: Duration = field(default_factory=Duration)
    compute_infer: Duration = field(default_factory=Duration)
    compute_output: Duration = field(default_factory=Duration)


@dataclass
class ModelStatistics:
    """One model's counters. Several threads may book; `lock` is held while several are read."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    success: Duration = field(default_factory=Duration)
    fail: Duration = field(default_factory=Duration)
    queue: Duration = field(default_factory=Duration)
    compute_input: Duration = field(default_factory=Duration)
    compute_infer: Duration = field(default_factory=Duration)
    compute_output: Duration = field(default_factory=Duration)
    failures: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))
    batches: dict[int, BatchCosts] = field(default_factory=dict)
    inference_count: int = 0
    execution_count: int = 0
    last_inference_ms: int = 0
    """Since 1970."""

    def ran(self, num_items: int, num_jobs: int, times: TimesNs) -> None:
        """Book one run of the engine for `num_jobs` requests of `num_items` items together."""
        with self.lock:
            self.execution_count += 1
            self.inference_count += num_items
            self.last_inference_ms = time.time_ns() // 1_000_000
            costs = self.batches.setdefault(num_items, BatchCosts())
            for part in ("compute_input", "compute_infer", "compute_output"):
                ns = getattr(times, part)
                getattr(self, part).add(ns, num_jobs)
                getattr(costs, part).add(ns)

    def answered(self, queue_ns: int, whole_ns: int) -> None:
        """Book one request that was answered."""
        with self.lock:
            self.queue.add(queue_ns)
            self.success.add(whole_ns)

    def failed(self, reason: str, whole_ns: int) -> None:
        """Book one request that was not answered, by one of REASONS."""
        with self.lock:
            self.failures[reason] += 1
            self.fail.add(whole_ns)
