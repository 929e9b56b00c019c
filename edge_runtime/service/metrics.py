"""Prometheus metrics: Triton's names for the models, our own for exams and stages.

Dashboards made for Triton work as they are; every number is read when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from edge_runtime.service.bundles import Bundles
from edge_runtime.service.decoding.decoders import Decoders
from edge_runtime.service.engines.statistics import BUCKETS_MS, Duration, ModelStatistics
from edge_runtime.service.exam_queue import ExamQueue
from edge_runtime.service.measures import ExamMeasures
from edge_runtime.service.memory_floor import available_bytes

DURATIONS = {
    "request": "success",
    "queue": "queue",
    "compute_input": "compute_input",
    "compute_infer": "compute_infer",
    "compute_output": "compute_output",
}
"""Triton's duration counters by the durations that we keep."""

COUNTER_HEAD = re.compile(rb"^# (HELP|TYPE) (nv_\w+)_total ", re.MULTILINE)


class ServiceCollector(Collector):
    """Everything that the service counts."""

    def __init__(
        self, bundles: Bundles, queue: ExamQueue, measures: ExamMeasures, decoders: Decoders
    ) -> None:
        self._decoders = decoders
        self._bundles = bundles
        self._queue = queue
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """Yield each metric as it stands."""
        counted = sorted(self._bundles.statistics.items())
        yield from self._counters(counted)
        yield self._pending()
        for part in ("queue", "compute_infer"):
            histogram = HistogramMetricFamily(
                f"foreseye_inference_{part}_seconds", f"Of each request: {part}.", labels=LABELS
            )
            for (model, version), statistics in counted:
                _add(histogram, [model, version], getattr(statistics, part))
            yield histogram
        yield from self._exams()
        deaths = Metric("foreseye_decoder_deaths", "Decoding processes that died.", "counter")
        deaths.add_sample("foreseye_decoder_deaths_total", {}, self._decoders.deaths)
        yield deaths
        available = available_bytes()
        if available is not None:
            text = "Memory that can still be had, the container's limit included."
            yield GaugeMetricFamily("foreseye_memory_available_bytes", text, value=available)

    def _counters(self, counted: list[tuple[tuple[str, str], ModelStatistics]]) -> Iterator[Metric]:
        totals = {
            "nv_inference_request_success": ("Requests answered.", "success.count"),
            "nv_inference_count": ("Items answered.", "inference_count"),
            "nv_inference_exec_count": ("Runs of the engine.", "execution_count"),
            **{
                f"nv_inference_{name}_duration_us": (f"{name}, microseconds.", f"{part}.ns")
                for name, part in DURATIONS.items()
            },
        }
        for name, (text, path) in totals.items():
            metric = Metric(name, text, "counter")
            for (model, version), statistics in counted:
                metric.add_sample(name, _labels(model, version), _value(statistics, path))
            yield metric
        name = "nv_inference_request_failure"
        metric = Metric(name, "Requests not answered, by reason.", "counter")
        for (model, version), statistics in counted:
            for reason, count in statistics.failures.items():
                metric.add_sample(name, {**_labels(model, version), "reason": reason}, count)
        yield metric

    def _pending(self) -> Metric:
        gauge = GaugeMetricFamily(
            "nv_inference_pending_request_count", "Requests that wait.", labels=LABELS
        )
        current = self._bundles.current
        if current is not None:
            for name in sorted(current.models):
                gauge.add_metric([name, current.version], current.room.num_waiting(name))
        return gauge

    def _exams(self) -> Iterator[Metric]:
        text = "Exams that wait, run or are being sent."
        yield GaugeMetricFamily("foreseye_exams", text, value=self._queue.num_exams)
        ended = Metric("foreseye_exams_ended", "Exams by how they ended.", "counter")
        for outcome, count in sorted(self._measures.outcomes.items()):
            ended.add_sample("foreseye_exams_ended_total", {"outcome": outcome}, count)
        yield ended
        stages = HistogramMetricFamily(
            "foreseye_stage_seconds",
            "Each stage of a photograph, and whole exams.",
            labels=["stage"],
        )
        for stage, duration in sorted(self._measures.stages.items()):
            _add(stages, [stage], duration)
        yield stages


LABELS = ["model", "version"]


def registry_of(collector: ServiceCollector) -> CollectorRegistry:
    """Return a registry of the service's metrics and the process's own."""
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry


def exposition(registry: CollectorRegistry) -> bytes:
    """Return the text that Prometheus reads (format 0.0.4)."""
    # prometheus_client says `_total` in the head of every counter; Triton's have no such ending.
    return COUNTER_HEAD.sub(rb"# \1 \2 ", generate_latest(registry))


def _labels(model: str, version: str) -> dict[str, str]:
    return dict(zip(LABELS, (model, version), strict=True))


def _value(statistics: ModelStatistics, path: str) -> float:
    part, _, field = path.partition(".")
    value = getattr(statistics, part)
    if field:
        value = getattr(value, field)
    return float(value) / 1000.0 if field == "ns" else float(value)


def _add(histogram: HistogramMetricFamily, labels: list[str], duration: Duration) -> None:
    bounds = [str(bound / 1000.0) for bound in BUCKETS_MS] + ["+Inf"]
    counts = list(accumulate(duration.buckets))
    histogram.add_metric(labels, list(zip(bounds, counts, strict=True)), duration.ns / 1e9)
