"""Which eye a photograph shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import Evidence, Eye
from edge_runtime.fundus.anatomy import FOVEA, Anatomy
from edge_runtime.fundus.laterality import eye_from_picture, read_laterality
from edge_runtime.fundus.preprocess import NetworkFrame

SIZE = 320


def an_anatomy(disc_x: float, vessels_right_px: int = 0, vessels_left_px: int = 0) -> Anatomy:
    """A disc of 50 px, and vessels beside it of the lengths given."""
    probability = np.zeros((5, SIZE, SIZE), np.float32)
    centre = (round(disc_x * SIZE), SIZE // 2)
    if disc_x > 0:
        cv2.circle(probability[3], centre, 25, 1.0, cv2.FILLED)
    for length, start in ((vessels_right_px, centre[0] + 52), (-vessels_left_px, centre[0] - 52)):
        if length:
            cv2.line(probability[0], (start, centre[1]), (start + length, centre[1]), 1.0, 3)
    frame = NetworkFrame(0.0, 0.0, float(SIZE), SIZE)
    return Anatomy(frame, np.ones((SIZE, SIZE), bool), probability, Evidence.INTERNAL)


@pytest.mark.parametrize(("disc_x", "eye"), [(0.8, Eye.OD), (0.2, Eye.OS)])
def test_a_disc_off_centre_tells_the_eye_by_its_side(disc_x, eye):
    assert eye_from_picture(an_anatomy(disc_x)) is eye


def test_a_central_disc_tells_the_eye_by_the_vessels_of_its_nasal_side():
    assert eye_from_picture(an_anatomy(0.5, vessels_right_px=60, vessels_left_px=10)) is Eye.OD
    assert eye_from_picture(an_anatomy(0.5, vessels_right_px=10, vessels_left_px=60)) is Eye.OS


def test_a_central_disc_with_even_vessels_does_not_tell():
    assert eye_from_picture(an_anatomy(0.5, vessels_right_px=40, vessels_left_px=40)) is None


def test_a_mirrored_picture_is_the_other_eye():
    eye = an_anatomy(0.5, vessels_right_px=60, vessels_left_px=10)
    mirrored = Anatomy(
        eye.frame, eye.field_HW, np.asarray(eye.probability_KHW)[..., ::-1], eye.evidence
    )

    assert {eye_from_picture(eye), eye_from_picture(mirrored)} == {Eye.OD, Eye.OS}


@pytest.mark.parametrize(("fovea_x", "eye"), [(0.2, Eye.OD), (0.8, Eye.OS)])
def test_the_disc_lies_on_the_nasal_side_of_the_fovea_wherever_the_field_is_centred(fovea_x, eye):
    assert eye_from_picture(with_fovea(an_anatomy(0.5), fovea_x)) is eye


def test_the_fovea_is_believed_before_the_centre_of_the_field():
    assert eye_from_picture(with_fovea(an_anatomy(0.7), 0.95)) is Eye.OS


def test_a_fovea_beside_the_disc_is_not_believed():
    assert eye_from_picture(with_fovea(an_anatomy(0.8), 0.82)) is Eye.OD


def with_fovea(eye: Anatomy, fovea_x: float) -> Anatomy:
    """The same anatomy with a fovea on the horizontal of the disc."""
    heat = np.zeros((1, SIZE, SIZE), np.float32)
    cv2.circle(heat[0], (round(fovea_x * SIZE), SIZE // 2), 6, 1.0, cv2.FILLED)
    probability = np.concatenate([np.asarray(eye.probability_KHW), heat])
    labels = (*ANATOMY_CHANNELS, FOVEA)
    return Anatomy(eye.frame, eye.field_HW, probability, eye.evidence, labels)


def test_the_given_eye_is_kept_and_a_conflict_is_reported():
    reading = read_laterality(an_anatomy(0.8), given=Eye.OS)

    assert (reading.laterality, reading.source, reading.conflict) == (Eye.OS, "given", True)


def test_without_a_disc_and_without_a_word_the_eye_is_unknown():
    reading = read_laterality(an_anatomy(-1.0), given=None)

    assert (reading.laterality, reading.source, reading.conflict) == (None, "unknown", False)
