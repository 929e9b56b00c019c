"""Lesions laid on the retina's colour, in place, one kind after the other.

Lesions of one kind do not darken each other where they overlap: the one that covers more counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge_runtime.domain import BoolArray, FloatArray
from training.drawn.frame import Frame
from training.drawn.lesions.chance import uniforms
from training.drawn.lesions.lesion import MASKS_OF, Lesion, LesionKind
from training.drawn.lesions.looks import LOOKS, PIGMENT, PIGMENT_YEARS, PIGMENTED
from training.drawn.lesions.outline import grain
from training.drawn.lesions.stamping import Stamp, stamp

BENEATH = (
    LesionKind.HARD_DRUSEN,
    LesionKind.SOFT_DRUSEN,
    LesionKind.ATROPHY,
    LesionKind.DISCIFORM_SCAR,
    LesionKind.NEOVASCULAR_MEMBRANE,
    LesionKind.SUBRETINAL_BLOOD,
    LesionKind.LASER_SCAR,
    LesionKind.HARD_EXUDATE,
    LesionKind.BLOT,
    LesionKind.MICROANEURYSM,
    LesionKind.IRMA,
)
"""From the deepest layer up."""
ABOVE = (
    LesionKind.VENOUS_BEADING,
    LesionKind.COTTON_WOOL,
    LesionKind.FLAME,
    LesionKind.DISC_HAEMORRHAGE,
    LesionKind.FIBROSIS,
    LesionKind.NEW_VESSEL,
    LesionKind.PRERETINAL,
)
CHOROIDAL_VESSELS = (0.34, 0.34)
CHOROIDAL_DEPTH = np.array([0.07, 0.26, 0.28], np.float32)
"""Size of the net of wide choroidal vessels that atrophy lays bare, and their density."""


def paint_beneath(retina_HWC: FloatArray, lesions: Sequence[Lesion], frame: Frame) -> None:
    """Paint what lies behind the vessels, in place; RGB float32 in [0, 1]."""
    _paint(retina_HWC, lesions, frame, BENEATH)


def paint_above(retina_HWC: FloatArray, lesions: Sequence[Lesion], frame: Frame) -> None:
    """Paint what lies before the vessels, in place; RGB float32 in [0, 1]."""
    _paint(retina_HWC, lesions, frame, ABOVE)


def lesion_masks(lesions: Sequence[Lesion], frame: Frame) -> dict[str, BoolArray]:
    """Return masks (H, W) by the names in `MASK_NAMES`, of those classes that there are.

    A pixel belongs to a lesion that covers at least half of it; a lesion smaller than a pixel has
    the pixel that it lies in. The round field is not cut out, and vessels are not.
    """
    masks: dict[str, BoolArray] = {}
    for kind in LesionKind:
        of_kind = [lesion for lesion in lesions if lesion.kind is kind]
        if not of_kind:
            continue
        found = stamp(of_kind, frame)
        inside = found.pixel[found.cover >= 0.5]
        for name in MASKS_OF[kind]:
            masks.setdefault(name, np.zeros(frame.shape, bool)).reshape(-1)[inside] = True
    return masks


def _paint(
    retina_HWC: FloatArray,
    lesions: Sequence[Lesion],
    frame: Frame,
    kinds: tuple[LesionKind, ...],
) -> None:
    if not retina_HWC.flags.c_contiguous:
        raise ValueError("the retina must be one piece of memory, or painting would miss it")
    flat = retina_HWC.reshape(-1, 3)
    for kind in kinds:
        of_kind = [lesion for lesion in lesions if lesion.kind is kind]
        if of_kind:
            _paint_kind(flat, of_kind, stamp(of_kind, frame), frame)


def _paint_kind(flat: FloatArray, lesions: list[Lesion], found: Stamp, frame: Frame) -> None:
    """Lay one kind on the pixels (H * W, 3)."""
    kind = lesions[0].kind
    look = LOOKS[kind]
    strength = np.array([lesion.strength for lesion in lesions], np.float32)[found.lesion]
    body = 1 - look.hollow * (1 - found.inward) - look.mottle * np.maximum(-found.mottle, 0)
    amount = _most(found, found.cover * found.faint * strength * body.clip(0, 1), frame)[:, None]
    density = amount * look.density
    if kind is LesionKind.ATROPHY:
        density = density + amount * _choroid(found.xy)[:, None] * CHOROIDAL_DEPTH
    colour = flat[found.pixel] * np.exp(-density)
    colour += look.opacity * amount * (look.colour - colour)
    if kind in PIGMENTED:
        pigment = _most(found, found.cover * _pigment(lesions, found), frame)
        colour *= np.exp(-pigment[:, None] * PIGMENT)
    flat[found.pixel] = colour


def _most(found: Stamp, share: FloatArray, frame: Frame) -> FloatArray:
    """Return each sample's share, or that of another lesion on its pixel where that is more."""
    most = np.zeros(frame.shape, np.float32).reshape(-1)
    np.maximum.at(most, found.pixel, share.astype(np.float32, copy=False))
    return np.asarray(most[found.pixel], np.float32)


def _pigment(lesions: list[Lesion], found: Stamp) -> FloatArray:
    """Return the clumps of pigment in scars: more with the years, in the middle or about the rim.

    Some scars have much, some none.
    """
    age = np.array([lesion.age_years for lesion in lesions], np.float32)[found.lesion]
    own = uniforms(np.array([lesion.seed for lesion in lesions], np.uint64), 4)[:, 2:]
    ringed, much = own.astype(np.float32)[found.lesion].T
    place = ringed * (1 - found.inward) + (1 - ringed) * found.inward
    clumps = np.clip(place - 0.55 + 0.45 * found.mottle, 0, 1) * np.clip(2.2 * much - 0.5, 0, 1)
    grown = PIGMENTED[lesions[0].kind] * (1 - np.exp(-np.maximum(age, 0) / PIGMENT_YEARS))
    return np.asarray(clumps * grown, np.float32)


def _choroid(xy: FloatArray) -> FloatArray:
    """Return where wide choroidal vessels run, 0 to 1, alike for all patches of an eye."""
    bent = xy + 0.10 * grain(xy[:, 0], xy[:, 1], (0.5, 0.5))[:, None]
    net = grain(bent[:, 0] + 40, bent[:, 1] + 40, CHOROIDAL_VESSELS)
    return np.asarray(np.exp(-((net / 0.35) ** 2)), np.float32)
