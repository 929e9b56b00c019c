"""What an adapter of a set that users hold says: each photograph as the set's own table has it.

An adapter names photographs and translates labels; finding the files, dealing persons to roles and
writing the manifest is done alike for all sets in `held_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Eye
from edge_runtime.errors import ManifestError
from training.cohort.held_folder import HeldFolder
from training.cohort.labels import Label

NOT_CONFIRMED = " (not confirmed in the copy)"
YES_NO = {"yes": True, "no": False, "1": True, "0": False}


@dataclass(frozen=True)
class Place:
    """Where a photograph is named: the table, or the folder of a set without one."""

    file: str
    row: int | None = None
    """As a spreadsheet shows it: the header is row 1."""
    column: str | None = None

    def error(self, reason: str, column: str | None = None) -> ManifestError:
        """Return a ManifestError that points here, or at another column of the same row."""
        return ManifestError(self.file, self.row, column or self.column, reason)


@dataclass(frozen=True)
class Labelled:
    """One photograph as its set describes it, not yet found and not yet dealt to a role."""

    place: Place
    name: str
    """The photograph's file name, with or without its suffix."""
    person_id: str
    half: Role | None = None
    """The official half: TEST stays test, TUNE stays tune, TRAIN may be dealt to train or tune;
    None where the set has no official split."""
    eye: Eye | None = None
    parents: tuple[str, ...] = ()
    """Names that the folder it lies in may have; any where empty."""
    within: str = ""
    """A folder above it, relative to the set's folder."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """Further columns of the manifest; masks as paths relative to the set's folder."""


@dataclass(frozen=True)
class HeldSet:
    """A public set that users download themselves."""

    name: str
    terms: str
    labelled: Callable[[HeldFolder], Iterator[Labelled]]
    """Yields the photographs. Raises ManifestError for a table that is missing or wrong."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of the manifest by the set's own names, so that an error names the set's."""
    has_tune: bool = False
    """Whether it has an official tuning half."""
    lesions: tuple[str, ...] = ()
    """Classes of lesions that it has masks of."""


def place_of(label: Label, column: str) -> Place:
    """Return where a line of a table names a photograph."""
    return Place(label.file, label.row, column)
