"""Who is judged is never learned from, by role or by fold."""

from __future__ import annotations

import pytest

from edge_runtime.contracts.cohort import EvidenceKind, ManifestRow, Role
from training.cohort.roles import rows_of

FOLDS = range(5)


def row(set_name: str, role: Role, fold: int) -> ManifestRow:
    return ManifestRow(
        set=set_name,
        person_id=f"{set_name}-{role.value}-{fold}",
        photograph="a.jpg",
        role=role,
        fold=fold,
        evidence_kind=EvidenceKind.REAL,
        terms="-",
    )


@pytest.fixture
def rows() -> list[ManifestRow]:
    return [row("SRAHIM_DR", Role.TRAIN, fold) for fold in FOLDS]


@pytest.mark.parametrize("fold", FOLDS)
def test_each_fold_is_judged_once_tuned_on_once_and_else_learned_from(rows, fold):
    folds = {role: [r.fold for r in rows_of(rows, role, fold)] for role in Role}

    assert folds[Role.TEST] == [fold]
    assert folds[Role.TUNE] == [(fold + 1) % 5]
    assert sorted([*folds[Role.TEST], *folds[Role.TUNE], *folds[Role.TRAIN]]) == list(FOLDS)


def test_without_a_fold_the_roles_of_the_manifest_hold(rows):
    assert rows_of(rows, Role.TRAIN, None) == rows
    assert rows_of(rows, Role.TEST, None) == []


@pytest.mark.parametrize("fold", FOLDS)
def test_an_official_test_half_is_never_learned_from_in_any_fold(fold):
    official = [row("DRIVE", Role.TEST, other) for other in FOLDS]

    assert rows_of(official, Role.TRAIN, fold) == []
    assert rows_of(official, Role.TEST, fold) == official
