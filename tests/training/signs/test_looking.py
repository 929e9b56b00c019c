"""Attention is taught where each sign lies, in the picture that the network is shown."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from edge_runtime.domain import Eye, FloatArray, FovCircle
from edge_runtime.forecast.signs import BODY, SIGN_NAMES
from tests.edge_runtime.fundus.drawn_fields import draw_field
from training.signs.eyes import SignedEye
from training.signs.pictures import pictures_of
from training.signs.task import looks_elsewhere

CELLS, SIDE_PX = 20, 64
DISC, FOVEA = (0.75, 0.5), (0.4, 0.55)


def bells(x: float, y: float, reach: float) -> torch.Tensor:
    """Attention of every sign around one place, (1, S, H, W)."""
    at = (torch.arange(CELLS) + 0.5) / CELLS
    bell = torch.exp(-((at[None] - x) ** 2 + (at[:, None] - y) ** 2) / (2.0 * reach**2))
    return (bell / bell.sum()).expand(1, len(SIGN_NAMES), CELLS, CELLS)


def test_looking_at_the_disc_is_better_than_looking_everywhere_or_elsewhere() -> None:
    place = torch.tensor([[DISC, (float("nan"), float("nan"))]])
    everywhere = torch.full((1, len(SIGN_NAMES), CELLS, CELLS), 1.0 / CELLS**2)

    at_disc, astray = bells(*DISC, 0.08), bells(0.2, 0.2, 0.08)

    assert looks_elsewhere(at_disc, place) < looks_elsewhere(everywhere, place)
    assert looks_elsewhere(everywhere, place) < looks_elsewhere(astray, place)


def test_where_nothing_is_known_anything_goes() -> None:
    nowhere = torch.full((1, 2, 2), float("nan"))

    assert looks_elsewhere(bells(*DISC, 0.08), nowhere) == 0.0


def test_a_place_outside_the_picture_teaches_nothing() -> None:
    outside = torch.tensor([[(1.2, 0.5), (-0.1, 0.5)]])

    assert looks_elsewhere(bells(*DISC, 0.08), outside) == 0.0


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A round field with a bright disc at the right."""
    picture = draw_field(FovCircle(330.0, 236.0, 210.0), 640, 480).copy()
    cv2.circle(picture, (470, 236), 20, (255, 255, 240), -1)
    path = tmp_path / "eye.png"
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return path


@pytest.mark.parametrize("eye", Eye)
def test_the_disc_is_where_the_picture_shows_it(photograph: Path, eye: Eye, tmp_path: Path) -> None:
    nothing: FloatArray = np.zeros(len(SIGN_NAMES), np.float32)
    places = np.array([(470.0, 236.0), (np.nan, np.nan)], np.float32)
    signed = SignedEye(photograph, "p", eye, nothing, np.zeros(len(BODY), np.float32), places)

    made = pictures_of([signed], SIDE_PX, tmp_path / "pictures")
    x, y = made.place_NP2[0, 0]

    assert bool(x > 0.5) is (eye is Eye.OD)
    bright = made.image(0).astype(int).sum(axis=2)
    row, column = np.unravel_index(int(bright.argmax()), bright.shape)
    assert x * SIDE_PX == pytest.approx(column + 0.5, abs=4.0)
    assert y * SIDE_PX == pytest.approx(row + 0.5, abs=4.0)
    assert np.isnan(made.place_NP2[0, 1]).all()


def test_pictures_that_lie_there_are_not_made_again(photograph: Path, tmp_path: Path) -> None:
    nothing: FloatArray = np.zeros(len(SIGN_NAMES), np.float32)
    places = np.full((2, 2), np.nan, np.float32)
    signed = SignedEye(photograph, "p", Eye.OD, nothing, np.zeros(len(BODY), np.float32), places)
    first = pictures_of([signed], SIDE_PX, tmp_path / "pictures")
    photograph.unlink()

    again = pictures_of([signed], SIDE_PX, tmp_path / "pictures")

    assert np.array_equal(first.image(0), again.image(0))
