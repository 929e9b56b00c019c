"""Recipes: every knob of a training run, as frozen records read from TOML.

Unknown keys are refused. A run's recipe is written beside its weights, so that a checkpoint can
always say how it was made.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomllib

from training.errors import RecipeError


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one model is trained. One step is one batch."""

    model: str
    image_size_px: int
    """Side of the square network image."""

    patch_size_px: int
    """Side of the patches cut from it for training."""

    features: tuple[int, ...]
    """Channels of the U-Net from full resolution down, then of its last layer."""

    sets: tuple[str, ...]
    """Photograph sets to learn from."""

    set_shares: tuple[float, ...]
    """How often a patch comes from each set, in the order of `sets`; they sum to 1."""

    channel_weights: tuple[float, ...]
    """How much each channel of ANATOMY_CHANNELS counts in the loss."""

    batch_size: int
    total_steps: int
    warm_up_steps: int
    learning_rate: float
    weight_decay: float
    ema_decay: float
    """Weights that are judged and shipped are this exponential moving average."""

    evaluate_every_steps: int
    patience_evaluations: int
    """Stop when this many evaluations on tuning people brought no better score."""

    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("image_size_px", "patch_size_px"):
            if getattr(self, name) % 16:
                raise RecipeError(f"{name} must be a multiple of 16, got {getattr(self, name)}")
        if self.patch_size_px > self.image_size_px:
            raise RecipeError("patch_size_px must not exceed image_size_px")
        if len(self.set_shares) != len(self.sets) or abs(sum(self.set_shares) - 1.0) > 1e-6:
            raise RecipeError(f"set_shares must be one a set and sum to 1, got {self.set_shares}")
        if not 0.0 <= self.ema_decay < 1.0:
            raise RecipeError(f"ema_decay must be in [0, 1), got {self.ema_decay}")

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as plain values."""
        return asdict(self)


def read_recipe(path: Path, profile: str, **changes: Any) -> Recipe:
    """Return the recipe of a TOML file for one profile (`cpu`, `cpu-finish`, `gpu`).

    The file holds common keys at its top and one table a profile; `changes` (from the command
    line) win over both. Raises RecipeError for an unknown key, profile or a value out of range.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    profiles = {key: value for key, value in table.items() if isinstance(value, dict)}
    if profile not in profiles:
        raise RecipeError(f"{path.name} has no profile {profile!r}; it has {sorted(profiles)}")
    common = {key: value for key, value in table.items() if key not in profiles}
    return recipe_from({**common, **profiles[profile], **changes})


def recipe_from(values: dict[str, Any]) -> Recipe:
    """Return the recipe of plain values, as `Recipe.to_dict` gives them."""
    known = {field.name for field in fields(Recipe)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise RecipeError(f"unknown keys {unknown}; known: {sorted(known)}")
    lists_as_tuples: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
    }
    try:
        return Recipe(**lists_as_tuples)
    except TypeError as error:
        raise RecipeError(str(error)) from None


def shipped_recipe(model: str) -> Path:
    """Return the path of the recipe that ships for a model."""
    return Path(str(files("training") / "recipes" / f"{model}.toml"))
