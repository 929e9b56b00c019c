"""Judges a whole cohort: what no row shows alone, and whether every file is there.

Memory grows with the number of photographs and persons (their names are kept), not with pictures.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from edge_runtime.contracts.cohort_tables import (
    mask_path,
    numbered_manifest,
    numbered_outcomes,
    photograph_path,
)
from edge_runtime.contracts.mask_reference import mask_reference
from edge_runtime.errors import ManifestError


@dataclass(frozen=True)
class Tally:
    """How many persons, eyes and photographs one set gives to one role."""

    set: str
    evidence_kind: EvidenceKind
    role: Role
    persons: int
    eyes: int
    """Pairs of person and side; a person's photographs of unknown side count as one eye."""
    photographs: int
    terms: tuple[str, ...]


@dataclass(frozen=True)
class ManifestSummary:
    """A sound manifest, counted; what the data statement of a bundle is made from."""

    tallies: tuple[Tally, ...]
    """Sorted by set, evidence kind and role."""

    @property
    def photographs(self) -> int:
        """Photographs in all."""
        return sum(tally.photographs for tally in self.tallies)


@dataclass(frozen=True)
class CohortSummary:
    """A sound manifest with its outcomes."""

    manifest: ManifestSummary
    outcomes: int


@dataclass
class _Counts:
    persons: set[str] = field(default_factory=set)
    eyes: set[tuple[str, str | None]] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)
    photographs: int = 0

    def add(self, row: ManifestRow) -> None:
        self.persons.add(row.person_id)
        self.eyes.add((row.person_id, row.eye.value if row.eye else None))
        self.terms.add(row.terms)
        self.photographs += 1


@dataclass
class _Seen:
    """What earlier rows said, with the row where they said it."""

    file: str
    photographs: dict[str, int] = field(default_factory=dict)
    persons: dict[tuple[str, str], tuple[int, Role, int]] = field(default_factory=dict)
    counts: dict[tuple[str, EvidenceKind, Role], _Counts] = field(
        default_factory=lambda: defaultdict(_Counts)
    )

    def add(self, number: int, row: ManifestRow) -> None:
        photograph = str(PurePosixPath(row.photograph))
        first = self.photographs.setdefault(photograph, number)
        if first != number:
            reason = f"the same photograph as in row {first}"
            raise ManifestError(self.file, number, "photograph", reason)
        person = (row.set, row.person_id)
        first, role, fold = self.persons.setdefault(person, (number, row.role, row.fold))
        if row.role is not role:
            reason = f"{row.role.value}, but the same person is {role.value} in row {first}"
            raise ManifestError(self.file, number, "role", reason)
        if row.fold != fold:
            reason = f"{row.fold}, but the same person is in fold {fold} in row {first}"
            raise ManifestError(self.file, number, "fold", reason)
        self.counts[row.set, row.evidence_kind, row.role].add(row)

    def summary(self) -> ManifestSummary:
        tallies = [
            Tally(*key, len(c.persons), len(c.eyes), c.photographs, tuple(sorted(c.terms)))
            for key, c in self.counts.items()
        ]
        tallies.sort(key=lambda tally: (tally.set, tally.evidence_kind.value, tally.role.value))
        return ManifestSummary(tuple(tallies))


def validate_manifest(path: Path, root: Path | None = None) -> ManifestSummary:
    """Return a manifest's counts when it is sound.

    Raises ManifestError, naming file, row and column, at the first row that breaks the contract,
    names a photograph a second time, gives one person a second role or fold, or names a
    photograph or mask that is not there. `root`: as in `cohort_tables.photograph_path`.
    """
    return _judged(path, root).summary()


def validate_cohort(manifest: Path, outcomes: Path, root: Path | None = None) -> CohortSummary:
    """Return the counts of a manifest and its outcomes when both are sound.

    Raises as `validate_manifest`, and for an outcome of a person who is not in the manifest or
    whose condition has an outcome already.
    """
    seen = _judged(manifest, root)
    rows: dict[tuple[str, str, str], int] = {}
    for number, row in numbered_outcomes(outcomes):
        if (row.set, row.person_id) not in seen.persons:
            reason = f"no such person in set {row.set!r} of {manifest}"
            raise ManifestError(str(outcomes), number, "person_id", reason)
        first = rows.setdefault((row.set, row.person_id, row.condition.value), number)
        if first != number:
            reason = f"the same person and condition as in row {first}"
            raise ManifestError(str(outcomes), number, "condition", reason)
    return CohortSummary(seen.summary(), len(rows))


def _judged(path: Path, root: Path | None) -> _Seen:
    seen = _Seen(str(path))
    for number, row in numbered_manifest(path):
        seen.add(number, row)
        _check_files(number, row, path, root)
    return seen


def _check_files(number: int, row: ManifestRow, manifest: Path, root: Path | None) -> None:
    files = {"photograph": photograph_path(row, manifest, root)}
    for column, mask in row.masks().items():
        files[column] = mask_path(mask_reference(mask).path, manifest, root)
    for column, file in files.items():
        if not file.is_file():
            raise ManifestError(str(manifest), number, column, f"no such file {file}")
