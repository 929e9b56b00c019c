"""The pictures lie on the photograph, whatever its size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime import pictures
from edge_runtime.contracts.result import PhotographIdentity
from edge_runtime.domain import Evidence
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.preprocess import NetworkFrame

WIDTH_PX, HEIGHT_PX, SIZE_PX = 700, 500, 128


def drawn_anatomy() -> Anatomy:
    """An arteriole and a venule that cross a field, and a disc with its cup."""
    probability_KHW = np.zeros((5, SIZE_PX, SIZE_PX), np.float32)
    vessel, arteriole, venule, disc, cup = probability_KHW
    cv2.line(vessel, (0, 20), (127, 90), 0.9, 3)
    cv2.line(vessel, (0, 100), (127, 40), 0.9, 3)
    cv2.line(arteriole, (0, 20), (127, 90), 0.9, 3)
    cv2.line(venule, (0, 100), (127, 40), 0.8, 3)
    cv2.circle(disc, (90, 60), 14, 1.0, cv2.FILLED)
    cv2.circle(cup, (92, 60), 6, 1.0, cv2.FILLED)
    frame = NetworkFrame(left_px=83.0, top_px=-7.5, side_px=515.0, size_px=SIZE_PX)
    return Anatomy(frame, np.ones((SIZE_PX, SIZE_PX), bool), probability_KHW, Evidence.DRAWN)


@pytest.mark.parametrize("layer", pictures.PICTURES.values(), ids=pictures.PICTURES.keys())
def test_a_picture_made_in_strips_is_the_picture(
    layer: pictures.Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    anatomy = drawn_anatomy()
    monkeypatch.setattr(pictures, "STRIP_PIXELS", 61 * WIDTH_PX)

    strips_HW = pictures.laid(anatomy, layer, WIDTH_PX, HEIGHT_PX)

    whole_HW = layer(anatomy, WIDTH_PX, HEIGHT_PX)
    assert strips_HW.shape == (HEIGHT_PX, WIDTH_PX)
    assert whole_HW.any()
    # OpenCV rounds source positions to 1/32 pixel: a strip may fall on the other side of .5.
    assert (strips_HW != whole_HW).mean() < 0.001


def test_the_pngs_are_single_channel_and_of_the_photographs_size(tmp_path: Path) -> None:
    photograph = PhotographIdentity(
        name="a.jpg", sha256="0" * 64, width_px=WIDTH_PX, height_px=HEIGHT_PX, fov_circle_px=None
    )

    pictures.write_pictures(tmp_path, drawn_anatomy(), photograph)

    read = {
        name: cv2.imread(str(tmp_path / name), cv2.IMREAD_UNCHANGED) for name in pictures.PICTURES
    }
    assert {picture.shape for picture in read.values()} == {(HEIGHT_PX, WIDTH_PX)}
    assert {picture.dtype for picture in read.values()} == {np.dtype(np.uint8)}
    assert set(np.unique(read["arteries_veins.png"])) == {0, 1, 2}
    assert set(np.unique(read["disc_cup.png"])) == {0, 1, 2}
    assert read["vessels_probability.png"].max() == pytest.approx(0.9 * 255, abs=2)
