"""Puts the public sets into one manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.cohort_check import validate_manifest
from edge_runtime.contracts.cohort_tables import read_manifest, write_manifest
from edge_runtime.errors import ManifestError
from training.cohort import chasedb1, drimdb, drishti_gs, drive, grape, hrf_av, srahim_dr
from training.cohort.splits import Splits, read_splits

Adapter = Callable[[Path, Splits], Iterator[ManifestRow]]

ADAPTERS: dict[str, Adapter] = {
    drive.SET: drive.rows,
    chasedb1.SET: chasedb1.rows,
    hrf_av.SET: hrf_av.rows,
    drishti_gs.SET: drishti_gs.rows,
    srahim_dr.SET: srahim_dr.rows,
    srahim_dr.FULL_SIZE_SET: srahim_dr.full_size_rows,
    grape.SET: grape.rows,
    drimdb.SET: drimdb.rows,
}


def assemble(data_folder: Path, out: Path, sets: Sequence[str]) -> Path:
    """Write one manifest of the sets named, CSV or Parquet by suffix, and return its path.

    Its paths are relative to `data_folder`, so readers outside that folder give it as `root`.
    The manifest is validated as written, and left to be looked at when that fails. Raises
    ManifestError for an unknown set, a missing file or a row that breaks the contract.
    """
    unknown = [name for name in sets if name not in ADAPTERS]
    if unknown:
        reason = f"unknown sets {', '.join(unknown)}; known: {', '.join(ADAPTERS)}"
        raise ManifestError(str(data_folder), None, "set", reason)
    splits = read_splits(data_folder)
    write_manifest((row for name in sets for row in ADAPTERS[name](data_folder, splits)), out)
    validate_manifest(out, root=data_folder)
    return out


@dataclass(frozen=True)
class Cohort:
    """Where the photographs of a training run are."""

    folder: Path
    """Paths of the manifest are relative to it."""

    manifest: Path | None = None
    """An own manifest; None for the public sets that `photographs.csv` of the folder lists."""


def cohort_rows(cohort: Cohort, sets: Sequence[str], work: Path) -> list[ManifestRow]:
    """Return the rows of the sets named, from an own manifest or from the public sets.

    Raises ManifestError for a row that breaks the contract, an unknown set, or a set without rows.
    """
    if cohort.manifest is None:
        return list(read_manifest(assemble(cohort.folder, work / "manifest.parquet", sets)))
    validate_manifest(cohort.manifest, root=cohort.folder)
    rows = [row for row in read_manifest(cohort.manifest) if row.set in sets]
    missing = sorted(set(sets) - {row.set for row in rows})
    if missing:
        reason = f"no rows of {', '.join(missing)}, which the recipe learns from"
        raise ManifestError(str(cohort.manifest), None, "set", reason)
    return rows
