"""All models of a bundle held out the same people, or there is no bundle."""

from __future__ import annotations

from dataclasses import replace

import pytest
from torch import nn

from export.anatomy import TrainedAnatomy
from export.disc import TrainedDisc
from export.errors import ExportError
from export.trained import TrainedModels
from training.anatomy.deployed import DeployedAnatomy
from training.anatomy.disc_network import DeployedDisc, disc_network
from training.anatomy.disc_task import DiscRecipe
from training.anatomy.structure_task import StructureRecipe
from training.anatomy.train import without
from training.anatomy.vessel_task import VesselRecipe
from training.recipe import read_recipe, shipped_recipe


def models(fold: int | None, disc_fold: int | None, left_out: str | None = None) -> TrainedModels:
    vessels = read_recipe(VesselRecipe, shipped_recipe("vessels"), "cpu")
    structures = read_recipe(StructureRecipe, shipped_recipe("structures"), "cpu", fold=fold)
    disc = read_recipe(DiscRecipe, shipped_recipe("disc"), "cpu", fold=disc_fold)
    if left_out is not None:
        vessels, structures = without(vessels, left_out), without(structures, left_out)
    untrained = DeployedAnatomy(nn.Identity(), nn.Identity(), 32, {})
    return TrainedModels(
        TrainedAnatomy(vessels, structures, untrained),
        TrainedDisc(disc, DeployedDisc(disc_network("random"))),
        findings=None,
    )


def test_models_of_one_fold_make_a_bundle():
    models(3, 3).check_held_out(quality_fold=3)
    models(None, None).check_held_out(quality_fold=None)


def test_a_disc_network_of_another_fold_is_refused():
    with pytest.raises(ExportError, match="'disc': None"):
        models(3, None).check_held_out(quality_fold=3)


def test_a_gate_of_another_fold_is_refused():
    with pytest.raises(ExportError, match="'quality': 1"):
        models(3, 3).check_held_out(quality_fold=1)


def test_a_disc_network_that_saw_a_set_that_was_left_out_is_refused():
    with pytest.raises(ExportError, match="CHASEDB1"):
        models(None, None, left_out="CHASEDB1").check_held_out(quality_fold=None)


def test_without_a_disc_network_the_others_are_enough():
    trained = replace(models(2, 2), disc=None)

    trained.check_held_out(quality_fold=2)

    assert set(trained.sets) == {"anatomy"}
