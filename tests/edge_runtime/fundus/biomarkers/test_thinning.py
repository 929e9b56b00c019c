from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edge_runtime.fundus.biomarkers.thinning import skeleton

pytestmark = pytest.mark.slow

MASKS = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24))
BLOBS = st.tuples(
    st.integers(0, 2**31), st.floats(0.5, 4.0), st.floats(0.45, 0.55), st.integers(20, 140)
)


def blobs(seed, blur_px, threshold, width):
    noise = np.random.default_rng(seed).random((50, width))
    return cv2.GaussianBlur(noise, (0, 0), blur_px) > threshold


def num_regions(mask):
    return cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[0]


def num_holes(mask):
    outside = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    return cv2.connectedComponents(outside, connectivity=4)[0]


def thinned_pixel_by_pixel(mask):
    """Guo and Hall's algorithm A1 as printed, one pixel after the other."""
    image = np.pad(mask, 1).astype(int)
    clockwise = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
    changed = True
    while changed:
        changed = False
        for half in (0, 1):
            gone = []
            for y, x in np.argwhere(image):
                p2, p3, p4, p5, p6, p7, p8, p9 = (image[y + v, x + u] for v, u in clockwise)
                crossings = (
                    ((1 - p2) & (p3 | p4))
                    + ((1 - p4) & (p5 | p6))
                    + ((1 - p6) & (p7 | p8))
                    + ((1 - p8) & (p9 | p2))
                )
                count = min(
                    (p9 | p2) + (p3 | p4) + (p5 | p6) + (p7 | p8),
                    (p2 | p3) + (p4 | p5) + (p6 | p7) + (p8 | p9),
                )
                side = (p2 | p3 | (1 - p5)) & p4 if half else (p6 | p7 | (1 - p9)) & p8
                if crossings == 1 and count in (2, 3) and side == 0:
                    gone.append((y, x))
            for place in gone:
                image[place] = 0
            changed = changed or bool(gone)
    return image[1:-1, 1:-1].astype(bool)


@given(mask=MASKS)
@settings(max_examples=60, deadline=None)
def test_the_skeleton_is_that_of_the_published_rules(mask):
    assert np.array_equal(skeleton(mask), thinned_pixel_by_pixel(mask))


@given(blob=BLOBS)
@settings(deadline=None)
def test_no_region_and_no_hole_is_lost_or_made(blob):
    mask = blobs(*blob)
    thin = skeleton(mask)

    assert not (thin & ~mask).any()
    assert num_regions(thin) == num_regions(mask)
    assert num_holes(thin) == num_holes(mask)


@given(blob=BLOBS)
@settings(deadline=None)
def test_no_square_of_four_pixels_is_left_and_no_corner_that_could_go(blob):
    thin = np.pad(skeleton(blobs(*blob)), 1)

    for turns in range(4):
        view = np.rot90(thin, turns)
        north, east, here = view[:-2, 1:-1], view[1:-1, 2:], view[1:-1, 1:-1]
        opposite = view[2:, 1:-1] | view[1:-1, :-2] | view[2:, :-2]
        assert not (here & north & east & ~opposite).any()


def test_a_skeleton_is_its_own_skeleton():
    thin = skeleton(blobs(3, 2.0, 0.5, 120))

    assert np.array_equal(skeleton(thin), thin)


@pytest.mark.parametrize("calibre", range(1, 13))
@pytest.mark.parametrize("slope", [1, -1])
def test_a_diagonal_stripe_of_any_width_keeps_its_length(calibre, slope):
    rows, columns = np.mgrid[:80, :80]
    across = columns - rows if slope == 1 else columns + rows - 79
    stripe = (across >= -(calibre // 2)) & (across < calibre - calibre // 2)

    thin = skeleton(stripe)

    assert num_regions(thin) == 2
    assert thin.sum() >= 80 - calibre
