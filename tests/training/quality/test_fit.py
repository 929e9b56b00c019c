"""Weights fitted on examples judge their like and name its defects; the threshold lies between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import FovCircle
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.quality import gradable_probability
from edge_runtime.fundus.quality_measurements import QualityMeasurements, measure_quality
from edge_runtime.fundus.quality_weights import DEFECTS, MEASUREMENTS, QualityWeights
from tests.edge_runtime.fundus.drawn_fields import draw_field, photograph_of
from training.quality.cross_validation import cross_validated, fold_gates
from training.quality.example import (
    AT_RETAKE,
    CAMERA,
    COPY,
    PHONE,
    PHOTOGRAPH,
    SCENE,
    Example,
    with_fold,
)
from training.quality.fit import (
    FARTHEST_ODDS,
    LEAST_THRESHOLD,
    best_threshold,
    fit_quality,
    fitted_weights,
)
from training.quality.report import log_odds, named, quality_report, score
from training.quality.signs import shows

pytestmark = pytest.mark.slow


def clear_eye() -> QualityMeasurements:
    photograph = photograph_of(draw_field(FovCircle(200.0, 150.0, 140.0), 400, 300))
    field = find_field_of_view(photograph)
    assert field is not None
    values = measure_quality(photograph, field)
    assert values is not None
    return replace(values, field_radius_px=400.0)


CLEAR = clear_eye()
LOOKS = {
    "blur": replace(CLEAR, vessel_reach=0.3, sharpness=-1.7, edge_sharpness=0.4, line_depth=-6.0),
    "dark": replace(CLEAR, brightness=4.6, dark_share=0.9, high_green=0.05),
    "bright": replace(CLEAR, brightness=8.0, burnt_share=0.4, high_green=0.98),
    "glare": replace(CLEAR, pale_share=0.35, white_level=0.95, glare_share=0.12),
    "small_field": replace(CLEAR, field_over_frame=0.4),
    "clipped_field": replace(CLEAR, lopsided=0.35, clipped_share=0.4),
    "haze": replace(CLEAR, vessel_reach=0.3, middle_contrast=-7.0, line_depth=-6.5),
    "not_a_fundus": replace(CLEAR, coarse_contrast=-2.7, colour_spread=0.45),
}
HAZY = LOOKS["haze"]


def scattered(measured: QualityMeasurements, chance: np.random.Generator) -> QualityMeasurements:
    row = measured.row() + chance.normal(0.0, 0.02, len(MEASUREMENTS))
    return QualityMeasurements(*(float(value) for value in row))


def examples(role: Role, chance: np.random.Generator) -> list[Example]:
    """Thirty clear, ten hazy, ten of a lid, six telephones', and eight copies of each defect."""
    lid = LOOKS["not_a_fundus"]
    kinds = [(PHOTOGRAPH, "DRIMDB/Good", "", CLEAR, 30), (PHOTOGRAPH, "DRIMDB/Bad", "", HAZY, 10)]
    kinds += [(PHOTOGRAPH, "DRIMDB/Outlier", "not_a_fundus", lid, 10)]
    kinds += [(kind, "DRIMDB/Good", "", CLEAR, 6) for kind in (PHONE, CAMERA)]
    kinds += [(SCENE, "DRIMDB/Good", "not_a_fundus", lid, 6)]
    kinds += [
        (kind, "GRAPE", name, look, 8)
        for name, look in LOOKS.items()
        for kind in (COPY, AT_RETAKE)
        if name != "not_a_fundus"
    ]
    return [
        Example(
            kind=kind,
            group=group,
            person=f"{kind} {group} {defect} {number}",
            role=role,
            fold=number % 5,
            gradable=measured is CLEAR,
            measured=scattered(measured, chance),
            defect=defect,
            severity=0.5 if kind in (COPY, AT_RETAKE) else 0.0,
        )
        for kind, group, defect, measured, count in kinds
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def weights() -> QualityWeights:
    return fitted_weights(examples(Role.TRAIN, np.random.default_rng(3)))


def looks_like(measured: QualityMeasurements) -> Example:
    return Example(PHOTOGRAPH, "GRAPE", "one", Role.TEST, 0, True, measured)


def test_fitted_weights_tell_clear_from_hazy_and_from_a_lid(weights: QualityWeights) -> None:
    assert gradable_probability(CLEAR, weights) > 0.8
    assert gradable_probability(HAZY, weights) < 0.1
    assert gradable_probability(LOOKS["not_a_fundus"], weights) < 0.1


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_named(weights: QualityWeights, defect: str) -> None:
    assert named(weights, looks_like(LOOKS[defect])) == defect


def test_nothing_is_named_of_a_clear_eye(weights: QualityWeights) -> None:
    assert named(weights, looks_like(CLEAR)) == "nothing"
    assert max(weights.defects(vars(CLEAR)).values()) < 0.2


def test_the_same_examples_give_the_same_weights(weights: QualityWeights) -> None:
    again = fitted_weights(examples(Role.TRAIN, np.random.default_rng(3)))

    assert again.to_json() == weights.to_json()
    assert QualityWeights.from_json(again.to_json()) == weights


def test_the_threshold_lies_midway_between_the_verdicts(weights: QualityWeights) -> None:
    good = looks_like(CLEAR)
    bad = [replace(looks_like(look), gradable=False) for look in (HAZY, LOOKS["not_a_fundus"])]

    threshold = best_threshold(weights, [good, *bad])

    highest_bad = max(max(log_odds(score(weights, e)) for e in bad), -FARTHEST_ODDS)
    midway = (log_odds(score(weights, good)) + highest_bad) / 2.0
    assert log_odds(threshold) == pytest.approx(midway, abs=1e-6)


def test_few_bad_photographs_to_tune_on_do_not_make_the_gate_lax(rng: np.random.Generator) -> None:
    learned, tuned = examples(Role.TRAIN, np.random.default_rng(3)), examples(Role.TUNE, rng)
    easy = [e for e in tuned if e.gradable or e.defect == "not_a_fundus"]

    alone = best_threshold(fitted_weights(learned), [e for e in easy if e.kind == PHOTOGRAPH])

    assert alone < LEAST_THRESHOLD
    assert fit_quality([*learned, *easy]).threshold >= LEAST_THRESHOLD


def test_what_shows_no_field_scores_nothing_and_is_named_by_what_is_lit(
    weights: QualityWeights,
) -> None:
    unseen = Example(COPY, "GRAPE", "o", Role.TEST, 0, False, None, "dark", 0.9, unseen="dark")

    assert score(weights, unseen) == 0.0
    assert named(weights, unseen) == "dark"


def test_a_copy_shows_its_own_defect_and_no_other() -> None:
    copy = replace(looks_like(CLEAR), kind=COPY, defect="blur")

    assert shows(replace(copy, severity=0.1), "blur") == 0.0
    assert shows(replace(copy, severity=0.5), "blur") == 1.0
    assert shows(replace(copy, severity=0.5), "haze") == 0.0


def test_nobody_knows_what_is_wrong_with_a_photograph_that_graders_refused() -> None:
    bad = replace(looks_like(HAZY), group="DRIMDB/Bad", gradable=False)

    assert shows(bad, "blur") == -1.0
    assert shows(bad, "not_a_fundus") == 0.0


@pytest.mark.slow
def test_the_report_counts_each_group_role_and_defect(rng: np.random.Generator) -> None:
    all_roles = [*examples(Role.TRAIN, rng), *examples(Role.TUNE, rng), *examples(Role.TEST, rng)]

    weights = fit_quality(all_roles)
    good = [e for e in all_roles if e.kind == PHOTOGRAPH and e.gradable and e.role is Role.TEST]

    report = quality_report(weights, all_roles)

    accepted, naming = report["accepted"], report["defect_named_at_retake"]
    assert isinstance(accepted, dict)
    assert isinstance(naming, dict)
    held = sum(score(weights, example) >= weights.threshold for example in good)
    assert accepted["DRIMDB/Good"]["test"]["held"] == held > 20
    assert accepted["DRIMDB/Good"]["test"]["photographs"] == len(good) == 30
    assert accepted["DRIMDB/Bad"]["test"]["held"] == 0
    assert accepted["DRIMDB/Outlier"]["test"]["interval_95"] == [0.0, 0.0]
    assert report["drimdb_test_auc"]["value"] > 0.98  # type: ignore[index]
    assert naming["by_defect"]["glare"]["named"]["share"] == 1.0
    assert naming["baseline_majority"] == pytest.approx(2.0 / 7.0)


def test_a_fold_is_judged_the_next_tuned_on_and_official_splits_stay() -> None:
    example = replace(looks_like(CLEAR), role=Role.TRAIN, fold=4)

    assert with_fold(example, 4).role is Role.TEST
    assert with_fold(example, 3).role is Role.TUNE
    assert with_fold(example, 1).role is Role.TRAIN
    assert with_fold(replace(example, group="DRIVE"), 4).role is Role.TRAIN


@pytest.mark.slow
def test_copies_that_are_judged_are_never_learned_from(rng: np.random.Generator) -> None:
    both = [*examples(Role.TRAIN, rng), *examples(Role.TUNE, rng)]
    others = [example for example in both if example.kind != AT_RETAKE]

    assert fit_quality(both) == fit_quality(others)


@pytest.mark.slow
def test_the_gate_of_a_fold_is_that_of_a_run_that_holds_it_out(rng: np.random.Generator) -> None:
    measured = examples(Role.TRAIN, rng)

    gate = fold_gates(measured)[2]

    assert gate.weights == fit_quality([with_fold(example, 2) for example in measured])


@pytest.mark.slow
def test_cross_validation_judges_every_photograph_of_drimdb_once(rng: np.random.Generator) -> None:
    report = cross_validated(fold_gates(examples(Role.TRAIN, rng)))

    assert report["drimdb_test_auc"]["photographs"] == 50  # type: ignore[index]
    assert report["drimdb_test_auc"]["value"] > 0.95  # type: ignore[index]
    assert report["good_accepted"]["photographs"] == 30  # type: ignore[index]
    assert report["rest_refused"]["held"] >= 18  # type: ignore[index]
