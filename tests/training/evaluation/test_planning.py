"""Nobody is judged by a bundle that learned from him."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import Evidence
from training.errors import CohortError
from training.evaluation.planning import evidence_on, planned


@pytest.fixture(scope="module")
def reference() -> Bundle:
    return open_bundle(None)


def of_fold(bundle: Bundle, fold: int) -> Bundle:
    manifest = bundle.manifest.model_copy(update={"held_out_fold": fold})
    return replace(bundle, manifest=manifest, sha256=f"{fold:064d}")


def without(bundle: Bundle, *sets: str) -> Bundle:
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"left_out_sets": [*sets]}))


def a_row(person: int, set_name: str = "DRIVE") -> ManifestRow:
    fold = person % 5
    return ManifestRow(
        set=set_name,
        person_id=str(person),
        photograph=f"{set_name}/{person}.png",
        role={0: "test", 1: "tune"}.get(fold, "train"),
        fold=fold,
        evidence_kind="real",
        terms="research use",
    )


SETS = ("DRISHTI_GS", "SRAHIM_DR")
ROWS = [a_row(person, name) for name in SETS for person in range(10)]


def persons(rows: list[ManifestRow]) -> set[tuple[str, str]]:
    return {(row.set, row.person_id) for row in rows}


def test_a_plain_bundle_is_judged_on_its_role(reference: Bundle):
    split, (judging,) = planned([reference], ROWS, Role.TEST)

    assert split == "test"
    assert {row.role for row in judging.rows} == {Role.TEST}
    assert {row.role for row in judging.tune} == {Role.TUNE}


def test_five_folds_judge_everybody_once(reference: Bundle):
    split, judgings = planned([of_fold(reference, k) for k in range(5)], ROWS, Role.TEST)

    judged = [row for judging in judgings for row in judging.rows]
    assert split == "cv"
    assert len(judged) == len(ROWS)
    assert persons(judged) == persons(ROWS)
    for judging in judgings:
        assert {row.fold for row in judging.rows} == {judging.bundle.manifest.held_out_fold}
        assert not persons(judging.rows) & persons(judging.tune + judging.train)


def test_sets_with_an_official_split_are_not_cross_validated(reference: Bundle):
    official = [a_row(person, "DRIVE") for person in range(10)]

    _, (judging,) = planned([of_fold(reference, 3)], [*ROWS, *official], Role.TEST)

    assert {row.set for row in judging.rows} == set(SETS)
    assert "DRIVE" in {row.set for row in judging.tune}


def test_a_left_out_set_is_judged_whole(reference: Bundle):
    split, (judging,) = planned([without(reference, "SRAHIM_DR")], ROWS, Role.TEST)

    assert split == "external"
    assert persons(judging.rows) == {("SRAHIM_DR", str(person)) for person in range(10)}
    assert "SRAHIM_DR" not in {row.set for row in judging.tune + judging.train}


def test_bundles_that_do_not_belong_together_are_refused(reference: Bundle):
    fold = of_fold(reference, 0)
    for bundles in ([fold, fold], [reference, reference], [reference, fold]):
        with pytest.raises(CohortError):
            planned(bundles, ROWS, Role.TEST)


def test_nobody_to_judge_is_an_error(reference: Bundle):
    with pytest.raises(CohortError, match="no photograph"):
        planned([reference], [a_row(2)], Role.TEST)


def test_evidence_is_external_only_for_what_was_never_seen(reference: Bundle):
    assert evidence_on(reference, "anatomy", "DRIVE", "real") is Evidence.INTERNAL
    assert evidence_on(reference, "anatomy", "SOME_CLINIC", "real") is Evidence.EXTERNAL
    assert evidence_on(reference, "anatomy", "SOME_CLINIC", "drawn") is Evidence.DRAWN
    left_out = without(reference, "DRIVE")
    assert evidence_on(left_out, "anatomy", "DRIVE", "real") is Evidence.EXTERNAL
