"""What several rows together can break, and files that are not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, OutcomeRow, Role
from edge_runtime.contracts.cohort_check import Tally, validate_cohort, validate_manifest
from edge_runtime.contracts.cohort_tables import write_manifest, write_outcomes
from edge_runtime.errors import ManifestError


def a_row(photograph: str, **changed: Any) -> ManifestRow:
    row = {
        "set": "S",
        "person_id": "p1",
        "eye": "OD",
        "role": "train",
        "fold": 0,
        "evidence_kind": "drawn",
        "terms": "ours",
    }
    return ManifestRow.model_validate({**row, "photograph": photograph, **changed})


def an_outcome(**changed: Any) -> OutcomeRow:
    row = {
        "set": "S",
        "person_id": "p1",
        "condition": "stroke",
        "entry_years": 0,
        "exit_years": 2,
        "event": 0,
        "prevalent": False,
    }
    return OutcomeRow.model_validate({**row, **changed})


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Where a manifest may be written, with four photographs and a mask beside it."""
    for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg", "mask.png"):
        (tmp_path / name).write_bytes(b"any bytes: only their being there is judged")
    return tmp_path / "manifest.parquet"


def refusal(manifest: Path, *rows: ManifestRow) -> ManifestError:
    write_manifest(rows, manifest, ["drusen"])
    with pytest.raises(ManifestError) as refused:
        validate_manifest(manifest)
    return refused.value


def test_a_sound_manifest_is_counted_by_set_kind_and_role(manifest: Path) -> None:
    rows = [
        a_row("a.jpg", vessel="mask.png#1,3"),
        a_row("b.jpg", eye="OS"),
        a_row("c.jpg", eye="OS"),
        a_row("d.jpg", person_id="p2", role="test", eye=None),
    ]
    write_manifest(rows, manifest)

    summary = validate_manifest(manifest)

    assert summary.photographs == 4
    assert summary.tallies == (
        Tally("S", EvidenceKind.DRAWN, Role.TEST, 1, 1, 1, ("ours",)),
        Tally("S", EvidenceKind.DRAWN, Role.TRAIN, 1, 2, 3, ("ours",)),
    )


def test_one_id_in_two_sets_is_two_persons(manifest: Path) -> None:
    write_manifest([a_row("a.jpg"), a_row("b.jpg", set="T", role="test")], manifest)

    assert validate_manifest(manifest).photographs == 2


@pytest.mark.parametrize(
    ("column", "second"),
    [
        ("photograph", a_row("a.jpg", eye="OS")),
        ("photograph", a_row("./a.jpg", eye="OS")),
        ("role", a_row("b.jpg", role="test")),
        ("fold", a_row("b.jpg", fold=3)),
        ("photograph", a_row("absent.jpg")),
        ("vessel", a_row("b.jpg", vessel="absent.png#1")),
        ("lesion_drusen", a_row("b.jpg", lesions={"drusen": "absent.png"})),
    ],
)
def test_what_a_second_row_breaks_is_named(
    manifest: Path, column: str, second: ManifestRow
) -> None:
    error = refusal(manifest, a_row("a.jpg"), second)

    assert (error.file, error.row, error.column) == (str(manifest), 3, column)


def test_a_manifest_elsewhere_is_judged_at_the_root_given(manifest: Path) -> None:
    folder = manifest.parent / "elsewhere"
    folder.mkdir()
    moved = folder / "m.csv"
    write_manifest([a_row("a.jpg", disc="mask.png#>=128")], moved)

    assert validate_manifest(moved, root=manifest.parent).photographs == 1
    with pytest.raises(ManifestError, match="no such file"):
        validate_manifest(moved)


def test_a_sound_cohort_is_counted(manifest: Path) -> None:
    outcomes = manifest.with_name("outcomes.csv")
    write_manifest([a_row("a.jpg")], manifest)
    write_outcomes([an_outcome(), an_outcome(condition="dementia", event=2)], outcomes)

    summary = validate_cohort(manifest, outcomes)

    assert (summary.manifest.photographs, summary.outcomes) == (1, 2)


@pytest.mark.parametrize(
    ("column", "second"),
    [
        ("person_id", an_outcome(person_id="p9")),
        ("person_id", an_outcome(set="T")),
        ("condition", an_outcome(exit_years=5)),
    ],
)
def test_an_outcome_that_the_cohort_cannot_have_is_named(
    manifest: Path, column: str, second: OutcomeRow
) -> None:
    outcomes = manifest.with_name("outcomes.parquet")
    write_manifest([a_row("a.jpg")], manifest)
    write_outcomes([an_outcome(), second], outcomes)

    with pytest.raises(ManifestError) as refused:
        validate_cohort(manifest, outcomes)

    assert (refused.value.file, refused.value.row) == (str(outcomes), 3)
    assert refused.value.column == column
