"""The seam between foreseye and whatever runs a model: named arrays in, named arrays out."""

from __future__ import annotations

from typing import Protocol

from edge_runtime.domain import Tensors


class Backend(Protocol):
    """One loaded model. Not thread-safe: the caller holds one lock for each backend."""

    name: str
    """Engine and device, such as onnxruntime-cpu."""

    def run(self, inputs: Tensors) -> Tensors:
        """Return the outputs by name. Raises InferenceFailed when the engine refuses or breaks."""
        ...

    def close(self) -> None:
        """Give the engine's memory back."""
        ...
