"""Turns a downloaded set into one manifest: photographs found, persons dealt, rows checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from edge_runtime.contracts.cohort import MASKS, EvidenceKind, ManifestRow, Role
from edge_runtime.contracts.cohort_check import ManifestSummary, validate_manifest
from edge_runtime.contracts.cohort_tables import write_manifest
from edge_runtime.errors import ManifestError
from training.cohort.dealing import Dealt, deal, twins
from training.cohort.held_folder import HeldFolder
from training.cohort.held_set import HeldSet, Labelled

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Opens a progress bar from its label and total; what it yields takes how many are done."""

Found = list[tuple[Labelled, str]]


@dataclass(frozen=True)
class Written:
    """A manifest that was written and found sound."""

    manifest: Path
    root: Path | None
    """What its paths are relative to, where that is not the manifest's own folder."""
    summary: ManifestSummary
    missing: tuple[str, ...]
    """Photographs that the set's tables name and that are not there, with where they are named."""
    shared_files: int
    """Pairs of persons who were made one because they share a file."""


def write_held(
    held: HeldSet,
    folder: Path,
    out: Path,
    progress: Progress,
    role: Role | None = None,
    skip_missing: bool = False,
) -> Written:
    """Write the manifest of a downloaded set, CSV or Parquet by suffix.

    `role` overrules the dealing: every person gets it. A photograph that is not there is refused,
    or, with `skip_missing`, left out and told. Raises ManifestError, naming the set's own file, row
    and column; the manifest is validated as written, and left to be looked at when that fails.
    """
    index = HeldFolder(folder)
    found, missing = _found(held, index, skip_missing)
    with progress("comparing files", len(found)) as show:
        pairs = twins([(folder / file, label.person_id) for label, file in found], _counter(show))
    halves = ((label.person_id, role or label.half) for label, _ in found)
    dealt = deal(held.name, halves, pairs, held.has_tune or role is not None)
    root, prefix = _root(folder, out)
    rows = (_row(held, label, file, dealt[label.person_id], prefix) for label, file in found)
    with progress("writing rows", len(found)) as show:
        write_manifest(_shown(rows, show), out, held.lesions)
    return Written(out, root, validate_manifest(out, root), missing, len(pairs))


def _found(held: HeldSet, index: HeldFolder, skip_missing: bool) -> tuple[Found, tuple[str, ...]]:
    """Return each photograph with its path, and those that are not there."""
    found: Found = []
    missing: list[str] = []
    rows: dict[str, int | None] = {}
    for label in held.labelled(index):
        file = index.photograph(label.name, label.parents, label.within)
        if file is None:
            refusal = label.place.error(f"{held.name}: no photograph {label.name} in {index.path}")
            if not skip_missing:
                raise refusal
            missing.append(str(refusal))
            continue
        if file in rows:
            raise label.place.error(f"{label.name}: the same photograph as in row {rows[file]}")
        rows[file] = label.place.row
        found.append((label, file))
    if not found:
        reason = f"no photograph of {held.name} is there"
        raise ManifestError(str(index.path), None, None, reason)
    return found, tuple(missing)


def _row(held: HeldSet, label: Labelled, file: str, dealt: Dealt, prefix: str) -> ManifestRow:
    known = dict(label.known)
    known |= {name: f"{prefix}{known[name]}" for name in MASKS if known.get(name)}
    known["lesions"] = {name: f"{prefix}{mask}" for name, mask in known.get("lesions", {}).items()}
    try:
        return ManifestRow(
            set=held.name,
            person_id=dealt.person_id,
            eye=label.eye,
            photograph=f"{prefix}{file}",
            role=dealt.role,
            fold=dealt.fold,
            evidence_kind=EvidenceKind.REAL,
            terms=held.terms,
            **known,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        column = str(first["loc"][0])
        message = str(first["msg"]).removeprefix("Value error, ")
        reason = f"{label.name}: {message}, got {first['input']!r}"
        raise label.place.error(reason, held.columns.get(column, column)) from None


def _root(folder: Path, out: Path) -> tuple[Path | None, str]:
    """Return what the paths are relative to (None: the manifest's folder) and their beginning."""
    beside, inside = out.parent.resolve(), folder.resolve()
    if not inside.is_relative_to(beside):
        return folder, ""
    prefix = PurePosixPath(inside.relative_to(beside).as_posix())
    return None, "" if str(prefix) == "." else f"{prefix}/"


def _counter(show: Callable[[int], None]) -> Callable[[], None]:
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        show(done)

    return tick


def _shown(rows: Iterator[ManifestRow], show: Callable[[int], None]) -> Iterator[ManifestRow]:
    for done, row in enumerate(rows, start=1):
        yield row
        show(done)
