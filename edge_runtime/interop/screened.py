"""A screened exam as every export takes it: the results, and what they were made from.

All formats are made from this one record, so no two of them can tell different things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.exam import ExamRecord
from edge_runtime.contracts.origin import Origin
from edge_runtime.contracts.result import ScreeningResult
from edge_runtime.domain import Eye


@dataclass(frozen=True)
class ScreenedPhotograph:
    """One photograph's result, and its pixels where the format needs them."""

    result: ScreeningResult
    origin: Origin | None = None
    content: bytes | None = None
    """The picture's file; None where only the result is at hand."""
    layers: Path | None = None
    """The folder of vessels_probability.png and its neighbours; None for an ungradable one."""

    @property
    def eye(self) -> Eye | None:
        """Which eye it is, as far as anybody knows."""
        return self.result.eye.laterality


@dataclass(frozen=True)
class ScreenedExam:
    """One exam, ready for export."""

    record: ExamRecord
    photographs: tuple[ScreenedPhotograph, ...]
    bundle: BundleManifest
    screened_at: datetime
    """With its time zone; the only thing in an export that is not decided by the content."""

    @property
    def bundle_sha256(self) -> str:
        """Of bundle.json; empty for an exam without a result."""
        return self.photographs[0].result.bundle.sha256 if self.photographs else ""

    def with_origins(self, origins: Mapping[bytes, Origin | None]) -> ScreenedExam:
        """Return the exam with what is said of where each photograph, by its content, came from."""
        photographs = tuple(
            replace(one, origin=origins.get(one.content or b"")) for one in self.photographs
        )
        return replace(self, photographs=photographs)

    @property
    def study_uid(self) -> str | None:
        """The one study that all photographs are of; None where nobody says or they differ."""
        uids = {p.origin.study_instance_uid if p.origin else None for p in self.photographs}
        return uids.pop() if len(uids) == 1 else None
