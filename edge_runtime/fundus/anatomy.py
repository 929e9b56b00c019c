"""What the anatomy model saw, and its pictures in the photograph's own frame.

Legend: K channels, H rows, W columns of the network image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import BoolArray, Evidence, FloatArray, UInt8Array
from edge_runtime.fundus.biomarkers.fovea import NOT_LOOKED_FOR, Fovea, NoFovea, find_fovea
from edge_runtime.fundus.biomarkers.masks import AnatomyMasks, largest_region
from edge_runtime.fundus.preprocess import NetworkFrame

PRESENT = 0.5
"""A structure is said to be at a pixel from this probability on; export shifts each channel's
logit on tuning people so that 0.5 is the best cut."""

FOVEA = "fovea"
"""Label of a channel that a model may have beyond ANATOMY_CHANNELS: a heat map, 1 at the fovea."""


@dataclass(frozen=True)
class Anatomy:
    """Probabilities of vessels, disc and cup on the network image, in [0, 1].

    `labels` names the K channels in order; at least those of ANATOMY_CHANNELS are among them.
    """

    frame: NetworkFrame
    field_HW: BoolArray
    """True inside the field of view; outside it every probability is zero."""
    probability_KHW: Sequence[FloatArray]
    """One map (H, W) for each label."""
    evidence: Evidence
    labels: tuple[str, ...] = ANATOMY_CHANNELS

    def channel(self, name: str) -> FloatArray:
        """Return one structure's probability on the network image, shape (H, W)."""
        return self.probability_KHW[self.labels.index(name)]

    def fovea(self) -> Fovea | NoFovea:
        """Return the fovea's place on the network image, or why it is not known."""
        return self._fovea

    def vessels_probability(self, width_px: int, height_px: int, scale: float = 1.0) -> UInt8Array:
        """Return the vessel probability x 255, laid on the photograph."""
        laid = self.frame.to_photograph(self.channel("vessel"), width_px, height_px, scale)
        return np.asarray(cv2.convertScaleAbs(laid, alpha=255.0), dtype=np.uint8)

    def arteries_veins(self, width_px: int, height_px: int, scale: float = 1.0) -> UInt8Array:
        """Return indices laid on the photograph: 0 none, 1 arteriole, 2 venule."""
        vessel, arteriole, venule = (
            self.frame.to_photograph(self.channel(name), width_px, height_px, scale)
            for name in ("vessel", "arteriole", "venule")
        )
        kind = np.where(arteriole >= venule, np.uint8(1), np.uint8(2))
        return np.where(vessel >= PRESENT, kind, np.uint8(0))

    def disc_cup(self, width_px: int, height_px: int, scale: float = 1.0) -> UInt8Array:
        """Return indices laid on the photograph: 0 none, 1 disc outside the cup, 2 cup."""
        disc, cup = (
            self.frame.to_photograph(mask.astype(np.float32), width_px, height_px, scale)
            for mask in self.disc_and_cup_masks()
        )
        index = (disc >= PRESENT).astype(np.uint8)
        return np.where((cup >= PRESENT) & (index == 1), np.uint8(2), index)

    def masks(self) -> AnatomyMasks:
        """Return the masks that biomarkers are measured on, on the network image."""
        vessel_HW = self.channel("vessel") >= PRESENT
        arteriole, venule = self.channel("arteriole"), self.channel("venule")
        disc_HW, cup_HW = self.disc_and_cup_masks()
        return AnatomyMasks(
            vessel_HW=vessel_HW,
            # Every vessel pixel is at least one of the two; a crossing is both.
            arteriole_HW=vessel_HW & ((arteriole >= venule) | (arteriole >= PRESENT)),
            venule_HW=vessel_HW & ((venule > arteriole) | (venule >= PRESENT)),
            disc_HW=disc_HW,
            cup_HW=cup_HW,
            field_HW=self.field_HW,
            fovea=self.fovea(),
        )

    def disc_and_cup_masks(self) -> tuple[BoolArray, BoolArray]:
        """Return the disc (its largest region, holes filled) and the cup inside it."""
        return self._disc_and_cup

    @cached_property
    def _fovea(self) -> Fovea | NoFovea:
        if FOVEA not in self.labels:
            return NOT_LOOKED_FOR
        return find_fovea(self.channel(FOVEA))

    @cached_property
    def _disc_and_cup(self) -> tuple[BoolArray, BoolArray]:
        disc_HW = largest_region(self.channel("disc") >= PRESENT)
        return disc_HW, (self.channel("cup") >= PRESENT) & disc_HW
