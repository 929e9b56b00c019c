"""The tuning people on whose photographs precisions are calibrated and judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.bundle import BundleManifest
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import FieldOfView, Photograph
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_file, read_photograph
from edge_runtime.settings import Limits
from export.errors import ExportError
from training.cohort.roles import rows_of

WANTED_SIDE_PX = 1024
"""Of the shorter side, as the pipeline decodes; more than any model's own side."""

CALIBRATED_ON = 20
"""Photographs at most, dealt evenly over the sets."""


@dataclass(frozen=True)
class Opened:
    """One tuning photograph, decoded, with its field."""

    row: ManifestRow
    photograph: Photograph
    field: FieldOfView


@dataclass(frozen=True)
class TuningPeople:
    """The rows of role tune of the sets that a bundle's picture models learned from."""

    rows: tuple[ManifestRow, ...]
    data: Path

    def calibrating(self) -> Iterator[Opened]:
        """Yield the photographs on which ranges are measured."""
        yield from self._opened(dealt(self.rows, CALIBRATED_ON))

    def judging(self, is_wanted: Callable[[ManifestRow], bool]) -> Iterator[Opened]:
        """Yield the photographs with a truth that is wanted."""
        yield from self._opened([row for row in self.rows if is_wanted(row)])

    def _opened(self, rows: Sequence[ManifestRow]) -> Iterator[Opened]:
        limits = Limits()
        for row in rows:
            content = read_file(self.data / row.photograph, limits)
            photograph = read_photograph(
                content, row.photograph, limits, wanted_side_px=WANTED_SIDE_PX
            )
            field = find_field_of_view(photograph)
            if field is not None:
                yield Opened(row, photograph, field)


def tuning_people(
    manifest: BundleManifest, rows: Sequence[ManifestRow], data: Path
) -> TuningPeople:
    """Return the tuning people of a bundle, by its own fold. Raises ExportError without any."""
    tune = rows_of(rows, Role.TUNE, manifest.held_out_fold)
    kept = [row for row in tune if row.set not in (manifest.left_out_sets or ())]
    if not kept:
        raise ExportError(f"no photographs of tuning people in {data}")
    return TuningPeople(tuple(kept), data)


def dealt(rows: Sequence[ManifestRow], number: int) -> list[ManifestRow]:
    """Return at most `number` rows, as evenly from all sets as they have them."""
    by_set: dict[str, list[ManifestRow]] = {}
    for row in rows:
        by_set.setdefault(row.set, []).append(row)
    share = max(1, number // len(by_set))
    return [
        row for of_set in by_set.values() for row in of_set[:: max(1, len(of_set) // share)][:share]
    ][:number]
