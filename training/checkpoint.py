"""What a run keeps: the state to go on from after a kill, and the best weights so far.

Every file is written whole or not at all. Weights are safetensors with the recipe in their
metadata; nothing is pickled code (`weights_only=True`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.errors import ResumeError
from training.recipe import R, Recipe, recipe_from

RESUME_FILE = "resume.pt"
WEIGHTS_FILE = "weights.safetensors"


@dataclass
class Progress:
    """Where a run stands."""

    step: int = 0
    best_score: float = float("-inf")
    best_step: int = 0


def save_resume(
    run: Path,
    recipe: Recipe,
    progress: Progress,
    network: dict[str, Tensor],
    average: dict[str, Tensor],
    optimiser: dict[str, Any],
) -> None:
    """Write all that is needed to go on from this step."""
    state = {
        "recipe": json.dumps(recipe.to_dict(), sort_keys=True),
        "progress": vars(progress),
        "network": network,
        "average": average,
        "optimiser": optimiser,
    }
    temporary = run / (RESUME_FILE + ".tmp")
    torch.save(state, temporary)
    temporary.replace(run / RESUME_FILE)


def load_resume(run: Path, recipe: Recipe) -> dict[str, Any] | None:
    """Return the saved state, or None for a fresh run.

    Raises ResumeError when the folder holds a run of another recipe.
    """
    path = run / RESUME_FILE
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    if json.loads(state["recipe"]) != json.loads(json.dumps(recipe.to_dict())):
        raise ResumeError(f"{run} holds a run of another recipe; choose another --run folder")
    return state


def save_weights(
    run: Path, recipe: Recipe, weights: dict[str, Tensor], facts: dict[str, Any]
) -> Path:
    """Write the best weights, with the recipe and `facts` (scores, step) in their metadata."""
    temporary = run / (WEIGHTS_FILE + ".tmp")
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    metadata = {"recipe": json.dumps(recipe.to_dict()), "facts": json.dumps(facts)}
    save_file(contiguous, temporary, metadata=metadata)
    temporary.replace(run / WEIGHTS_FILE)
    return run / WEIGHTS_FILE


def load_weights(kind: type[R], path: Path) -> tuple[R, dict[str, Tensor], dict[str, Any]]:
    """Return the recipe, the weights and the facts of a weights file of one kind of model."""
    with safe_open(path, framework="pt") as opened:
        metadata = opened.metadata()
    recipe = recipe_from(kind, json.loads(metadata["recipe"]))
    return recipe, load_file(path), json.loads(metadata["facts"])
