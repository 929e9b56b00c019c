"""`foreseye-train cohort`: a downloaded public set into a manifest; and a check of any manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.cohort_check import (
    ManifestSummary,
    validate_cohort,
    validate_manifest,
)
from training.cohort.held_rows import Written, write_held
from training.cohort.held_sets import HELD_SETS

MISSING_SHOWN = 20
SUFFIXES = (".csv", ".parquet")
COHORT_EXAMPLE = "Example: foreseye-train cohort idrid sets/IDRiD --out sets/idrid.parquet"
CHECK_EXAMPLE = "Example: foreseye-train check-cohort clinic/manifest.csv"


def _known_set(name: str) -> str:
    if name.lower() not in HELD_SETS:
        raise typer.BadParameter(f"{name!r} is none of {', '.join(HELD_SETS)}")
    return name.lower()


def _table(path: Path) -> Path:
    if path.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(f"{path} ends in neither .csv nor .parquet")
    return path


SetName = Annotated[
    str, typer.Argument(metavar="SET", callback=_known_set, help=f"{', '.join(HELD_SETS)}.")
]
Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", exists=True, file_okay=False, help="The set, unpacked.")
]
Out = Annotated[
    Path, typer.Option("--out", callback=_table, help="Manifest to write, .parquet or .csv.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def cohort(
    name: SetName,
    folder: Folder,
    out: Out,
    role: Annotated[
        Role | None, typer.Option("--role", help="Give everybody this role, for example test.")
    ] = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out photographs that are not there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Turn a public set that you downloaded into a manifest, and check it.

    Photographs stay where they are. With --skip-missing the exit code is 1 where any is missing.
    """
    written = write_held(HELD_SETS[name], folder, out, progress_bar, role, skip_missing)
    if as_json:
        typer.echo(json.dumps(_facts(written)))
    else:
        _say(written)
    if written.missing:
        raise typer.Exit(1)


def check_cohort(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST", callback=_table)],
    outcomes: Annotated[
        Path | None, typer.Option("--outcomes", help="Table of outcomes to check with it.")
    ] = None,
    root: Annotated[
        Path | None, typer.Option("--root", help="What the paths are relative to.", exists=True)
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a manifest: every cell, every file, and that no person has two roles."""
    if outcomes is None:
        summary = validate_manifest(manifest, root)
    else:
        summary = validate_cohort(manifest, outcomes, root).manifest
    if as_json:
        typer.echo(json.dumps({"manifest": str(manifest), "tallies": _tallies(summary)}))
    else:
        typer.echo(f"{manifest}: sound\n{_in_words(summary)}")


def _facts(written: Written) -> dict[str, Any]:
    return {
        "manifest": str(written.manifest),
        "root": None if written.root is None else str(written.root),
        "photographs": written.summary.photographs,
        "tallies": _tallies(written.summary),
        "shared_files": written.shared_files,
        "missing": list(written.missing),
    }


def _tallies(summary: ManifestSummary) -> list[dict[str, Any]]:
    return [
        {**vars(tally), "role": tally.role.value, "evidence_kind": tally.evidence_kind.value}
        for tally in summary.tallies
    ]


def _say(written: Written) -> None:
    typer.echo(f"{written.manifest}: {written.summary.photographs} photographs")
    typer.echo(_in_words(written.summary))
    if written.root is not None:
        typer.echo(f"Its paths are relative to {written.root}: give that as the root.")
    if written.shared_files:
        typer.echo(f"{written.shared_files} files are there twice; whose they are is one person.")
    for missing in written.missing[:MISSING_SHOWN]:
        typer.echo(f"left out: {missing}", err=True)
    if len(written.missing) > MISSING_SHOWN:
        typer.echo(f"left out: {len(written.missing) - MISSING_SHOWN} more", err=True)


def _in_words(summary: ManifestSummary) -> str:
    return "\n".join(
        f"  {tally.set} {tally.role.value}: {tally.persons} persons, "
        f"{tally.eyes} eyes, {tally.photographs} photographs"
        for tally in summary.tallies
    )
