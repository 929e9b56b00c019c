"""The one preprocessing, and its way back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.domain import FieldOfView, FovCircle, Photograph
from edge_runtime.fundus.preprocess import NetworkFrame, network_image


def a_photograph(width: int, height: int, circle: FovCircle, scale: float = 1.0) -> Photograph:
    ys, xs = np.indices((round(height * scale), round(width * scale)))
    red = (xs * 255.0 / xs.max()).astype(np.uint8)
    green = (ys * 255.0 / ys.max()).astype(np.uint8)
    pixels = np.dstack([red, green, np.full_like(red, 200)])
    return Photograph("a.jpg", "0" * 64, width, height, pixels)


def a_field(photograph: Photograph, circle: FovCircle) -> FieldOfView:
    scale = photograph.scale
    ys, xs = np.indices(photograph.pixels_HWC.shape[:2])
    inside = (
        np.hypot(xs - circle.x_px * scale, ys - circle.y_px * scale) <= circle.radius_px * scale
    )
    return FieldOfView(circle, inside, 0.0)


def test_what_lies_outside_the_field_is_black():
    circle = FovCircle(300.0, 200.0, 150.0)
    photograph = a_photograph(640, 400, circle)

    seen = network_image(photograph, a_field(photograph, circle), 128)

    assert seen.image_HWC.shape == (128, 128, 3)
    assert seen.image_HWC[0, 0].max() == 0
    assert seen.image_HWC[64, 64].min() > 0
    assert not seen.field_HW[0, 0]
    assert seen.field_HW[64, 64]


def test_a_field_that_reaches_past_the_picture_is_padded_with_black():
    circle = FovCircle(320.0, 200.0, 260.0)  # cut at top and bottom
    photograph = a_photograph(640, 400, circle)

    seen = network_image(photograph, a_field(photograph, circle), 160)

    assert not seen.field_HW[2].any()
    assert not seen.field_HW[-3].any()
    assert seen.field_HW[80].sum() > 150


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(150, 500),
    y=st.floats(120, 300),
    radius=st.floats(80, 260),
    size=st.sampled_from([96, 160, 320]),
)
def test_a_map_comes_back_to_where_it_was(x, y, radius, size):
    width, height = 640, 420
    circle = FovCircle(x, y, radius)
    photograph = a_photograph(width, height, circle)
    frame = network_image(photograph, a_field(photograph, circle), size).frame
    spot = np.zeros((height, width), np.float32)
    cv2.circle(spot, (round(x), round(y)), max(6, round(radius / 4)), 1.0, cv2.FILLED)

    back = frame.to_photograph(frame.from_photograph(spot), width, height)

    ys, xs = np.nonzero(spot >= 0.5)
    back_ys, back_xs = np.nonzero(back >= 0.5)
    pixel = frame.side_px / size  # one network pixel
    assert abs(xs.mean() - back_xs.mean()) <= 0.5 * pixel + 0.1
    assert abs(ys.mean() - back_ys.mean()) <= 0.5 * pixel + 0.1


def test_a_photograph_decoded_at_half_scale_gives_the_same_frame():
    circle = FovCircle(320.0, 210.0, 180.0)
    full, half = a_photograph(640, 420, circle), a_photograph(640, 420, circle, scale=0.5)

    a = network_image(full, a_field(full, circle), 128)
    b = network_image(half, a_field(half, circle), 128)

    assert a.frame.left_px == pytest.approx(b.frame.left_px, abs=2)
    assert a.frame.side_px == pytest.approx(b.frame.side_px, abs=2)
    assert np.abs(a.image_HWC.astype(int) - b.image_HWC.astype(int))[30:98, 30:98].max() <= 8


def test_the_centre_of_a_network_pixel_maps_to_the_photograph_by_hand():
    frame = NetworkFrame(left_px=100.0, top_px=50.0, side_px=200.0, size_px=100)

    # Network pixel 0 covers photograph pixels 100 and 101, whose centre is 100.5.
    assert frame.point_to_photograph(0, 0) == (100.5, 50.5)
    assert frame.point_to_photograph(99, 99) == (298.5, 248.5)


def test_a_picture_at_half_scale_has_half_the_size():
    frame = NetworkFrame(left_px=0.0, top_px=0.0, side_px=100.0, size_px=50)

    laid = frame.to_photograph(np.ones((50, 50), np.float32), 101, 80, scale=0.5)

    assert laid.shape == (40, 50)
    assert laid[20, 20] == 1.0


def test_a_wider_margin_leaves_a_wider_black_rim():
    circle = FovCircle(300.0, 200.0, 150.0)
    photograph = a_photograph(640, 400, circle)
    field = a_field(photograph, circle)

    narrow, wide = (network_image(photograph, field, 200, margin) for margin in (0.02, 0.25))

    # The field's diameter is 1 / (1 + margin) of the side.
    assert narrow.field_HW[100].sum() == pytest.approx(200 / 1.02, abs=2)
    assert wide.field_HW[100].sum() == pytest.approx(200 / 1.25, abs=2)


def test_a_field_more_than_twice_as_large_is_halved_first_and_as_sharp_as_one_averaged_at_once():
    circle = FovCircle(800.0, 600.0, 580.0)
    photograph = a_photograph(1600, 1200, circle)
    waves = 40.0 * np.sin(np.arange(1600) / 6.0)[None, :, None]
    lit_HWC = np.clip(photograph.pixels_HWC + waves, 0, 255).astype(np.uint8)
    photograph = replace(photograph, pixels_HWC=lit_HWC)

    seen = network_image(photograph, a_field(photograph, circle), 448)

    frame = seen.frame
    left, top, side = round(frame.left_px), round(frame.top_px), round(frame.side_px)
    square = cv2.getRectSubPix(
        lit_HWC, (side, side), (left + (side - 1) / 2.0, top + (side - 1) / 2.0)
    )
    averaged = cv2.resize(square, (448, 448), interpolation=cv2.INTER_AREA)
    inner = (slice(120, 328), slice(120, 328))
    apart = seen.image_HWC[inner].astype(float) - averaged[inner]
    assert np.abs(apart).mean() < 2.0
    assert seen.image_HWC[inner].std() == pytest.approx(averaged[inner].std(), rel=0.05)
