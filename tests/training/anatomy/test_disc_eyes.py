"""Discs to learn from: experts' shares where there are some, developers' marks elsewhere."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_runtime.contracts.cohort import ManifestRow
from edge_runtime.domain import FovCircle
from tests.edge_runtime.fundus.drawn_fields import draw_field
from training.anatomy import disc_eyes as module
from training.anatomy.disc_eyes import disc_eyes
from training.marks.reading import DiscMark

SIDE, CENTRE, RADIUS = 500, (370, 250), 31
"""Where `draw_field` puts the disc of a field that fills the picture."""
SIZE_PX, MARGIN = 128, 1.0
"""Squares of two disc diameters, so that a disc's diameter is half of their side."""


def a_row(**changes: object) -> ManifestRow:
    values = {
        "set": "S",
        "person_id": "1",
        "photograph": "a.png",
        "role": "train",
        "fold": 2,
        "evidence_kind": "real",
        "terms": "none",
        **changes,
    }
    return ManifestRow.model_validate(values)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A drawn field with a disc, and maps of the share of experts of disc and cup."""
    picture = draw_field(FovCircle(SIDE / 2, SIDE / 2, 240.0), SIDE, SIDE)
    cv2.imwrite(str(tmp_path / "a.png"), picture[..., ::-1])
    for name, radii in {"disc": (RADIUS + 5, RADIUS), "cup": (20, 13)}.items():
        share = np.zeros((SIDE, SIDE), np.uint8)
        for radius, experts in zip(radii, (64, 255), strict=True):  # one of four, then all
            cv2.circle(share, CENTRE, radius, experts, cv2.FILLED)
        cv2.imwrite(str(tmp_path / f"{name}.png"), share)
    return tmp_path


def test_the_labels_are_the_share_of_experts_around_the_disc(folder: Path):
    row = a_row(disc="disc.png#>=128", cup="cup.png#>=128")

    (eye,) = disc_eyes([row], folder, SIZE_PX, MARGIN)

    assert eye.known_K.tolist() == [True, True]
    disc_HW, cup_HW = eye.label_KHW
    middle = SIZE_PX // 2
    assert (disc_HW[middle, middle], cup_HW[middle, middle]) == (255, 255)
    across = cup_HW[middle]
    assert {0, 64, 255} <= set(across.tolist())
    # Half of the square is the disc that at least half of the experts drew, give or take a pixel.
    assert (disc_HW[middle] >= 128).sum() == pytest.approx(SIZE_PX / 2, abs=3)


def test_a_mask_without_a_cut_is_a_label_of_all_or_nothing(folder: Path):
    row = a_row(disc="disc.png")

    (eye,) = disc_eyes([row], folder, SIZE_PX, MARGIN)

    assert eye.known_K.tolist() == [True, False]
    assert eye.label_KHW[0, SIZE_PX // 2, SIZE_PX // 2] == 255
    assert not eye.label_KHW[1].any()


def test_a_marked_disc_teaches_the_disc_alone(folder: Path, monkeypatch: pytest.MonkeyPatch):
    mark = DiscMark(*map(float, CENTRE), 2.0 * RADIUS, 2.0 * RADIUS)
    monkeypatch.setattr(module, "read_disc_marks", lambda: {"a.png": mark})

    (eye,) = disc_eyes([a_row()], folder, SIZE_PX, MARGIN)

    assert eye.known_K.tolist() == [True, False]
    disc_HW = eye.label_KHW[0] >= 128
    assert disc_HW.sum() == pytest.approx(np.pi * (SIZE_PX / 4) ** 2, rel=0.04)
    rows, columns = np.nonzero(disc_HW)
    assert (rows.mean(), columns.mean()) == (
        pytest.approx(SIZE_PX / 2, abs=1.5),
        pytest.approx(SIZE_PX / 2, abs=1.5),
    )


def test_a_photograph_without_mask_or_mark_teaches_nothing(folder: Path):
    assert list(disc_eyes([a_row()], folder, SIZE_PX, MARGIN)) == []
