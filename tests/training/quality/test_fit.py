"""Weights fitted on examples judge their like, and the threshold lies between the verdicts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_runtime.contracts.cohort import Role
from edge_runtime.fundus.quality import gradable_probability
from edge_runtime.fundus.quality_measurements import QualityMeasurements
from edge_runtime.fundus.quality_weights import DEFECTS, MEASUREMENTS
from training.quality.examples import Example
from training.quality.fit import best_threshold, fitted_weights
from training.quality.report import quality_report, score
from training.quality.spoil import KINDS

CLEAR = QualityMeasurements(
    brightness=7.0,
    dark_share=0.0,
    burnt_share=0.0,
    glare_share=0.0,
    odd_colour=0.0,
    colour_spread=0.2,
    fine_contrast=-5.3,
    coarse_contrast=-4.4,
    sharpness=-0.2,
    vessel_reach=1.7,
    faint_reach=1.8,
    clutter_share=-4.6,
    disc_contrast=-1.0,
    unevenness=0.5,
)
HAZY = replace(CLEAR, vessel_reach=0.3, faint_reach=0.6, fine_contrast=-6.4, sharpness=-0.7)
LID = replace(CLEAR, coarse_contrast=-2.7, colour_spread=0.45)


def scattered(measured: QualityMeasurements, chance: np.random.Generator) -> QualityMeasurements:
    row = measured.row() + chance.normal(0.0, 0.05, len(MEASUREMENTS))
    return QualityMeasurements(*(float(value) for value in row))


def examples(role: Role, chance: np.random.Generator) -> list[Example]:
    """Thirty clear, ten hazy, ten of a lid, and three of each way to spoil an eye."""
    kinds = [("DRIMDB/Good", True, CLEAR, 30), ("DRIMDB/Bad", False, HAZY, 10)]
    kinds += [("DRIMDB/Outlier", False, LID, 10)]
    kinds += [(kind, False, replace(HAZY, sharpness=-1.7), 3) for kind in KINDS]
    return [
        Example(group, f"{group} {number}", role, gradable, scattered(measured, chance))
        for group, gradable, measured, count in kinds
        for number in range(count)
    ]


def test_fitted_weights_tell_clear_from_hazy_and_from_a_lid(rng: np.random.Generator) -> None:
    weights = fitted_weights(examples(Role.TRAIN, rng))

    assert gradable_probability(CLEAR, weights) > 0.9
    assert gradable_probability(HAZY, weights) < 0.1
    assert gradable_probability(LID, weights) < 0.1
    assert set(weights.ramps) == set(DEFECTS)


def test_the_same_examples_give_the_same_weights() -> None:
    one, two = (
        fitted_weights(examples(Role.TRAIN, np.random.default_rng(3))).to_json() for _ in range(2)
    )

    assert one == two


def test_the_threshold_lies_between_the_verdicts_and_nearer_to_the_refused(
    rng: np.random.Generator,
) -> None:
    weights = fitted_weights(examples(Role.TRAIN, rng))
    tuned_on = [e for e in examples(Role.TUNE, rng) if e.group not in KINDS]

    threshold = best_threshold(weights, tuned_on)

    lowest_good = min(score(weights, e) for e in tuned_on if e.gradable)
    highest_bad = max(score(weights, e) for e in tuned_on if not e.gradable)
    assert threshold == pytest.approx(highest_bad + 0.25 * (lowest_good - highest_bad))


def test_what_has_no_field_scores_nothing(rng: np.random.Generator) -> None:
    weights = fitted_weights(examples(Role.TRAIN, rng))

    assert score(weights, Example("DRIMDB/Outlier", "o", Role.TEST, False, None)) == 0.0


def test_the_report_counts_each_group_and_role(rng: np.random.Generator) -> None:
    weights = fitted_weights(examples(Role.TRAIN, rng))
    photographs = [e for e in examples(Role.TEST, rng) if e.group not in KINDS]

    report = quality_report(weights, photographs)

    accepted = report["accepted"]
    assert isinstance(accepted, dict)
    assert accepted["DRIMDB/Good"]["test"]["gradable"] == 30
    assert accepted["DRIMDB/Bad"]["test"]["gradable"] == 0
    assert accepted["DRIMDB/Outlier"]["test"]["interval_95"] == [0.0, 0.0]
    assert report["drimdb_test_auc"]["value"] == 1.0
