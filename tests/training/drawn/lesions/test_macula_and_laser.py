"""Drusen, atrophy, membranes, laser and blood at the disc are drawn as the state says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.drawn.lesions.eyes import (
    anatomy_of,
    catalogue,
    frame_of,
    from_fovea,
    of_kind,
)
from training.drawn.lesions.lesion import Lesion, LesionKind
from training.drawn.lesions.painting import lesion_masks

DRUSEN = LesionKind.HARD_DRUSEN, LesionKind.SOFT_DRUSEN


def area_dd2(lesions: list[Lesion]) -> float:
    return sum(np.pi * x.radius**2 for x in lesions)


@pytest.mark.slow
@pytest.mark.parametrize("area", [0.002, 0.05, 0.3, 1.0, 4.0])
def test_drusen_are_together_as_large_as_the_state_says(area: float) -> None:
    drusen = of_kind(catalogue(3, drusen_area_dd2=area).at(0.0), *DRUSEN)

    assert area_dd2(drusen) == pytest.approx(area, rel=1e-6)
    assert all(from_fovea(x, anatomy_of(3)) + x.radius < 2.05 for x in drusen)


def test_the_mask_of_drusen_has_their_area() -> None:
    anatomy = anatomy_of(3)
    frame = frame_of(anatomy, 1600)
    mask = lesion_masks(catalogue(3, drusen_area_dd2=0.3).at(0.0), frame)["drusen"]

    assert mask.sum() / frame.px_per_dd**2 == pytest.approx(0.3, rel=0.06)


def test_few_drusen_are_hard_and_many_are_soft_too() -> None:
    few = of_kind(catalogue(3, drusen_area_dd2=0.01).at(0.0), *DRUSEN)
    many = of_kind(catalogue(3, drusen_area_dd2=0.6).at(0.0), *DRUSEN)

    assert area_dd2(of_kind(few, LesionKind.HARD_DRUSEN)) > 0.2 * area_dd2(few)
    assert area_dd2(of_kind(many, LesionKind.SOFT_DRUSEN)) > 0.6 * area_dd2(many)


@pytest.mark.parametrize("area", [0.05, 0.6, 3.0])
def test_atrophy_covers_the_area_that_the_state_says(area: float) -> None:
    for seed in range(4):
        frame = frame_of(anatomy_of(seed), 1000)
        mask = lesion_masks(catalogue(seed, geographic_atrophy_dd2=area).at(0.0), frame)

        drawn = mask["geographic_atrophy"].sum() / frame.px_per_dd**2
        assert drawn == pytest.approx(area, rel=0.07)


def test_atrophy_grows_and_never_gives_ground_back() -> None:
    frame = frame_of(anatomy_of(8))
    small, large = (
        lesion_masks(catalogue(8, geographic_atrophy_dd2=area).at(0.0), frame)["geographic_atrophy"]
        for area in (0.5, 1.5)
    )

    assert (small & ~large).sum() <= 0.01 * small.sum()


def test_a_membrane_bleeds_then_scars() -> None:
    def kinds(years_since: float) -> set[LesionKind]:
        found = catalogue(6, neovascular_amd_years=-years_since).at(0.0)
        return {lesion.kind for lesion in found}

    assert kinds(-0.1) == set()
    assert {LesionKind.NEOVASCULAR_MEMBRANE, LesionKind.SUBRETINAL_BLOOD} <= kinds(0.2)
    assert kinds(6.0) == {LesionKind.DISCIFORM_SCAR}


def test_laser_spares_the_macula_and_the_disc() -> None:
    for seed in range(6):
        anatomy = anatomy_of(seed)
        scars = of_kind(
            catalogue(seed, dr_severity=4.2, laser_years=-2.0).at(0.0), LesionKind.LASER_SCAR
        )
        assert len(scars) > 50
        assert min(from_fovea(x, anatomy) - x.radius for x in scars) > 1.6
        assert min(np.hypot(*x.xy) - x.radius for x in scars) > 0.55


def test_there_are_no_scars_before_the_laser() -> None:
    eye = catalogue(2, dr_severity=4.2, laser_years=3.0)

    assert not of_kind(eye.at(2.9), LesionKind.LASER_SCAR)
    assert of_kind(eye.at(3.0), LesionKind.LASER_SCAR)


def test_blood_at_the_disc_crosses_its_margin_near_the_notch() -> None:
    for seed in range(8):
        found = catalogue(seed, disc_haemorrhage=True, notch_clock_hour=7.0).at(0.0)
        (blood,) = of_kind(found, LesionKind.DISC_HAEMORRHAGE)
        semi = np.array(anatomy_of(seed).disc_semi_axes)
        outward = np.array(blood.xy) / semi

        assert 0.8 < np.linalg.norm(outward) < 1.3
        assert blood.xy[1] > 0


def test_a_well_eye_has_no_lesion() -> None:
    assert catalogue(1).at(5.0) == []
