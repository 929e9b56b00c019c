"""A progression trained for four steps on four drawn eyes: it has learned next to nothing."""

from __future__ import annotations

from pathlib import Path

from training.loop import Outcome
from training.progression.train import train_progression
from training.run_settings import RunSettings

RECIPE = """
model = "progression"
image_size_px = 64
learns = "samples"
weight_decay = 1e-3
seed = 1
drawn_seed = 1
moments = 2
height_px = 96
[cpu]
train_eyes = 4
tune_eyes = 2
batch_size = 2
total_steps = 4
warm_up_steps = 1
learning_rate = 1e-3
ema_decay = 0.5
evaluate_every_steps = 2
patience_evaluations = 9
"""


def tiny_run(folder: Path) -> Path:
    """Return the folder of the run, `folder`/run."""
    train_tiny(folder)
    return folder / "run"


def train_tiny(folder: Path) -> Outcome:
    """Return what training, or going on with it, came to."""
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE, encoding="ascii")
    return train_progression(folder / "run", RunSettings("cpu", recipe))
