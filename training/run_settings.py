"""What a person chooses for one training run, whatever the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from training.recipe import R, read_recipe, shipped_recipe


@dataclass(frozen=True)
class RunSettings:
    """Profile, recipe file and length of a run."""

    profile: Literal["cpu", "cpu-finish", "gpu"] = "cpu"
    recipe_file: Path | None = None
    """None for the recipe that ships."""

    steps: int | None = None
    """None for as many as the recipe says."""

    def recipe(self, kind: type[R], model: str, **changes: Any) -> R:
        """Return the recipe of a model; changes that are None are none. Raises RecipeError."""
        given = {"total_steps": self.steps, **changes}
        known = {name: value for name, value in given.items() if value is not None}
        return read_recipe(kind, self.recipe_file or shipped_recipe(model), self.profile, **known)

    @property
    def device(self) -> torch.device:
        """Where the network is trained."""
        return torch.device("cuda" if self.profile == "gpu" else "cpu")
