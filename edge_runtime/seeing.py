"""What a bundle's models see in one photograph: each model's picture made, run and read.

The service, the command line and export's calibration all go through here, so a model is shown the
same crop wherever it runs.

Legend: K channels, H rows, W columns.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edge_runtime.contracts.bundle import ModelEntry
from edge_runtime.contracts.result import Findings, Measurement
from edge_runtime.domain import Eye, FieldOfView, FloatArray, Photograph, UInt8Array
from edge_runtime.forecast.body import body_told
from edge_runtime.forecast.signs import STRANGE, SeenSigns
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.disc_crop import disc_crop, place_of, with_disc
from edge_runtime.fundus.findings import findings_of
from edge_runtime.fundus.preprocess import NetworkFrame, NetworkImage, network_image, network_pixels
from edge_runtime.models import LoadedModel


def seen_anatomy(
    models: Mapping[str, LoadedModel],
    photograph: Photograph,
    field: FieldOfView,
    seen: NetworkImage | None = None,
) -> Anatomy:
    """Return the anatomy, with the disc from near where the bundle holds a disc model.

    `seen` is the anatomy model's `field_image` where it is there already. Raises InferenceError.
    """
    seen = seen or field_image(models["anatomy"].entry, photograph, field)
    anatomy = _anatomy_in(models["anatomy"], seen)
    disc = models.get("disc")
    return anatomy if disc is None else _with_disc_from_near(disc, photograph, field, anatomy)


def whole_field_anatomy(model: LoadedModel, photograph: Photograph, field: FieldOfView) -> Anatomy:
    """Return what the anatomy model alone sees. Raises InferenceError."""
    return _anatomy_in(model, field_image(model.entry, photograph, field))


def _anatomy_in(model: LoadedModel, seen: NetworkImage) -> Anatomy:
    maps_KHW = _probability(model, seen)
    return Anatomy(
        seen.frame,
        seen.field_HW,
        [map_HW * seen.field_HW for map_HW in maps_KHW],
        model.entry.evidence,
        tuple(model.entry.labels),
    )


def seen_findings(
    models: Mapping[str, LoadedModel], photograph: Photograph, field: FieldOfView
) -> Findings | None:
    """Return what the eye shows, None where the bundle holds no such model.

    Raises InferenceError.
    """
    model = models.get("findings")
    if model is None:
        return None
    image_HWC, _ = field_pixels(model.entry, photograph, field)
    outputs = model.run({model.entry.inputs[0].name: image_HWC[None]})
    grades_NK, conditions_NK = (outputs[tensor.name] for tensor in model.entry.outputs)
    return findings_of(grades_NK[0], conditions_NK[0], model.entry)


def seen_signs(
    models: Mapping[str, LoadedModel], photograph: Photograph, field: FieldOfView, eye: Eye | None
) -> tuple[SeenSigns, dict[str, Measurement]] | None:
    """Return the signs that a forecast knows, and what the eye tells of the body, by finding.

    None where the bundle holds no such model. A left eye is shown to it as a right one. Raises
    InferenceError.
    """
    model = models.get("signs")
    if model is None:
        return None
    image_HWC, frame = field_pixels(model.entry, photograph, field)
    mirrored = eye is Eye.OS
    image_HWC = np.ascontiguousarray(image_HWC[:, ::-1]) if mirrored else image_HWC
    outputs = model.run({model.entry.inputs[0].name: image_HWC[None]})
    attention_SHW = outputs["attention_NSHW"][0]
    signs = SeenSigns(
        eye=eye,
        sign_S=outputs["sign_NS"][0],
        attention_SHW=attention_SHW[..., ::-1] if mirrored else attention_SHW,
        frame=frame,
        strange=bool(outputs["strangeness_N"][0] > model.entry.thresholds[STRANGE]),
    )
    return signs, body_told(
        outputs["body_NB"][0], outputs["body_deviation_NB"][0], signs.strange, model.entry.evidence
    )


def field_image(entry: ModelEntry, photograph: Photograph, field: FieldOfView) -> NetworkImage:
    """Return the whole field as a model of this entry sees it."""
    wanted = entry.picture
    return network_image(photograph, field, wanted.image_size_px, wanted.margin)


def field_pixels(
    entry: ModelEntry, photograph: Photograph, field: FieldOfView
) -> tuple[UInt8Array, NetworkFrame]:
    """Return the pixels of `field_image` and their frame alone."""
    wanted = entry.picture
    return network_pixels(photograph, field, wanted.image_size_px, wanted.margin)


def disc_image(
    entry: ModelEntry, photograph: Photograph, field: FieldOfView, anatomy: Anatomy
) -> NetworkImage | None:
    """Return the crop that a disc model of this entry sees, None where no disc was found."""
    disc_HW, _ = anatomy.disc_and_cup_masks()
    place = place_of(disc_HW, anatomy.frame)
    if place is None:
        return None
    wanted = entry.picture
    return disc_crop(photograph, field, place, wanted.image_size_px, wanted.margin)


def _with_disc_from_near(
    model: LoadedModel, photograph: Photograph, field: FieldOfView, anatomy: Anatomy
) -> Anatomy:
    """Return the anatomy with the disc model's disc and cup, as it is where no disc was found."""
    crop = disc_image(model.entry, photograph, field, anatomy)
    if crop is None:
        return anatomy
    seen_KHW = _probability(model, crop)
    return with_disc(anatomy, crop, seen_KHW, tuple(model.entry.labels), model.entry.evidence)


def _probability(model: LoadedModel, seen: NetworkImage) -> FloatArray:
    """Return the maps of a model that gives one for each label, shape (K, H, W)."""
    outputs = model.run({model.entry.inputs[0].name: seen.image_HWC[None]})
    return np.asarray(outputs[model.entry.outputs[0].name][0], np.float32)
