"""Who is judged by which bundle, so that nobody is judged by a model that learned from him.

A plain bundle is judged on a role; fold bundles each on the fold that they held out, which is
cross-validation (sets with an official split take no part in it); a bundle with left-out sets on
all of those sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import Split
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_check import validate_manifest
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.domain import Evidence
from training.cohort.assemble import ADAPTERS, assemble
from training.cohort.roles import BY_ROLE_ALWAYS, rows_of
from training.cohort.srahim_dr import FULL_SIZE_SET
from training.errors import CohortError

MANIFEST_FILE = "judged.parquet"
JUDGED_SETS = tuple(name for name in ADAPTERS if name != FULL_SIZE_SET)
"""Every public set, but for the full-size copies: their people would be counted twice."""


@dataclass(frozen=True)
class Judging:
    """One bundle, the rows that it is judged on, and those that baselines may learn from."""

    bundle: Bundle
    rows: list[ManifestRow]
    tune: list[ManifestRow]
    train: list[ManifestRow]


def cohort_rows(
    data: Path, out: Path, manifest: Path | None, sets: Sequence[str] | None
) -> list[ManifestRow]:
    """Return the rows that may be judged: of a manifest, or of the public sets in `data`.

    Photographs are relative to `data`. Raises ManifestError, and CohortError for an unknown set.
    """
    if manifest is None:
        table = assemble(data, out / MANIFEST_FILE, sets or present_sets(data))
        return list(read_manifest(table))
    validate_manifest(manifest, root=data)
    rows = list(read_manifest(manifest))
    known = {row.set for row in rows}
    unknown = sorted(set(sets or ()) - known)
    if unknown:
        raise CohortError(f"{manifest} has no set {', '.join(unknown)}; it has {sorted(known)}")
    return [row for row in rows if not sets or row.set in sets]


def present_sets(data: Path) -> tuple[str, ...]:
    """Return the public sets that photographs.csv of a data folder lists, in our order."""
    from training.cohort.splits import read_splits

    listed = read_splits(data).by_set
    return tuple(name for name in JUDGED_SETS if name in listed)


def planned(
    bundles: Sequence[Bundle], rows: Sequence[ManifestRow], role: Role
) -> tuple[Split, list[Judging]]:
    """Return the kind of split and what each bundle is judged on.

    Raises CohortError for bundles that do not belong together: of different kinds, two of one
    fold, or several without folds; and where nothing is left to judge.
    """
    splits = {_split_of(bundle, role) for bundle in bundles}
    if len(splits) > 1:
        raise CohortError(f"these bundles are of several kinds: {', '.join(sorted(splits))}")
    split = splits.pop()
    folds = [bundle.manifest.held_out_fold for bundle in bundles]
    if len(bundles) > 1 and (split != "cv" or len(set(folds)) < len(folds)):
        raise CohortError("several bundles are judged together only when each held out a fold")
    judgings = [_judging(bundle, rows, split, role) for bundle in bundles]
    if not any(judging.rows for judging in judgings):
        raise CohortError(f"no photograph to judge: nobody is in {split}")
    return split, judgings


def evidence_on(bundle: Bundle, model: str, row_set: str, kind: str) -> Evidence:
    """Return what a figure of one model on one set is worth.

    External is a set that the model neither learned from nor was tuned on, by the bundle's own
    data statement.
    """
    if kind == "drawn":
        return Evidence.DRAWN
    if row_set in (bundle.manifest.left_out_sets or ()):
        return Evidence.EXTERNAL
    counts = bundle.manifest.data_statement.models.get(model, [])
    learned = {
        count.set
        for count in counts
        if any(count.people.get(role.value, 0) for role in (Role.TRAIN, Role.TUNE))
    }
    return Evidence.INTERNAL if row_set in learned else Evidence.EXTERNAL


def _split_of(bundle: Bundle, role: Role) -> Split:
    if bundle.manifest.left_out_sets:
        return "external"
    if bundle.manifest.held_out_fold is not None:
        return "cv"
    return role.value


def _judging(bundle: Bundle, rows: Sequence[ManifestRow], split: Split, role: Role) -> Judging:
    if split == "external":
        left_out = bundle.manifest.left_out_sets or []
        others = [row for row in rows if row.set not in left_out]
        judged = [row for row in rows if row.set in left_out]
        tune, train = (rows_of(others, r, None) for r in (Role.TUNE, Role.TRAIN))
        return Judging(bundle, judged, tune, train)
    fold = bundle.manifest.held_out_fold
    judged = rows_of(rows, role, None)
    if fold is not None:
        # Sets with an official split are dealt alike in every fold: five bundles would each judge
        # the same people, and the roles judge them already.
        crossed = [row for row in rows if row.set not in BY_ROLE_ALWAYS]
        judged = rows_of(crossed, Role.TEST, fold)
    tune, train = (rows_of(rows, r, fold) for r in (Role.TUNE, Role.TRAIN))
    return Judging(bundle, judged, tune, train)
