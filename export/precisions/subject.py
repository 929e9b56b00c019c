"""One picture model of a bundle, as the precisions see it: its graph, its pictures, its figures."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import DISC_SQUARE, ClinicalChange, ModelEntry, ModelName
from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.contracts.result import ModelIdentity
from edge_runtime.domain import UInt8Array
from edge_runtime.models import LoadedModel
from edge_runtime.seeing import disc_image, field_image, whole_field_anatomy
from export.pools import with_quick_pools
from export.precisions.figures import Values, anatomy_values, findings_values
from export.precisions.gate import Judged, anatomy_changes, findings_changes
from export.precisions.half import unhalved
from export.precisions.network import without_idle_pads
from export.precisions.people import Opened, TuningPeople

Models = Mapping[str, LoadedModel]
Measured = Callable[[Models, Opened, Path], Values]

JUDGED: dict[str, Measured] = {
    "anatomy": anatomy_values,
    "disc": anatomy_values,
    "findings": findings_values,
}
"""The models of which fewer bits can be judged, and how."""


@dataclass(frozen=True)
class Subject:
    """One model whose precisions are made; the others of the bundle stand beside it in fp32."""

    name: ModelName
    entry: ModelEntry
    graph: onnx.ModelProto
    beside: Models
    people: TuningPeople

    def images(self, number: int | None = None) -> list[UInt8Array]:
        """Return calibrating photographs as the model sees them, the first `number` of them."""
        found = []
        for opened in self.people.calibrating():
            image_HWC = self._image(opened)
            if image_HWC is not None:
                found.append(image_HWC)
            if len(found) == number:
                break
        return found

    def judged(self, graph: bytes | None = None) -> Judged:
        """Return the figures of the tuning photographs; None judges the fp32 graph."""
        models = dict(self.beside)
        if graph is not None:
            models[self.name] = loaded(self.name, self.entry, graph)
        measured = JUDGED[self.name]
        values = {
            opened.row.photograph: measured(models, opened, self.people.data)
            for opened in self.people.judging(self._has_truth)
        }
        if graph is not None:
            models[self.name].backend.close()
        return values

    def changes(self, before: Judged, after: Judged) -> list[ClinicalChange]:
        """Return what changed from fp32, in the model's own figures."""
        if self.name == "findings":
            return findings_changes(before, after, self.entry.thresholds)
        return anatomy_changes(before, after)

    def largest_difference(self, graph: bytes, number: int) -> float:
        """Return how far any output is from that of fp32 on the first calibrating photographs."""
        other = loaded(self.name, self.entry, graph)
        largest = 0.0
        for image_HWC in self.images(number):
            inputs = {self.entry.inputs[0].name: image_HWC[None]}
            exact, said = self.beside[self.name].run(inputs), other.run(inputs)
            largest = max(largest, *(float(np.abs(exact[n] - said[n]).max()) for n in exact))
        other.backend.close()
        return largest

    def _image(self, opened: Opened) -> UInt8Array | None:
        if self.entry.picture.kind != DISC_SQUARE:
            return field_image(self.entry, opened.photograph, opened.field).image_HWC
        anatomy = whole_field_anatomy(self.beside["anatomy"], opened.photograph, opened.field)
        crop = disc_image(self.entry, opened.photograph, opened.field, anatomy)
        return None if crop is None else crop.image_HWC

    def _has_truth(self, row: ManifestRow) -> bool:
        if self.name == "findings":
            return row.dr_grade is not None
        if self.name == "disc":
            return row.disc is not None
        return bool({"vessel", "disc"} & set(row.masks()))


def subjects(bundle: Bundle, people: TuningPeople) -> list[Subject]:
    """Return the picture models of a bundle whose precisions can be judged."""
    graphs = {
        name: bundle.read(entry.artefacts["fp32"].file)
        for name, entry in bundle.manifest.models.items()
    }
    entries = bundle.manifest.models
    beside: Models = {str(n): loaded(n, entries[n], graphs[n]) for n in entries if n in JUDGED}
    return [
        Subject(
            name,
            entry,
            with_quick_pools(without_idle_pads(unhalved(onnx.load_from_string(graphs[name])))),
            beside,
            people,
        )
        for name, entry in entries.items()
        if name in JUDGED
    ]


def loaded(name: str, entry: ModelEntry, graph: bytes) -> LoadedModel:
    """Return a graph as the runtime will run it; its backend is the caller's to close."""
    backend = OnnxRuntimeCpu(graph, threads=len(os.sched_getaffinity(0)))
    identity = ModelIdentity(backend=backend.name, precision="as exported")
    return LoadedModel(name, entry, identity, backend, threading.Lock())
