"""The disc task: batches that repeat, labels that follow their picture, a cup that is not known."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from training.anatomy.disc_batches import disc_batch, middle
from training.anatomy.disc_eyes import DiscEye
from training.anatomy.disc_network import standardised
from training.anatomy.disc_task import DiscRecipe, DiscTask
from training.anatomy.train import without
from training.errors import CohortError, RecipeError
from training.recipe import read_recipe, shipped_recipe

PX = 64
CPU = torch.device("cpu")


def an_eye(set_name: str, with_cup: bool, seed: int) -> DiscEye:
    """A bright disc with a brighter cup in the middle of a red square."""
    wide = 2 * PX
    picture = np.full((wide, wide, 3), (150, 60, 30), np.uint8)
    labels = np.zeros((2, wide, wide), np.uint8)
    for k, (radius, colour) in enumerate(((15, (220, 150, 80)), (7 + seed % 3, (250, 220, 150)))):
        cv2.circle(picture, (PX, PX), radius, colour, cv2.FILLED)
        cv2.circle(labels[k], (PX, PX), radius, 255, cv2.FILLED)
    if not with_cup:
        labels[1] = 0
    return DiscEye(f"{seed}.png", set_name, picture, labels, np.array([True, with_cup]))


def eyes() -> list[DiscEye]:
    experts = [an_eye("DRISHTI_GS", True, seed) for seed in range(3)]
    return [*experts, *(an_eye("GRAPE", False, seed) for seed in range(2))]


def a_recipe(**changes: object) -> DiscRecipe:
    shipped = read_recipe(DiscRecipe, shipped_recipe("disc"), "cpu", image_size_px=PX)
    values = {"sets": ("DRISHTI_GS", "GRAPE"), "set_shares": (0.7, 0.3), "batch_size": 4}
    return replace(shipped, **{**values, **changes})  # type: ignore[arg-type]


def test_the_shipped_recipe_reads_for_every_profile():
    for profile in ("cpu", "gpu"):
        recipe = read_recipe(DiscRecipe, shipped_recipe("disc"), profile)
        assert recipe.wide_size_px == 2 * recipe.image_size_px
        # A square twice as wide as a crop shows 1 + its margin = 2 (1 + margin) of the disc.
        assert 1.0 + recipe.wide_margin == pytest.approx(2.0 * (1.0 + recipe.margin))


def test_the_middle_of_a_wide_square_is_the_crop():
    wide = np.arange(36, dtype=np.uint8).reshape(6, 6)

    assert middle(wide, 2).tolist() == [[14, 15], [20, 21]]


def test_labels_follow_their_picture():
    rng = np.random.default_rng(1)

    images, labels, knowns = disc_batch(eyes(), {"DRISHTI_GS": 1.0}, rng, 12, PX)

    assert (images.shape, labels.shape, knowns.tolist()) == (
        (12, PX, PX, 3),
        (12, 2, PX, PX),
        [[1, 1]] * 12,
    )
    for image, (disc, cup) in zip(images, labels, strict=True):
        green = image[..., 1].astype(float)
        inside, around = green[(disc > 200) & (cup < 50)], green[disc < 50]
        assert np.median(inside) > np.median(around)
        assert np.median(green[cup > 200]) >= np.median(inside)


def test_a_batch_is_a_pure_function_of_its_step():
    task = DiscTask(a_recipe(), eyes(), eyes())

    first, again, other = task._batch_of(4), task._batch_of(4), task._batch_of(5)

    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.slow
def test_a_cup_that_nobody_drew_costs_nothing():
    recipe = a_recipe(sets=("GRAPE",), set_shares=(1.0,))
    task = DiscTask(recipe, eyes(), eyes())

    task.loss_at(0, CPU).backward()  # type: ignore[no-untyped-call]

    of_head = task.network.head.bias.grad
    assert of_head[0] != 0.0
    assert of_head[1] == 0.0


@pytest.mark.slow
def test_a_few_steps_find_a_bright_disc_and_its_cup():
    torch.manual_seed(0)
    task = DiscTask(a_recipe(), eyes(), eyes())
    optimiser = torch.optim.AdamW(task.network.parameters(), lr=2e-3)
    for step in range(40):
        optimiser.zero_grad()
        task.loss_at(step, CPU).backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    scores = task.scores(task.network.eval(), CPU)

    assert scores["disc_dice"] >= 0.85
    assert scores["cup_dice"] >= 0.75


def test_sets_without_a_disc_to_learn_from_are_named():
    with pytest.raises(CohortError, match="HRF_AV"):
        DiscTask(a_recipe(sets=("DRISHTI_GS", "HRF_AV")), eyes(), eyes())


def test_a_side_that_does_not_fit_the_network_is_refused():
    with pytest.raises(RecipeError, match="multiple of 16"):
        a_recipe(image_size_px=100)


def test_a_set_is_left_out_whole():
    recipe = without(a_recipe(), "GRAPE")

    assert (recipe.sets, recipe.set_shares) == (("DRISHTI_GS",), (1.0,))
    assert recipe.left_out == ("GRAPE",)


def test_two_cameras_of_one_eye_look_alike_to_the_network():
    crop = torch.from_numpy(an_eye("S", True, 0).image_HWC[None])
    dimmer = (crop.float() * 0.7).to(torch.uint8)

    first, second = standardised(crop)[:, 3:], standardised(dimmer)[:, 3:]

    assert (first - second).abs().max() < 0.4
    assert (standardised(crop)[:, :3] - standardised(dimmer)[:, :3]).abs().max() > 0.8
