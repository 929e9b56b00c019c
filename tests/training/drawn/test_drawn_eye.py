"""One drawn eye under many cameras and at many moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from edge_runtime.domain import BoolArray, Eye
from training.drawn.anatomy import rng_of
from training.drawn.camera.presets import Preset
from training.drawn.camera.state import CameraState, camera_state
from training.drawn.drawn_eye import DrawnEye, DrawnPhotograph
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.sample_eyes import HEALTHY, Unchanging, sample_camera

pytestmark = pytest.mark.slow

HEIGHT_PX = 256


@dataclass(frozen=True)
class Worsening:
    """Diabetic retinopathy that rises by a step in four years, with drusen and a cup."""

    traits: EyeTraits

    def at(self, years: float) -> EyeState:
        severity = float(np.clip(1.5 + 0.25 * years, 0, 5))
        return replace(HEALTHY, dr_severity=severity, drusen_area_dd2=0.2 + 0.01 * years)


def eye_of(eye: Eye = Eye.OD) -> DrawnEye:
    return DrawnEye(Worsening(EyeTraits(77, eye, pigmentation=0.4, disc_height_um=1850.0)))


@cache
def taken(eye: Eye = Eye.OD, years: float = 2.0, preset: Preset = Preset.CLINIC) -> DrawnPhotograph:
    return eye_of(eye).photograph(years, camera(preset), HEIGHT_PX)


def camera(preset: Preset) -> CameraState:
    return camera_state(preset, rng_of(1, "camera"))


def masks_of(photograph: DrawnPhotograph) -> dict[str, BoolArray]:
    structures = ("vessel", "arteriole", "venule", "disc", "cup")
    return {name: getattr(photograph, f"{name}_HW") for name in structures} | photograph.lesions_HW


@pytest.mark.parametrize("preset", [Preset.CLINIC, Preset.HANDHELD, Preset.PHONE])
def test_every_mask_lies_inside_the_field_that_the_camera_shows(preset: Preset) -> None:
    photograph = taken(preset=preset)

    assert photograph.lesions_HW
    for mask in masks_of(photograph).values():
        assert mask.shape == photograph.photograph_HWC.shape[:2]
        assert not (mask & ~photograph.field_HW).any()


def test_a_photograph_hangs_on_eye_moment_and_camera_and_not_on_what_was_taken_before() -> None:
    eye = eye_of()
    eye.photograph(9.0, camera(Preset.PHONE), HEIGHT_PX)

    again = eye.photograph(2.0, camera(Preset.CLINIC), HEIGHT_PX)

    assert again.photograph_HWC.tobytes() == taken().photograph_HWC.tobytes()
    assert again.lesion_counts == taken().lesion_counts


def test_the_future_is_redrawn_under_the_cameras_of_today() -> None:
    today, later = taken(), taken(years=8.0)

    assert later.frame == today.frame
    assert (later.vessel_HW == today.vessel_HW).all()
    assert sum(later.lesion_counts.values()) > sum(today.lesion_counts.values())
    untouched = today.field_HW & ~np.any(
        [mask for p in (today, later) for mask in p.lesions_HW.values()], axis=0
    )
    differs = np.abs(
        later.photograph_HWC[untouched].astype(int) - today.photograph_HWC[untouched].astype(int)
    )
    assert np.median(differs) <= 3


def test_a_left_eye_is_mirrored() -> None:
    right, left = taken(Eye.OD), taken(Eye.OS)

    assert right.disc_px[0] > right.fovea_px[0]
    assert left.disc_px[0] < left.fovea_px[0]


def test_the_true_calibres_are_those_of_the_state() -> None:
    photograph = taken()

    assert photograph.biomarkers["crae_um"] == pytest.approx(photograph.state.crae_um)
    assert photograph.biomarkers["crve_um"] == pytest.approx(photograph.state.crve_um)


def test_a_healthy_eye_has_no_lesion() -> None:
    traits = EyeTraits(5, Eye.OD, pigmentation=0.4, disc_height_um=1850.0)
    photograph = DrawnEye(Unchanging(traits)).photograph(0, sample_camera(5, Eye.OD), HEIGHT_PX)

    assert photograph.lesion_counts == {}
    assert photograph.lesions_HW == {}
