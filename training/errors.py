"""What training refuses, on the project's one error tree."""

from __future__ import annotations

from edge_runtime.errors import ForeseyeError


class TrainingError(ForeseyeError):
    """Training cannot go on; the message says what to mend."""

    public_message = "The training cannot go on."


class RecipeError(TrainingError):
    """A recipe has an unknown key or a value out of range."""

    public_message = "The recipe is not valid."


class CohortError(TrainingError):
    """A set of photographs is not as its adapter expects; the message names set and file."""

    public_message = "The photographs are not as expected."


class ResumeError(TrainingError):
    """The run folder holds another recipe's run."""

    public_message = "The run folder holds another run."


class CheckpointError(TrainingError):
    """A file of weights is not the one that was expected."""

    public_message = "The weights are not the expected ones."
