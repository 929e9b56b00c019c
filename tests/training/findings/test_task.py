"""The findings task: what it learns from, in which order, and what a wrong grade costs."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from training.errors import CohortError
from training.findings.eyes import GradedEye
from training.findings.networks import DeployedFindings
from training.findings.task import (
    NOT_KNOWN,
    FindingsRecipe,
    FindingsTask,
    findings_loss,
    referable_logit,
)
from training.recipe import read_recipe, shipped_recipe

SIDE = 64
CPU = torch.device("cpu")


def an_eye(number: int, grade: int | None, ill: bool | None) -> GradedEye:
    rng = np.random.default_rng(number)
    image = rng.integers(1, 256, size=(SIDE, SIDE, 3), dtype=np.uint8)
    return GradedEye(f"{number}.jpg", "S", str(number), image, grade, ill)


@pytest.fixture(scope="module")
def task() -> FindingsTask:
    recipe = read_recipe(
        FindingsRecipe,
        shipped_recipe("findings"),
        "cpu",
        image_size_px=SIDE,
        batch_size=3,
        start="random",
    )
    eyes = [an_eye(n, n % 5 if n else None, bool(n % 2)) for n in range(7)]
    return FindingsTask(recipe, eyes, eyes)


def test_every_photograph_is_shown_once_an_epoch(task: FindingsTask):
    shown = [place for step in range(7) for place in task._turn(step)]

    epochs = [shown[start : start + 7] for start in range(0, 21, 7)]
    assert all(Counter(epoch) == Counter(range(7)) for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_a_batch_is_a_pure_function_of_its_step(task: FindingsTask):
    first, again, other = task._batch_of(4), task._batch_of(4), task._batch_of(5)

    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_the_log_odds_of_referable_are_those_of_the_summed_grades():
    logits = torch.tensor([[0.2, -1.0, 0.5, 1.5, -0.3]])
    probability = torch.softmax(logits, dim=1)
    referable = float(probability[:, 2:].sum())

    assert float(torch.sigmoid(referable_logit(logits))) == pytest.approx(referable, abs=1e-6)


def test_what_nobody_graded_costs_nothing():
    logits = torch.randn(3, 6)
    unknown = torch.full((3,), NOT_KNOWN)

    assert float(findings_loss(logits, unknown, unknown)) == 0.0


def test_a_right_answer_costs_less_than_a_wrong_one():
    sure = torch.tensor([[8.0, 0.0, 0.0, 0.0, 0.0, -8.0]])
    healthy, ill = torch.tensor([0]), torch.tensor([1])

    right = findings_loss(sure, healthy, torch.tensor([0]))
    wrong = findings_loss(sure, torch.tensor([3]), ill)

    assert float(right) < float(wrong)


@pytest.mark.slow
def test_scores_of_tuning_people_are_areas_under_the_curve(task: FindingsTask):
    scores = task.scores(task.network.eval(), CPU)

    assert set(scores) == {"referable_auc", "maculopathy_auc", "score"}
    assert all(0.0 <= value <= 1.0 for value in scores.values())


def test_without_graded_photographs_it_refuses():
    recipe = read_recipe(FindingsRecipe, shipped_recipe("findings"), "cpu")
    with pytest.raises(CohortError, match="tune"):
        FindingsTask(recipe, [an_eye(1, 0, False)], [])


def test_the_deployed_graph_gives_probabilities_that_calibration_moves(task: FindingsTask):
    image = torch.from_numpy(an_eye(3, 0, False).image_HWC[None])
    plain = DeployedFindings(task.network, 1.0, [1.0], [0.0]).eval()
    softer = DeployedFindings(task.network, 100.0, [1.0], [2.0]).eval()

    with torch.no_grad():
        grades, conditions = plain(image)
        soft_grades, moved = softer(image)

    assert float(grades.sum()) == pytest.approx(1.0, abs=1e-5)
    assert float((soft_grades - 0.2).abs().max()) < float((grades - 0.2).abs().max())
    shift = torch.logit(moved) - torch.logit(conditions)
    assert float(shift) == pytest.approx(2.0, abs=1e-4)
