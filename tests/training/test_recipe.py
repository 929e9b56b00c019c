"""Recipes refuse what they do not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.errors import RecipeError
from training.recipe import read_recipe, recipe_from, shipped_recipe


@pytest.mark.parametrize("profile", ["cpu", "gpu"])
def test_the_shipped_recipe_reads_for_both_profiles(profile: str):
    recipe = read_recipe(shipped_recipe("anatomy"), profile)

    assert recipe.model == "anatomy"
    assert recipe_from(recipe.to_dict()) == recipe


def test_a_change_from_the_command_line_wins():
    assert read_recipe(shipped_recipe("anatomy"), "cpu", total_steps=3).total_steps == 3


def test_an_unknown_key_is_refused_by_name(tmp_path: Path):
    text = shipped_recipe("anatomy").read_text().replace("seed =", "sead =")
    (tmp_path / "anatomy.toml").write_text(text)

    with pytest.raises(RecipeError, match="sead"):
        read_recipe(tmp_path / "anatomy.toml", "cpu")


def test_an_unknown_profile_is_refused():
    with pytest.raises(RecipeError, match="abacus"):
        read_recipe(shipped_recipe("anatomy"), "abacus")


@pytest.mark.parametrize(
    ("key", "value"), [("patch_size_px", 100), ("patch_size_px", 4096), ("ema_decay", 1.0)]
)
def test_a_value_out_of_range_is_refused(key: str, value: float):
    with pytest.raises(RecipeError, match=key):
        read_recipe(shipped_recipe("anatomy"), "cpu", **{key: value})
