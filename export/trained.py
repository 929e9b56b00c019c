"""The trained models of a bundle: read from their run folders, and each made a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.contracts.bundle import ModelEntry, ModelName
from edge_runtime.contracts.cohort import ManifestRow
from export.anatomy import TrainedAnatomy, exported_anatomy, trained_anatomy
from export.disc import TrainedDisc, exported_disc, trained_disc
from export.errors import ExportError
from export.findings import exported_findings
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.findings.task import FindingsRecipe

Exported = tuple[ModelName, bytes, ModelEntry]


@dataclass(frozen=True)
class TrainedFindings:
    """The weights of the findings model, and how they were trained."""

    recipe: FindingsRecipe
    weights: Path


@dataclass(frozen=True)
class TrainedModels:
    """What one bundle is exported from; what it will not hold is None."""

    anatomy: TrainedAnatomy
    disc: TrainedDisc | None
    findings: TrainedFindings | None

    @property
    def fold(self) -> int | None:
        """The fold that all of them held out, None where roles say who was."""
        return self.anatomy.structures.fold

    @property
    def left_out_sets(self) -> tuple[str, ...]:
        """The sets that none of them learned from."""
        return self.anatomy.vessels.left_out

    @property
    def sets(self) -> dict[str, tuple[str, ...]]:
        """By model, the sets that it learned from."""
        learned = {"anatomy": self.anatomy.sets}
        if self.disc is not None:
            learned["disc"] = self.disc.recipe.sets
        if self.findings is not None:
            learned["findings"] = self.findings.recipe.sets
        return learned

    def check_held_out(self, quality_fold: int | None) -> None:
        """Return when all held out the same people; raise ExportError if not."""
        folds = {"anatomy": self.fold, "quality": quality_fold}
        if self.disc is not None:
            folds["disc"] = self.disc.recipe.fold
        if self.findings is not None:
            folds["findings"] = self.findings.recipe.fold
        if len(set(folds.values())) > 1:
            raise ExportError(f"the models hold out different folds: {folds}")
        seen = {name for sets in self.sets.values() for name in sets} & set(self.left_out_sets)
        if seen:
            raise ExportError(f"a model learned from {sorted(seen)}, which the vessels left out")


def trained_models(
    anatomy_run: Path, findings_run: Path | None, image_size_px: int | None
) -> TrainedModels:
    """Return the models of these run folders; the disc's is `disc` within the anatomy run."""
    findings = None
    if findings_run is not None:
        weights = findings_run / WEIGHTS_FILE
        findings = TrainedFindings(load_weights(FindingsRecipe, weights)[0], weights)
    return TrainedModels(
        trained_anatomy(anatomy_run, image_size_px), trained_disc(anatomy_run), findings
    )


def exported_models(
    trained: TrainedModels, rows: list[ManifestRow], data: Path, say: Callable[[str], None]
) -> Iterator[Exported]:
    """Yield each model's name, graph and entry, the anatomy first.

    Raises ParityError, ExportError.
    """
    yield "anatomy", *exported_anatomy(trained.anatomy, rows, data, graph_file("anatomy"), say)
    if trained.disc is not None:
        yield "disc", *exported_disc(trained.disc, rows, data, graph_file("disc"), say)
    if trained.findings is not None:
        file = graph_file("findings")
        yield "findings", *exported_findings(trained.findings.weights, rows, data, file, say)


def graph_file(model: str) -> str:
    """Return the name of a model's file in a bundle."""
    return f"{model}.fp32.onnx"
