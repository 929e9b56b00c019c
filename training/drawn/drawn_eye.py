"""One drawn eye: grown once, then photographed at any moment of its life, under any camera.

What grows (anatomy, vessels, catalogue of lesions) is made when it is first needed and kept, so
many visits of one eye share it. A photograph depends on history, moment, camera and height alone:
the same camera state at a later moment, or along another history of the same eye, redraws the
eye's future as that camera would have seen it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from edge_runtime.domain import BoolArray, Eye, FloatArray, FovCircle, UInt8Array
from training.drawn.anatomy import Anatomy, Points, draw_anatomy
from training.drawn.camera.framing import field_mask, frame_of
from training.drawn.camera.photographing import take_photograph
from training.drawn.camera.state import CameraState
from training.drawn.eye_state import EyeHistory, EyeState
from training.drawn.frame import Frame
from training.drawn.lesions.catalogue import LesionCatalogue, catalogue_of
from training.drawn.lesions.lesion import Lesion, LesionKind
from training.drawn.lesions.painting import lesion_masks, paint_above, paint_beneath
from training.drawn.retina.background import paint_background
from training.drawn.retina.blood import lay_vessels_over
from training.drawn.retina.disc import lay_disc
from training.drawn.retina.disc_shape import cup_mask, disc_mask
from training.drawn.retina.nerve_fibres import lay_nerve_fibres
from training.drawn.vessels.ageing import vessels_at
from training.drawn.vessels.biomarkers import true_biomarkers
from training.drawn.vessels.grown import grow_vessels
from training.drawn.vessels.layers import VesselLayer, lay_vessels
from training.drawn.vessels.tree import VesselTrees

Place = tuple[float, float]


@dataclass(frozen=True)
class DrawnPhotograph:
    """One photograph, RGB, and all that is true of it; masks are (H, W), True inside."""

    photograph_HWC: UInt8Array
    eye: Eye
    years: float
    """When it was taken, since the person's first visit."""

    state: EyeState
    camera: CameraState
    frame: Frame
    field_HW: BoolArray
    """What the camera shows of the retina; all masks lie inside it."""

    vessel_HW: BoolArray
    arteriole_HW: BoolArray
    venule_HW: BoolArray
    disc_HW: BoolArray
    cup_HW: BoolArray
    lesions_HW: dict[str, BoolArray]
    """By class, of the classes that this eye has now; a class outside the field is empty."""

    lesion_counts: dict[LesionKind, int]
    """Lesions in the whole eye, kinds with none left out."""

    disc_px: Place
    """Centre of the disc, x and y; like the fovea's it may lie outside the photograph."""

    fovea_px: Place
    biomarkers: dict[str, float]
    """The eye's true ones at that moment, whatever the photograph shows of them."""

    @property
    def fov_circle(self) -> FovCircle:
        """The round field, which may reach past the photograph's edges."""
        return self.frame.circle


class DrawnEye:
    """One eye that keeps what it grew."""

    def __init__(self, history: EyeHistory) -> None:
        self.history, self.traits = history, history.traits

    @cached_property
    def anatomy(self) -> Anatomy:
        """Where disc, fovea and arcades lie."""
        return draw_anatomy(self.traits)

    @cached_property
    def grown(self) -> VesselTrees:
        """The vessels as they grew; a visit ages them."""
        return grow_vessels(self.traits, self.anatomy)

    @cached_property
    def catalogue(self) -> LesionCatalogue:
        """Every lesion of this eye's life."""
        trees = self.grown
        return catalogue_of(self.history, self.anatomy, trees.arterioles, trees.venules)

    def along(self, history: EyeHistory) -> DrawnEye:
        """Return this eye along another history of it, with what grew already."""
        other = DrawnEye(history)
        # What a cached property has found lies in the instance's own dictionary.
        other.__dict__.update(anatomy=self.anatomy, grown=self.grown)
        return other

    def photograph(self, years: float, camera: CameraState, height_px: int) -> DrawnPhotograph:
        """Return this eye's photograph, `height_px` high, `years` after the first visit."""
        moment = _Moment(self, years, camera, height_px)
        frame = moment.frame
        field = field_mask(frame, camera)
        photograph = take_photograph(moment.retina(), frame, camera, self.traits, moment.state)
        lesions = lesion_masks(moment.lesions, frame)
        return DrawnPhotograph(
            photograph_HWC=photograph,
            eye=self.traits.eye,
            years=years,
            state=moment.state,
            camera=camera,
            frame=frame,
            field_HW=field,
            **{name: mask & field for name, mask in moment.structures().items()},
            lesions_HW={name: mask & field for name, mask in lesions.items()},
            lesion_counts=dict(Counter(lesion.kind for lesion in moment.lesions)),
            disc_px=_place(frame, (0.0, 0.0)),
            fovea_px=_place(frame, self.anatomy.fovea),
            biomarkers=true_biomarkers(moment.trees),
        )


class _Moment:
    """An eye at one moment before one camera, until its photograph is taken."""

    def __init__(self, eye: DrawnEye, years: float, camera: CameraState, height_px: int) -> None:
        self.eye = eye
        self.state = eye.history.at(years)
        self.frame = frame_of(camera, eye.anatomy, eye.traits.eye, height_px)
        self.trees = vessels_at(eye.grown, self.state)
        self.lesions: list[Lesion] = eye.catalogue.at(years)

    @cached_property
    def arterioles(self) -> VesselLayer:
        return lay_vessels(self.trees.arterioles, self.frame)

    @cached_property
    def venules(self) -> VesselLayer:
        return lay_vessels(self.trees.venules, self.frame)

    def structures(self) -> dict[str, BoolArray]:
        """Return the masks (H, W) of vessels, disc and cup by field of `DrawnPhotograph`."""
        anatomy, traits, state, frame = self.eye.anatomy, self.eye.traits, self.state, self.frame
        disc = disc_mask(anatomy, traits, state, frame)
        return {
            "vessel_HW": self.arterioles.mask | self.venules.mask,
            "arteriole_HW": self.arterioles.mask,
            "venule_HW": self.venules.mask,
            "disc_HW": disc,
            "cup_HW": cup_mask(anatomy, traits, state, frame) & disc,
        }

    def retina(self) -> FloatArray:
        """Return the retina's colour (H, W, 3), painted from the deepest layer up."""
        anatomy, traits, state, frame = self.eye.anatomy, self.eye.traits, self.state, self.frame
        retina = paint_background(anatomy, traits, state, frame)
        paint_beneath(retina, self.lesions, frame)
        lay_nerve_fibres(retina, anatomy, traits, state, frame)
        lay_disc(retina, anatomy, traits, state, frame)
        lay_vessels_over(retina, anatomy, traits, state, frame, self.arterioles, self.venules)
        paint_above(retina, self.lesions, frame)
        return retina


def _place(frame: Frame, xy: Place) -> Place:
    place: Points = frame.to_px(np.array(xy))
    return float(place[0]), float(place[1])
