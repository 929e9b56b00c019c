"""What every adapter of a public set writes alike: the row's identity, split and terms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow
from edge_runtime.errors import ManifestError
from training.cohort.splits import Split

RESEARCH_USE = "research use"
CC_BY_UNCONFIRMED = "CC BY 4.0 (not confirmed in the copy)"


def public_row(data_folder: Path, split: Split, terms: str, **known: Any) -> ManifestRow:
    """Return the manifest row of one public photograph; `known` holds further columns.

    Raises ManifestError, naming the line of photographs.csv, where the photograph is missing or
    a column breaks the manifest's contract.
    """
    photograph = split.beside(data_folder, split.path)
    try:
        return ManifestRow(
            set=split.set,
            person_id=split.person_id,
            eye=split.eye,
            photograph=photograph,
            role=split.role,
            fold=split.fold,
            evidence_kind=EvidenceKind.REAL,
            terms=terms,
            **known,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = f"{split.path}: {first['msg']}, got {first['input']!r}"
        raise ManifestError(split.file, split.row, str(first["loc"][0]), reason) from None
