"""The crop around the disc, and its way back into the anatomy."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.domain import BoolArray, Evidence, FieldOfView, FovCircle
from edge_runtime.fundus.anatomy import Anatomy
from edge_runtime.fundus.disc_crop import DiscPlace, disc_crop, place_of, with_disc
from edge_runtime.fundus.preprocess import NetworkFrame, NetworkImage, network_image
from tests.edge_runtime.fundus.drawn_fields import photograph_of

WIDTH, HEIGHT = 640, 480
CIRCLE = FovCircle(320.0, 240.0, 230.0)


def a_field() -> tuple[NetworkImage, FieldOfView]:
    rows, columns = np.indices((HEIGHT, WIDTH))
    inside = np.hypot(columns - CIRCLE.x_px, rows - CIRCLE.y_px) <= CIRCLE.radius_px
    field = FieldOfView(CIRCLE, inside, 0.0)
    return network_image(photograph_of(grey()), field, 320), field


def grey() -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


def spot(x_px: float, y_px: float, radius_px: float) -> BoolArray:
    rows, columns = np.indices((HEIGHT, WIDTH))
    return np.asarray(np.hypot(columns - x_px, rows - y_px) <= radius_px)


def an_anatomy(seen: NetworkImage, evidence: Evidence = Evidence.INTERNAL) -> Anatomy:
    maps = np.full((5, *seen.field_HW.shape), 0.25, np.float32)
    return Anatomy(seen.frame, seen.field_HW, maps * seen.field_HW, evidence)


def test_a_disc_of_the_network_image_has_its_place_on_the_photograph():
    # The image shows photograph columns 100 to 299 and rows 50 to 249, two pixels for each.
    frame = NetworkFrame(left_px=100.0, top_px=50.0, side_px=200.0, size_px=400)
    disc = np.zeros((400, 400), np.bool_)
    disc[100:140, 200:240] = True  # photograph rows 100 to 119, columns 200 to 219

    place = place_of(disc, frame)

    assert place is not None
    assert (place.x_px, place.y_px) == (pytest.approx(209.5), pytest.approx(109.5))
    assert place.diameter_px == pytest.approx(2.0 * np.sqrt(20.0 * 20.0 / np.pi))


def test_without_a_disc_there_is_no_place():
    assert place_of(np.zeros((8, 8), np.bool_), NetworkFrame(0.0, 0.0, 8.0, 8)) is None


def test_a_crop_is_as_wide_as_its_margin_says_and_centred_on_the_disc():
    _, field = a_field()

    crop = disc_crop(photograph_of(grey()), field, DiscPlace(300.0, 200.0, 50.0), 128, margin=1.2)

    assert crop.frame.side_px == 110.0
    assert crop.frame.left_px == pytest.approx(245.5, abs=0.6)
    assert crop.frame.top_px == pytest.approx(145.5, abs=0.6)
    assert crop.image_HWC.shape == (128, 128, 3)


def test_outside_the_field_a_crop_is_black():
    _, field = a_field()

    crop = disc_crop(photograph_of(grey()), field, DiscPlace(545.0, 240.0, 40.0), 128)

    assert crop.image_HWC[64, -1].max() == 0
    assert not crop.field_HW[64, -1]
    assert crop.image_HWC[64, 10].min() == 90


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(200, 440),
    y=st.floats(150, 330),
    radius=st.floats(18, 60),
    off=st.floats(-8, 8),
    size=st.sampled_from([96, 128, 256]),
)
def test_what_is_seen_in_a_crop_comes_back_to_where_it_was(x, y, radius, off, size):
    seen, field = a_field()
    photograph = photograph_of(grey())
    place = DiscPlace(x + off, y - off, 2.0 * radius)
    crop = disc_crop(photograph, field, place, size)
    truth_HW = spot(x, y, radius).astype(np.float32)
    maps = np.stack([crop.frame.from_photograph(truth_HW)] * 2)

    near = with_disc(an_anatomy(seen), crop, maps, ("disc", "cup"), Evidence.INTERNAL)

    found_HW = near.channel("disc") >= 0.5
    meant_HW = seen.frame.from_photograph(truth_HW) >= 0.5
    both = np.logical_and(found_HW, meant_HW).sum()
    assert 2.0 * both / (found_HW.sum() + meant_HW.sum()) >= 0.97


def test_only_the_named_structures_change_and_they_lie_nowhere_else():
    seen, field = a_field()
    before = an_anatomy(seen)
    crop = disc_crop(photograph_of(grey()), field, DiscPlace(320.0, 240.0, 60.0), 96)

    near = with_disc(
        before, crop, np.ones((2, 96, 96), np.float32), ("disc", "cup"), Evidence.INTERNAL
    )

    for name in ("vessel", "arteriole", "venule"):
        np.testing.assert_array_equal(near.channel(name), before.channel(name))
    _, _, width, height = cv2.boundingRect((near.channel("disc") > 0.0).astype(np.uint8))
    side = 60.0 * 2.2 * seen.frame.network_px_per_photograph_px
    assert (width, height) == (pytest.approx(side, abs=2.5), pytest.approx(side, abs=2.5))
    assert before.channel("disc").max() == 0.25  # the record that came in is as it was


def test_the_weaker_evidence_holds_for_both():
    seen, field = a_field()
    crop = disc_crop(photograph_of(grey()), field, DiscPlace(320.0, 240.0, 60.0), 96)
    maps = np.zeros((2, 96, 96), np.float32)

    near = with_disc(
        an_anatomy(seen, Evidence.EXTERNAL), crop, maps, ("disc", "cup"), Evidence.DRAWN
    )

    assert near.evidence == Evidence.DRAWN
