"""What the service counts, read from its Prometheus page: a few numbers for a person."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

ANSWER_WITHIN_S = 2.0
MOST_BYTES = 4 << 20


@dataclass(frozen=True)
class Counted:
    """The service by numbers; a number that it does not give is None."""

    exams_now: int | None = None
    exams_ended: dict[str, int] = field(default_factory=dict)
    """By how they ended."""
    memory_available_mb: int | None = None
    decoder_deaths: int | None = None
    stage_ms: dict[str, float] = field(default_factory=dict)
    """Mean time of each stage since the service was started."""


def read(url: str) -> Counted | None:
    """Return what the page at `url` counts, None where nobody answers there with metrics."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S) as answer:
            return counted(answer.read(MOST_BYTES).decode())
    except (OSError, ValueError, urllib.error.URLError):
        return None


def counted(text: str) -> Counted:
    """Return the numbers of a page of metrics. Raises ValueError for what is none."""
    values: dict[str, float] = {}
    ended: dict[str, int] = {}
    sums: dict[str, float] = {}
    counts: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "foreseye_exams_ended_total":
                ended[sample.labels["outcome"]] = int(sample.value)
            elif sample.name == "foreseye_stage_seconds_sum":
                sums[sample.labels["stage"]] = sample.value
            elif sample.name == "foreseye_stage_seconds_count":
                counts[sample.labels["stage"]] = sample.value
            else:
                values[sample.name] = sample.value
    memory = values.get("foreseye_memory_available_bytes")
    return Counted(
        exams_now=_whole(values.get("foreseye_exams")),
        exams_ended=ended,
        memory_available_mb=None if memory is None else round(memory / 1e6),
        decoder_deaths=_whole(values.get("foreseye_decoder_deaths_total")),
        stage_ms={name: 1000 * sums[name] / n for name, n in counts.items() if n and name in sums},
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
