"""Recipes refuse what they do not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.anatomy.structure_task import StructureRecipe
from training.anatomy.vessel_task import VesselRecipe
from training.errors import RecipeError
from training.findings.task import FindingsRecipe
from training.recipe import Recipe, read_recipe, recipe_from, shipped_recipe

KINDS: dict[str, type[Recipe]] = {
    "vessels": VesselRecipe,
    "structures": StructureRecipe,
    "findings": FindingsRecipe,
}


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize("profile", ["cpu", "gpu"])
def test_every_shipped_recipe_reads_for_both_profiles(model: str, profile: str):
    recipe = read_recipe(KINDS[model], shipped_recipe(model), profile)

    assert recipe.model == model
    assert recipe_from(KINDS[model], recipe.to_dict()) == recipe


def test_a_change_from_the_command_line_wins():
    assert vessels(total_steps=3).total_steps == 3


def test_an_unknown_key_is_refused_by_name(tmp_path: Path):
    text = shipped_recipe("vessels").read_text().replace("seed =", "sead =")
    (tmp_path / "vessels.toml").write_text(text)

    with pytest.raises(RecipeError, match="sead"):
        read_recipe(VesselRecipe, tmp_path / "vessels.toml", "cpu")


def test_a_knob_of_another_model_is_refused_by_name():
    with pytest.raises(RecipeError, match="patch_size_px"):
        read_recipe(FindingsRecipe, shipped_recipe("vessels"), "cpu")


def test_an_unknown_profile_is_refused():
    with pytest.raises(RecipeError, match="abacus"):
        read_recipe(VesselRecipe, shipped_recipe("vessels"), "abacus")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patch_size_px", 100),
        ("patch_size_px", 4096),
        ("ema_decay", 1.0),
        ("fold", 5),
        ("set_shares", (0.5, 0.5)),
    ],
)
def test_a_value_out_of_range_is_refused(key: str, value: float):
    with pytest.raises(RecipeError, match=key):
        vessels(**{key: value})


def test_findings_start_from_imagenet_or_from_chance_and_nothing_else():
    with pytest.raises(RecipeError, match="start"):
        read_recipe(FindingsRecipe, shipped_recipe("findings"), "cpu", start="hope")


def vessels(**changes: object) -> VesselRecipe:
    return read_recipe(VesselRecipe, shipped_recipe("vessels"), "cpu", **changes)
