"""Who is learned from, tuned on and judged: by role, or by fold in cross-validation."""

from __future__ import annotations

from collections.abc import Iterable

from edge_runtime.contracts.cohort import ManifestRow, Role
from training.recipe import FOLDS

BY_ROLE_ALWAYS = ("DRIVE", "CHASEDB1", "HRF_AV", "EyePACS", "IDRiD", "RFMiD", "REFUGE")
"""Sets with an official split (or left out whole): they are not cross-validated, and the networks
of every fold learn from their role `train` alone."""


def rows_of(rows: Iterable[ManifestRow], role: Role, fold: int | None) -> list[ManifestRow]:
    """Return the rows of one role; with a fold, the roles are dealt anew.

    Fold k is then judged, fold k + 1 (round the ring) tuned on, and the rest learned from. With
    fold 0 that is what photographs.csv itself says of the sets without an official split.
    """
    return [row for row in rows if role_of(row, fold) == role]


def role_of(row: ManifestRow, fold: int | None) -> Role:
    """Return what a row is used for when `fold` is held out."""
    if fold is None or row.set in BY_ROLE_ALWAYS:
        return row.role
    if row.fold == fold:
        return Role.TEST
    return Role.TUNE if row.fold == (fold + 1) % FOLDS else Role.TRAIN
