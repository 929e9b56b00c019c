"""A field of change on a photograph, against arithmetic done by hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_runtime.contracts.tensors import CHANGE_CHANNELS
from edge_runtime.domain import FloatArray, UInt8Array
from edge_runtime.fundus.preprocess import NetworkFrame
from edge_runtime.simulation import composing
from edge_runtime.simulation.composing import simulated_difference, simulated_picture

CHANNELS = [name for names in CHANGE_CHANNELS.values() for name in names]
SIDE = 32
FRAME = NetworkFrame(left_px=16.0, top_px=0.0, side_px=128.0, size_px=SIDE)
"""Four picture pixels a network pixel; 16 pixels are left of it and 16 right."""


def picture(rng: np.random.Generator) -> UInt8Array:
    return rng.integers(0, 256, (128, 160, 3), dtype=np.uint8)


def change(**channels: float) -> FloatArray:
    field = np.zeros((len(CHANNELS), SIDE, SIDE), np.float32)
    for name, value in channels.items():
        field[CHANNELS.index(name)] = value
    return field


def simulated(pixels: UInt8Array, field: FloatArray, seed: int = 0) -> UInt8Array:
    return simulated_picture(pixels, field, FRAME, np.random.default_rng(seed))


def test_where_nothing_changes_the_photograph_comes_back_bit_for_bit(rng: np.random.Generator):
    pixels = picture(rng)

    assert np.array_equal(simulated(pixels, change()), pixels)


def test_whole_grey_levels_are_added_exactly_within_the_frame_alone(rng: np.random.Generator):
    pixels = picture(rng) // 2

    found = simulated(pixels, change(added_green=7.0))

    assert np.array_equal(found[4:-4, 24:-24, 1], pixels[4:-4, 24:-24, 1] + 7)
    assert np.array_equal(found[..., [0, 2]], pixels[..., [0, 2]])
    assert np.array_equal(found[:, :12], pixels[:, :12])


def test_a_third_of_a_grey_level_survives_on_average(rng: np.random.Generator):
    pixels = picture(rng) // 2

    found = simulated(pixels, change(added_red=0.33))

    inner = (found[4:-4, 24:-24, 0].astype(float) - pixels[4:-4, 24:-24, 0]).mean()
    assert inner == pytest.approx(0.33, abs=0.03)
    assert set(np.unique(found[..., 0].astype(int) - pixels[..., 0])) == {0, 1}


def test_half_a_level_is_even_a_few_pixels_wide_where_chance_would_leave_noise(
    rng: np.random.Generator,
):
    pixels = picture(rng) // 2

    found = simulated(pixels, change(added_red=0.5))

    added = found[4:-4, 24:-24, 0].astype(np.float32) - pixels[4:-4, 24:-24, 0]
    squares = cv2.resize(added, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    assert squares.mean() == pytest.approx(0.5, abs=0.01)
    # Sixteen independent chances of a half would leave 0.125.
    assert squares.std() < 0.06


def test_a_gain_multiplies():
    pixels = np.full((128, 160, 3), 100, np.uint8)

    found = simulated(pixels, change(log_gain_blue=float(np.log(1.5))))

    assert np.abs(found[4:-4, 24:-24, 2].astype(int) - 150).max() <= 1
    assert (found[..., 0] == 100).all()


def test_a_shift_of_one_network_pixel_is_four_of_the_photograph(rng: np.random.Generator):
    pixels = picture(rng)

    found = simulated(pixels, change(shift_x=1.0))

    assert np.array_equal(found[8:-8, 32:-32], pixels[8:-8, 36:-28])


def test_strips_leave_no_seam(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch):
    pixels = picture(rng)
    field = change(shift_y=0.7, log_gain_red=0.1, added_green=3.0)
    field *= rng.random(field.shape, np.float32)
    whole = simulated_difference(pixels[:, 16:144], field[..., :, :])

    monkeypatch.setattr(composing, "STRIP_PIXELS", 160 * 5)
    in_strips = simulated(pixels, field).astype(int)
    monkeypatch.setattr(composing, "STRIP_PIXELS", 10**9)
    at_once = simulated(pixels, field).astype(int)

    assert whole.shape == (128, 128)
    # Only what lies at a step of the rounding may fall to its other side.
    assert np.abs(in_strips - at_once).max() <= 1
    assert (in_strips != at_once).mean() < 0.01


def test_two_threads_make_the_same_picture_as_one(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(composing, "STRIP_PIXELS", 160 * 5)
    pixels, field = picture(rng), change(shift_y=0.7, added_green=3.3)

    alone, together = (
        simulated_picture(pixels, field, FRAME, np.random.default_rng(1), threads)
        for threads in (1, 2)
    )

    assert np.array_equal(alone, together)


def test_a_change_in_one_corner_of_the_field_leaves_nothing_out(rng: np.random.Generator):
    pixels, field = picture(rng) // 2, change()
    field[CHANNELS.index("added_red"), 20:24, 5:9] = 40.0

    found = simulated(pixels, field).astype(float) - pixels

    # Network pixels 5 to 8 and 20 to 23, each of four pixels, mixed with those around them.
    assert (found[82:94, 38:50, 0] == 40.0).all()
    assert found[..., 0].sum() == pytest.approx(16 * 16 * 40.0, rel=0.01)


def test_the_same_seed_gives_the_same_picture_and_another_seed_another(rng: np.random.Generator):
    pixels, field = picture(rng), change(added_red=0.5)

    assert np.array_equal(simulated(pixels, field, 3), simulated(pixels, field, 3))
    assert not np.array_equal(simulated(pixels, field, 3), simulated(pixels, field, 4))


def test_the_difference_is_the_mean_of_the_colours():
    image = np.full((SIDE, SIDE, 3), 100, np.uint8)

    found = simulated_difference(image, change(added_red=3.0, added_blue=-1.5))

    assert found == pytest.approx(np.full((SIDE, SIDE), 0.5), abs=1e-4)
