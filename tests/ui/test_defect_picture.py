"""The picture that shows a defect."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from edge_runtime.domain import Eye
from edge_runtime.fundus.quality_wording import CAUSE
from tests.ui.fake_service import photograph_jpeg
from ui.defect_picture import GAP_PX, SIDE_PX, shown
from ui.wording import LANGUAGES


def pixels(content: bytes | None) -> np.ndarray:
    assert content is not None
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("defect", [*CAUSE, ""])
def test_every_defect_has_its_picture_and_its_words(defect: str) -> None:
    assert pixels(shown(photograph_jpeg(), defect, Eye.OD)).shape == (
        SIDE_PX,
        2 * SIDE_PX + GAP_PX,
        3,
    )
    assert all(f"defect.{defect or 'any'}" in words for words in LANGUAGES.values())


def test_what_is_too_dark_is_hatched_inside_the_field_alone() -> None:
    written = io.BytesIO()
    photograph = Image.new("RGB", (320, 320))
    ImageDraw.Draw(photograph).ellipse((4, 4, 315, 315), fill=(40, 25, 20))
    photograph.save(written, "PNG")
    dark = pixels(shown(written.getvalue(), "dark", Eye.OD))[:, :SIDE_PX]
    hatched = (dark[..., 2] > 180) & (dark[..., 0] < 90)

    assert hatched[SIDE_PX // 3 : SIDE_PX // 2, SIDE_PX // 3 : SIDE_PX // 2].any()
    assert not hatched[:10, :10].any()


def test_a_left_eye_stands_beside_a_left_eye() -> None:
    right = pixels(shown(photograph_jpeg(), "small_field", Eye.OD))[:, SIDE_PX + GAP_PX :]
    left = pixels(shown(photograph_jpeg(), "small_field", Eye.OS))[:, SIDE_PX + GAP_PX :]

    assert np.abs(right[:, ::-1].astype(int) - left.astype(int)).mean() < 3


def test_a_file_that_cannot_be_drawn_has_no_picture() -> None:
    assert shown(b"no picture", "blur", Eye.OD) is None
