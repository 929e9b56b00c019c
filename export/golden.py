"""Golden samples: drawn eyes with what each model must make of them on any device."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import DISC_SQUARE, GoldenSample, ModelEntry, ModelName
from edge_runtime.contracts.result import Measurement
from edge_runtime.domain import Exam, Eye, FloatArray, PhotographFile, Tensors, UInt8Array
from edge_runtime.fundus.biomarkers.profiles import WANTED_SIDE_PX
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.models import WITH_OWN_GOLDEN, golden_key
from edge_runtime.pipeline import Pipeline
from edge_runtime.seeing import disc_image, field_image, whole_field_anatomy
from edge_runtime.settings import Limits
from edge_runtime.stages import PhotographDone, PhotographRefused
from export.entry import loaded
from export.errors import ExportError
from export.forecast_parity import golden_person
from export.progression_golden import golden_simulation
from export.signs import golden_signs, sample_image
from training.drawn.sample_eyes import write_sample_eyes

SAMPLES = "samples"
"""Folder of the golden samples in a bundle."""


def golden_samples(
    pipeline: Pipeline, models: Mapping[ModelName, ModelEntry], graphs: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[GoldenSample]]:
    """Return the samples' files by their path in the bundle, and the entries that name them.

    `pipeline` runs the very graphs, which come by file name. Raises ExportError for a drawn eye
    that does not pass our own gates unaided.
    """
    files: dict[str, bytes] = {}
    samples = []
    with tempfile.TemporaryDirectory() as folder:
        for path in write_sample_eyes(Path(folder)):
            eye = Eye(path.stem.rpartition("_")[2])
            content = path.read_bytes()
            photograph = f"{SAMPLES}/{path.name}"
            files[photograph] = content
            images = sample_images(content, path.name, models, graphs)
            expected: dict[str, str] = {}
            for model, entry in sorted(models.items(), key=lambda named: named[0] != "signs"):
                expected[model] = f"{SAMPLES}/{path.stem}.{model}.npz"
                graph = graphs[entry.artefacts["fp32"].file]
                if model == "signs":
                    image_HWC = sample_image(content, path.name, entry, eye)
                    files[expected[model]] = golden_signs(image_HWC, graph)
                elif model == "progression":
                    files[expected[model]] = golden_simulation(content, eye, entry, graph)
                elif model in images:
                    files[expected[model]] = golden_arrays(images[model], entry, graphs)
                else:
                    files[expected[model]] = golden_person(
                        eye, graph, _signs_read(expected.get("signs"), files)
                    )
            measured = unaided(pipeline, path, eye)
            samples.append(
                GoldenSample(
                    photograph=photograph, eye=eye.value, expected=expected, biomarkers=measured
                )
            )
    return files, samples


def _signs_read(file: str | None, files: Mapping[str, bytes]) -> FloatArray | None:
    """Return the signs of a golden sample's file, None without one; `signs` come before."""
    if file is None:
        return None
    with np.load(io.BytesIO(files[file]), allow_pickle=False) as kept:
        return np.asarray(kept["output.sign_NS"][0])


def sample_images(
    content: bytes,
    name: str,
    models: Mapping[ModelName, ModelEntry],
    graphs: Mapping[str, bytes],
) -> dict[str, UInt8Array]:
    """Return what each model sees of a sample, shape (H, W, C).

    Raises ExportError without a field, or without a disc where a disc model needs one.
    """
    photograph = read_photograph(content, name, Limits(), wanted_side_px=WANTED_SIDE_PX)
    field = find_field_of_view(photograph)
    if field is None:
        raise ExportError(f"no round field is found in the sample {name}")
    images: dict[str, UInt8Array] = {}
    for model, entry in models.items():
        if entry.preprocessing is None:
            continue
        if entry.preprocessing.kind != DISC_SQUARE:
            images[model] = field_image(entry, photograph, field).image_HWC
            continue
        whole = models["anatomy"]
        anatomy = loaded("anatomy", graphs[whole.artefacts["fp32"].file], whole)
        crop = disc_image(entry, photograph, field, whole_field_anatomy(anatomy, photograph, field))
        anatomy.backend.close()
        if crop is None:
            raise ExportError(f"no disc is found in the sample {name}")
        images[model] = crop.image_HWC
    return images


def golden_arrays(image_HWC: UInt8Array, entry: ModelEntry, graphs: Mapping[str, bytes]) -> bytes:
    """Return the .npz of one sample: the network image and the model's outputs on it.

    fp32's under `output.NAME`, those of a precision that has its own under
    `output.PRECISION.NAME`. Probabilities are kept as uint8 (value x 255), which is finer than any
    stated tolerance.
    """
    inputs: Tensors = {entry.inputs[0].name: image_HWC[None]}
    kept = {f"input.{name}": value for name, value in inputs.items()}
    for precision in ("fp32", *(p for p in entry.artefacts if p in WITH_OWN_GOLDEN)):
        backend = OnnxRuntimeCpu(graphs[entry.artefacts[precision].file], threads=1)
        for name, value in backend.run(inputs).items():
            kept[golden_key(precision, name)] = np.round(value * 255.0).astype(np.uint8)
        backend.close()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **kept)
    return buffer.getvalue()


def unaided(pipeline: Pipeline, path: Path, eye: Eye) -> dict[str, Measurement]:
    """Return what the whole pipeline measures on a sample that nobody helped it with.

    Raises ExportError unless the sample passes quality, shows the eye that was drawn, and has a
    disc and a cup: what ships must pass our own gates.
    """
    exam = Exam("golden", (PhotographFile(path.name, path.read_bytes()),))
    for event in pipeline.screen(exam):
        if isinstance(event, PhotographRefused):
            raise ExportError(f"{path.name} is refused: {event.error}")
        if isinstance(event, PhotographDone):
            result = event.result
            if not result.quality.gradable:
                raise ExportError(f"{path.name} is not gradable: {result.quality.reason}")
            if result.eye.laterality != eye:
                raise ExportError(f"{path.name} is read as {result.eye.laterality}, drawn as {eye}")
            measured = result.biomarkers or {}
            if measured["cdr_vertical"].value is None:
                raise ExportError(f"{path.name}: {measured['cdr_vertical'].missing_because}")
            return measured
    raise ExportError(f"{path.name} gave no result")
