"""Recipes: every knob of a training run, as frozen records read from TOML.

Unknown keys are refused. A run's recipe is written beside its weights, so that a checkpoint can
always say how it was made.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import tomllib

from training.errors import RecipeError

FOLDS = 5
"""Of photographs.csv."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What every model's training shares. One step is one batch; each model adds its own knobs."""

    model: str
    image_size_px: int
    """Side of the square network image."""

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

    fold: int | None = None
    """None: learn from role `train`, tune on `tune`. Else the fold that is held out for judging,
    with the next one to tune on."""

    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.ema_decay < 1.0:
            raise RecipeError(f"ema_decay must be in [0, 1), got {self.ema_decay}")
        if self.fold is not None and not 0 <= self.fold < FOLDS:
            raise RecipeError(f"fold must be 0 to {FOLDS - 1}, got {self.fold}")

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as plain values."""
        return asdict(self)


R = TypeVar("R", bound=Recipe)


def check_shares(sets: tuple[str, ...], shares: tuple[float, ...]) -> None:
    """Return when there is one share a set and they sum to 1; raise RecipeError if not."""
    if len(shares) != len(sets) or abs(sum(shares) - 1.0) > 1e-6:
        raise RecipeError(f"set_shares must be one a set and sum to 1, got {shares}")


def check_multiple(name: str, value: int, of: int) -> None:
    """Return when a side fits the network's strides; raise RecipeError if not."""
    if value <= 0 or value % of:
        raise RecipeError(f"{name} must be a multiple of {of}, got {value}")


def read_recipe(kind: type[R], path: Path, profile: str, **changes: Any) -> R:
    """Return the recipe of a TOML file for one profile (`cpu`, `gpu`, or another it has).

    The file holds common keys at its top and one table a profile; `changes` (from the command
    line) win over both. Raises RecipeError for an unknown key, profile or a value out of range.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    profiles = {key: value for key, value in table.items() if isinstance(value, dict)}
    if profile not in profiles:
        raise RecipeError(f"{path.name} has no profile {profile!r}; it has {sorted(profiles)}")
    common = {key: value for key, value in table.items() if key not in profiles}
    return recipe_from(kind, {**common, **profiles[profile], **changes})


def recipe_from(kind: type[R], values: dict[str, Any]) -> R:
    """Return the recipe of plain values, as `Recipe.to_dict` gives them."""
    known = {field.name for field in fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise RecipeError(f"unknown keys {unknown}; known: {sorted(known)}")
    lists_as_tuples: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
    }
    try:
        return kind(**lists_as_tuples)
    except TypeError as error:
        raise RecipeError(str(error)) from None


def shipped_recipe(model: str) -> Path:
    """Return the path of the recipe that ships for a model."""
    return Path(str(files("training") / "recipes" / f"{model}.toml"))
