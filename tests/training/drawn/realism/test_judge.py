"""The judge sees what is there to be seen, and nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from edge_runtime.domain import UInt8Array
from training.checkpoint import load_weights
from training.drawn.realism.cues import cues_of, smoothed
from training.drawn.realism.judge import JudgeRecipe, JudgeTask, log_odds
from training.evaluation.statistics import area_under_curve
from training.loop import train
from training.recipe import read_recipe, shipped_recipe

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
SIDE_PX = 64
LEFT, RIGHT = np.s_[20:44, 8:28], np.s_[20:44, 36:56]


@pytest.fixture(scope="module")
def recipe() -> JudgeRecipe:
    tiny = read_recipe(JudgeRecipe, shipped_recipe("realism"), "tiny")
    return replace(
        tiny, image_size_px=SIDE_PX, total_steps=25, evaluate_every_steps=25, batch_size=16
    )


def pictures(number: int, seed: int, *, grained: bool = False) -> list[UInt8Array]:
    """Round fields of soft noise; a grained one has fine grain in its left half."""
    rng = np.random.default_rng(seed)
    rows, columns = np.ogrid[:SIDE_PX, :SIDE_PX]
    outside_HW = np.hypot(rows - 31.5, columns - 31.5) > 31
    made = []
    for _ in range(number):
        light_HWC = rng.normal(100.0, 6.0, (SIDE_PX, SIDE_PX, 3))
        if grained:
            light_HWC[LEFT] += rng.normal(0.0, 40.0, light_HWC[LEFT].shape)
        light_HWC[outside_HW] = 0.0
        made.append(np.clip(light_HWC, 0, 255).astype(np.uint8))
    return made


def judged(recipe: JudgeRecipe, told: list[UInt8Array], run: Path) -> torch.nn.Module:
    others = {"a": pictures(16, seed=1), "b": pictures(16, seed=2)}
    task = JudgeTask(recipe, told, others)
    outcome = train(task, recipe, run, CPU)
    task.network.load_state_dict(load_weights(JudgeRecipe, outcome.weights)[1])
    return task.network


def area(network: torch.nn.Module, held: list[UInt8Array], strange: list[UInt8Array]) -> float:
    odds_N = np.concatenate([log_odds(network, held, CPU), log_odds(network, strange, CPU)])
    return area_under_curve(odds_N, np.arange(len(odds_N)) < len(held))


@pytest.fixture(scope="module")
def of_grain(recipe: JudgeRecipe, tmp_path_factory: pytest.TempPathFactory) -> torch.nn.Module:
    return judged(recipe, pictures(16, seed=3, grained=True), tmp_path_factory.mktemp("grain"))


def test_an_obvious_difference_is_seen_in_a_set_never_learned_from(of_grain: torch.nn.Module):
    held, strange = pictures(20, seed=4, grained=True), pictures(20, seed=5)

    assert area(of_grain, held, strange) > 0.99


def test_two_halves_of_one_set_cannot_be_told_apart(recipe: JudgeRecipe, tmp_path: Path):
    network = judged(recipe, pictures(16, seed=6), tmp_path)

    assert 0.35 < area(network, pictures(60, seed=7), pictures(60, seed=8)) < 0.65


def test_the_cue_is_where_the_difference_is(of_grain: torch.nn.Module):
    held = pictures(4, seed=9, grained=True)
    left_HW = np.zeros((SIDE_PX, SIDE_PX), bool)
    right_HW = left_HW.copy()
    left_HW[LEFT], right_HW[RIGHT] = True, True

    cues = {
        cue.region: cue
        for cue in cues_of(of_grain, held, [{"left": left_HW, "right": right_HW}] * 4, CPU)
    }

    assert cues["left"].log_odds_lost > 0.5
    assert cues["left"].log_odds_lost > 3 * abs(cues["right"].log_odds_lost)
    assert cues["left"].share_of_field == pytest.approx(0.5)


def test_smoothing_changes_its_region_alone_and_keeps_its_colour():
    picture_HWC = pictures(1, seed=10, grained=True)[0]
    field_HW, left_HW = picture_HWC.any(axis=2), np.zeros((SIDE_PX, SIDE_PX), bool)
    left_HW[LEFT] = True

    without_HWC = smoothed(picture_HWC, left_HW, field_HW)

    assert np.array_equal(without_HWC[~left_HW], picture_HWC[~left_HW])
    assert without_HWC[left_HW].std() < 0.3 * picture_HWC[left_HW].std()
    assert without_HWC[left_HW].mean() == pytest.approx(picture_HWC[left_HW].mean(), rel=0.05)
