from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_runtime.domain import Eye
from training.drawn.sample_eyes import draw_eye
from training.repeatability.camera_copies import DEFECTS, camera_copies


@pytest.fixture(scope="module")
def eye():
    return draw_eye(Eye.OD, 3, side_px=400)


def test_there_is_a_copy_for_each_defect_at_the_same_size(eye, rng):
    copies = camera_copies(eye.photograph_HWC, eye.fov_circle, rng)

    assert len(copies) == len(DEFECTS)
    for copy in copies:
        picture = cv2.imdecode(np.frombuffer(copy, np.uint8), cv2.IMREAD_COLOR_RGB)
        assert picture.shape == eye.photograph_HWC.shape


def test_copies_are_near_the_photograph_and_differ_from_one_another(eye, rng):
    copies = camera_copies(eye.photograph_HWC, eye.fov_circle, rng)

    pictures = [cv2.imdecode(np.frombuffer(c, np.uint8), cv2.IMREAD_COLOR_RGB) for c in copies]
    blurred = cv2.GaussianBlur(eye.photograph_HWC, (0, 0), 8).astype(float)
    for picture in pictures:
        near = np.abs(cv2.GaussianBlur(picture, (0, 0), 8).astype(float) - blurred)
        assert 0 < near.mean() < 30
    assert len(set(copies)) == len(DEFECTS)


def test_the_same_seed_gives_the_same_copies(eye):
    one, other = (
        camera_copies(eye.photograph_HWC, eye.fov_circle, np.random.default_rng(5))
        for _ in range(2)
    )

    assert one == other
