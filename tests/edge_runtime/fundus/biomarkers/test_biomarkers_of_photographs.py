"""Vessels that experts traced on photographs, with discs placed by hand (their axes to 2 px).

The ranges are those in which adults' readings lie in the literature, widened for the fact that
tracing at 565 pixels makes vessels wide.
"""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from edge_runtime.domain import Eye
from edge_runtime.fundus.biomarkers import AnatomyMasks, biomarkers

SIDE = 640
ARTERIOLE, VENULE, EITHER = 1, 2, 3

# Traced vessels, field, and the disc's centre and half-axes in the photograph's pixels.
DRIVE, HRF = "DRIVE_AV/test/1st_manual", "HRF_AV/training/1st_manual"
FIELDS = {DRIVE: "DRIVE/test/mask", HRF: "HRF_AV/training/mask"}
NOT_TRACED = {"disc_fovea_distance_dd", "disc_fovea_distance_um"}
EYES = {
    "DRIVE 01": (DRIVE, "01_test.png", "01_test_mask.gif", 88, 261, 38, 41),
    "DRIVE 19": (DRIVE, "19_test.png", "19_test_mask.gif", 485, 280, 35, 38),
    "HRF 01": (HRF, "01_h_AVmanual.png", "01_h_mask.png", 1330, 576, 92, 98),
    "HRF 02": (HRF, "02_h_AVmanual.png", "02_h_mask.png", 494, 540, 97, 101),
}


def read(path):
    with Image.open(path) as picture:
        return np.asarray(picture if picture.mode == "P" else picture.convert("L"))


def masks_of(data_folder, eye):
    folder, traced, field, x, y, half_width, half_height = EYES[eye]
    vessels = read(data_folder / folder / traced)
    inside = read(data_folder / FIELDS[folder] / field) > 127
    rows, columns = np.indices(inside.shape)
    radius = np.hypot((columns - x) / half_width, (rows - y) / half_height)
    left, right = np.flatnonzero(inside.any(axis=0))[[0, -1]]
    scale = SIDE / (right - left + 1)
    middle = np.flatnonzero(inside.any(axis=1)).mean()
    to_frame = np.array([[scale, 0, -scale * left], [0, scale, SIDE / 2 - scale * middle]])

    def framed(mask):
        smooth = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.4 / scale)
        return cv2.warpAffine(smooth, to_frame, (SIDE, SIDE), flags=cv2.INTER_LINEAR) >= 0.5

    return AnatomyMasks(
        framed(vessels > 0),
        framed((vessels == ARTERIOLE) | (vessels == EITHER)),
        framed((vessels == VENULE) | (vessels == EITHER)),
        framed(radius <= 1.0),
        framed(radius <= 0.5),
        framed(inside),
    )


@pytest.mark.photographs
@pytest.mark.parametrize("eye", EYES)
def test_readings_of_traced_eyes_are_plausible(data_folder, eye):
    readings = biomarkers(masks_of(data_folder, eye), Eye.OS)

    assert {name for name, r in readings.items() if r.value is None} == NOT_TRACED
    found = {name: reading.value for name, reading in readings.items()}
    assert 120 < found["crae_um"] < 210
    assert 180 < found["crve_um"] < 290
    assert 0.55 < found["avr"] < 0.85
    assert 0.08 < found["vessel_density"] < 0.16
    assert 1.3 < found["fractal_dimension"] < 1.6
    assert 1.0 < found["tortuosity_distance_arterioles"] < 1.15
    assert 1.0 < found["tortuosity_distance_venules"] < 1.15
    for kind in ("arterioles", "venules"):
        # Photographs: 75 to 80 degrees (Zamir et al. 1979, from memory), thin branches with them.
        assert 55 < found[f"branching_angle_{kind}"] < 95
        assert 3 < found[f"tortuosity_curvature_{kind}"] < 13
        assert 1.1 < found[f"fractal_dimension_{kind}"] < 1.5
    assert 1.3 < found["fractal_dimension_information"] < 1.65
    assert 1.3 < found["fractal_dimension_correlation"] < 1.65
    # The cup was drawn with half the disc's axes: the rim is a quarter of the disc high.
    assert found["rim_width_12_superior_um"] == pytest.approx(450, rel=0.06)
    assert found["rim_width_06_inferior_um"] == pytest.approx(450, rel=0.06)
