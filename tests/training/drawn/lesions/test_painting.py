"""What is painted lies where the masks say, at any size, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from tests.training.drawn.lesions.eyes import anatomy_of, catalogue, frame_of, fundus
from training.drawn.lesions.lesion import MASK_NAMES, Cause, Lesion, LesionKind
from training.drawn.lesions.looks import LOOKS
from training.drawn.lesions.painting import (
    ABOVE,
    BENEATH,
    lesion_masks,
    paint_above,
    paint_beneath,
)

PROLIFERATIVE: dict[str, Any] = {
    "dr_severity": 4.9,
    "oedema_severity": 0.8,
    "laser_years": -2.0,
}


def spot(kind: LesionKind, xy: tuple[float, float], radius: float, aspect: float = 1.0) -> Lesion:
    return Lesion(kind, Cause.RETINOPATHY, xy, radius, aspect, 0.3, 77, 1.0, 1.0)


def test_every_kind_is_painted_once_and_has_a_look_and_a_mask() -> None:
    assert sorted(BENEATH + ABOVE) == sorted(LesionKind)
    assert {kind for kind, look in LOOKS.items() if look.above} == set(ABOVE)
    assert "soft_exudate" in MASK_NAMES


def test_blood_darkens_and_exudate_brightens_fair_and_dark_eyes() -> None:
    anatomy = anatomy_of(1)
    frame = frame_of(anatomy)
    for level in ((0.9, 0.45, 0.25), (0.55, 0.2, 0.08)):
        retina = fundus(frame, level)
        lesions = [
            spot(LesionKind.BLOT, (-2.0, 1.0), 0.12), spot(LesionKind.HARD_EXUDATE, (-3, 1), 0.08)
        ]  # fmt: skip
        paint_beneath(retina, lesions, frame)
        blood, lipid = (
            retina[tuple(frame.to_px(np.array(x.xy)).round().astype(int)[::-1])] for x in lesions
        )

        assert blood[1] < 0.75 * level[1]
        assert lipid[1] > 1.4 * level[1]


@pytest.mark.slow
@pytest.mark.parametrize("mirrored", [False, True])
def test_masks_and_paint_agree(mirrored: bool) -> None:
    anatomy = anatomy_of(5)
    frame = frame_of(anatomy, 700, mirrored)
    lesions = catalogue(5, drusen_area_dd2=0.1, **PROLIFERATIVE).at(1.0)
    for kind in {lesion.kind for lesion in lesions}:
        alone = [lesion for lesion in lesions if lesion.kind is kind]
        retina = fundus(frame)
        paint_beneath(retina, alone, frame)
        paint_above(retina, alone, frame)
        change = np.abs(retina - fundus(frame)).max(2)
        mask = next(iter(lesion_masks(alone, frame).values()))
        reach = 9 + 2 * int(LOOKS[kind].edge * frame.px_per_dd)
        around = cv2.dilate(mask.astype(np.uint8), np.ones((reach, reach))) > 0

        assert change[~around].sum() < 0.01 * change.sum(), kind
        assert change[mask].mean() > 6 * change[~mask].mean(), kind


def test_painting_outside_the_frame_does_nothing() -> None:
    frame = frame_of(anatomy_of(1))
    retina = fundus(frame)
    for kind in LesionKind:
        far = [spot(kind, (9.0, 9.0), 0.3)]
        paint_beneath(retina, far, frame)
        paint_above(retina, far, frame)
        assert not any(mask.any() for mask in lesion_masks(far, frame).values())

    assert np.array_equal(retina, fundus(frame))


def test_only_pixels_near_a_lesion_are_touched() -> None:
    frame = frame_of(anatomy_of(1))
    retina = fundus(frame)
    paint_beneath(retina, [spot(LesionKind.BLOT, (-2.0, 1.0), 0.1)], frame)
    rows, columns = np.nonzero((retina != fundus(frame)).any(2))
    x, y = frame.to_px(np.array([-2.0, 1.0]))

    assert np.hypot(columns - x, rows - y).max() < 0.25 * frame.px_per_dd


@pytest.mark.slow
@pytest.mark.parametrize("radius_um", [12.0, 30.0, 120.0])
def test_a_lesion_swallows_the_same_light_at_512_and_at_2400_pixels(radius_um: float) -> None:
    anatomy = anatomy_of(1)
    lost = []
    for side_px in (512, 2400):
        frame = frame_of(anatomy, side_px)
        retina = fundus(frame)
        places = [(-4 + 0.31 * i, -1 + 0.23 * j) for i in range(9) for j in range(9)]
        dots = [spot(LesionKind.MICROANEURYSM, xy, radius_um / 1800) for xy in places]
        paint_beneath(retina, [replace(d, seed=i) for i, d in enumerate(dots)], frame)
        lost.append((fundus(frame) - retina)[..., 1].sum() / frame.px_per_dd**2)

    assert lost[0] == pytest.approx(lost[1], rel=0.25)


def test_the_smallest_microaneurysm_still_has_a_pixel_in_its_mask() -> None:
    frame = frame_of(anatomy_of(1), 300)
    for i in range(40):
        at = (-2.0 + 0.0137 * i, 0.5 + 0.0071 * i)
        mask = lesion_masks([spot(LesionKind.MICROANEURYSM, at, 10 / 1800)], frame)
        assert 1 <= mask["microaneurysm"].sum() <= 4


def test_a_left_eye_is_painted_mirrored() -> None:
    anatomy = anatomy_of(4)
    lesions = catalogue(4, dr_severity=3.5).at(0.0)
    right, left = (
        lesion_masks(lesions, frame_of(anatomy, 511, mirrored))["haemorrhage"]
        for mirrored in (False, True)
    )

    assert (right ^ left[:, ::-1]).mean() < 1e-4


def test_the_same_lesions_paint_the_same_bytes() -> None:
    frame = frame_of(anatomy_of(4))
    lesions = catalogue(4, **PROLIFERATIVE).at(0.0)
    pictures = [fundus(frame) for _ in range(2)]
    for picture in pictures:
        paint_beneath(picture, lesions, frame)
        paint_above(picture, lesions, frame)

    assert pictures[0].tobytes() == pictures[1].tobytes()


def test_a_retina_in_pieces_is_refused() -> None:
    frame = frame_of(anatomy_of(1))
    with pytest.raises(ValueError, match="one piece"):
        paint_beneath(fundus(frame)[:, ::-1], [spot(LesionKind.BLOT, (-2.0, 1.0), 0.1)], frame)
