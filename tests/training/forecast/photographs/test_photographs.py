"""The forecast from photographs on a few drawn people: read, drawn, trained, mirrored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from edge_runtime.contracts.cohort import Role
from edge_runtime.domain import Eye
from training.drawn.camera.presets import Preset
from training.drawn.population.parameters import reference_population
from training.forecast.controls import controlled
from training.forecast.drawing import Wanted
from training.forecast.networks import CONDITIONS, HazardNetwork
from training.forecast.people import drawn_people
from training.forecast.photographs.batches import network_view, pictures_of
from training.forecast.photographs.case_cohort import first
from training.forecast.photographs.drawn import photographed
from training.forecast.photographs.network import EyeNetwork, PhotographNetwork
from training.forecast.photographs.seen import SeenPeople
from training.forecast.photographs.task import PhotographRecipe, PhotographTask

pytestmark = pytest.mark.slow

SIDE_PX = 96
RECIPE = PhotographRecipe(
    model="forecast_photographs", image_size_px=SIDE_PX, batch_size=2, total_steps=2,
    warm_up_steps=1, learning_rate=1e-3, weight_decay=0.0, ema_decay=0.5, evaluate_every_steps=1,
    patience_evaluations=9, start="random", width=8, beside=1.0,
)  # fmt: skip
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> SeenPeople:
    run = tmp_path_factory.mktemp("run")
    wanted = Wanted(11, Role.TUNE, 1000)
    people = drawn_people(11, wanted.blocks.start, reference_population())
    found = photographed(people, first(3), wanted, run, Preset.CLINIC, 256)
    written = {path: path.stat().st_mtime_ns for path in run.rglob("*.jpg")}
    photographed(people, first(3), wanted, run, Preset.CLINIC, 256)
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*.jpg")} == written
    return found


def test_people_come_with_the_photographs_of_their_eyes(seen: SeenPeople) -> None:
    assert 1 <= len(seen) <= 3
    for eyes in seen.eyes:
        assert 1 <= len(eyes) <= 2
        assert all(eye.path.exists() and eye.label_L.shape == (3,) for eye in eyes)


def test_two_eyes_count_alike_however_many_photographs_each_has(seen: SeenPeople) -> None:
    right = seen.eyes[0][0]
    left = replace(right, eye=Eye.OS)

    pictures = pictures_of([(right, right, left), (left,)], SIDE_PX, None)

    assert pictures.share_PN == pytest.approx(np.array([[0.25, 0.25, 0.5, 0.0], [0, 0, 0, 1.0]]))
    assert pictures.image_NHWC.shape == (4, SIDE_PX, SIDE_PX, 3)


def test_a_mirrored_right_eye_called_left_is_seen_the_same(seen: SeenPeople) -> None:
    right = seen.eyes[0][0]

    as_left = network_view(replace(right, eye=Eye.OS), SIDE_PX)

    assert np.array_equal(as_left, network_view(replace(right, eye=Eye.OD), SIDE_PX)[:, ::-1])


def test_attention_is_the_evidence_and_belongs_to_the_weights(seen: SeenPeople) -> None:
    image = torch.from_numpy(pictures_of(list(seen.eyes[:1]), SIDE_PX, None).image_NHWC)
    maps = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        with torch.no_grad():
            maps.append(EyeNetwork("random").train()(image)[4])

    assert maps[0].shape[1] == CONDITIONS
    assert maps[0].flatten(2).sum(dim=2) == pytest.approx(torch.ones(maps[0].shape[:2]), abs=1e-5)
    assert not torch.allclose(maps[0], maps[1])


def test_before_training_photographs_add_nothing(seen: SeenPeople) -> None:
    pictures = pictures_of(list(seen.eyes), SIDE_PX, None)
    network = PhotographNetwork("random", 8).eval()

    with torch.no_grad():
        added = network(
            torch.from_numpy(pictures.image_NHWC),
            torch.from_numpy(pictures.share_PN),
            torch.zeros(len(seen), 36),
        )[0]

    assert torch.equal(added, torch.zeros(len(seen), CONDITIONS))


def test_a_step_can_be_taken_again_and_moves_what_photographs_add(seen: SeenPeople) -> None:
    torch.manual_seed(0)
    task = PhotographTask(RECIPE, HazardNetwork(8), seen, seen)
    again = PhotographTask(RECIPE, HazardNetwork(8), seen, seen)

    loss = task.loss_at(0, CPU)
    loss.backward()  # type: ignore[no-untyped-call]

    assert again.loss_at(0, CPU).item() == pytest.approx(loss.item())
    adding = task.network.get_parameter("adding.gain")
    assert adding.grad is not None
    assert bool(adding.grad.abs().sum() > 0)
    assert set(task.scores(task.network.eval(), CPU)) == {"likelihood_gained", "body", "score"}


def test_shuffled_outcomes_stay_within_sex_and_about_the_age() -> None:
    people = drawn_people(11, 3, reference_population())
    marked = replace(people, years_NK=np.tile(np.arange(len(people))[:, None], 10))

    dealt = controlled(marked, "shuffled").years_NK[:, 0].astype(int)

    assert sorted(dealt) == list(range(1000))
    assert (dealt != np.arange(1000)).mean() > 0.8
    same_sex = people.value_ND[dealt, 1] == people.value_ND[:, 1]
    assert same_sex.mean() > 0.98
    assert np.median(np.abs(people.value_ND[dealt, 0] - people.value_ND[:, 0])) < 1.0
