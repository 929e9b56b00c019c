from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge_runtime.fundus.biomarkers.centrelines import centrelines


def lengths(lines):
    return sorted(len(segment.rows) for segment in lines.segments)


def test_an_empty_mask_has_no_centrelines():
    lines = centrelines(np.zeros((40, 50), bool))

    assert lines.segments == ()
    assert lines.skeleton_HW.shape == (40, 50)


def test_a_straight_vessel_is_one_segment_in_order_with_free_ends(bar):
    lines = centrelines(bar(200, (20, 30), (180, 90), 6))

    (segment,) = lines.segments
    steps = np.maximum(np.abs(np.diff(segment.rows)), np.abs(np.diff(segment.columns)))
    assert (steps == 1).all()
    assert len(segment.rows) == pytest.approx(160, abs=8)
    assert not segment.starts_at_branch
    assert not segment.stops_at_branch


def test_the_smoothed_centreline_runs_along_the_middle_of_the_vessel(bar):
    start, stop = np.array([20.0, 30.0]), np.array([180.0, 90.0])
    (segment,) = centrelines(bar(200, start, stop, 6)).segments

    along = (stop - start) / np.linalg.norm(stop - start)
    offset = segment.smooth_points - start
    sideways = offset[:, 1] * along[0] - offset[:, 0] * along[1]
    assert np.abs(sideways[10:-10]).max() < 0.75
    assert segment.smooth_points.shape == (len(segment.rows), 2)


def test_a_vessel_that_divides_into_equal_branches_is_cut_there(bar):
    fork = bar(200, (100, 20), (100, 100), 6)
    fork |= bar(200, (100, 98), (40, 180), 6) | bar(200, (100, 98), (160, 180), 6)

    lines = centrelines(fork)

    assert len(lines.segments) == 3
    assert all(s.starts_at_branch != s.stops_at_branch for s in lines.segments)


def test_a_thin_side_branch_leaves_its_vessel_whole(bar):
    vessel = bar(200, (10, 100), (190, 100), 9)
    branch = bar(200, (100, 100), (150, 20), 4)

    lines = centrelines(vessel | branch)

    assert len(lines.segments) == 2
    assert lengths(lines)[1] >= 165
    assert 60 < lengths(lines)[0] < 90


def test_a_bump_on_the_wall_makes_no_branch(bar):
    vessel = bar(200, (10, 100), (190, 100), 8)
    vessel[105:108, 90:94] = True

    (segment,) = centrelines(vessel).segments
    assert len(segment.rows) >= 165


def test_two_equal_vessels_that_cross_are_four_segments(bar):
    cross = bar(200, (20, 100), (180, 100), 6) | bar(200, (100, 20), (100, 180), 6)

    assert len(centrelines(cross).segments) == 4


def test_a_closed_loop_is_no_segment(circle):
    ring = circle(200, (100, 100), 60) & ~circle(200, (100, 100), 54)

    lines = centrelines(ring)

    assert lines.segments == ()
    assert lines.skeleton_HW.any()


def test_a_vessel_at_the_border_of_the_frame_is_followed_to_it():
    mask = np.zeros((60, 80), bool)
    mask[0:5] = True

    (segment,) = centrelines(mask).segments
    assert segment.columns.min() <= 3
    assert segment.columns.max() >= 76


def walked(skeleton_HW: np.ndarray) -> list[list[tuple[int, int]]]:
    """Paths of pixels with at most two neighbours, walked one pixel at a time, loops left out."""
    pixels = {(int(r), int(c)) for r, c in np.argwhere(skeleton_HW)}

    def beside(pixel: tuple[int, int]) -> set[tuple[int, int]]:
        r, c = pixel
        around = {(r + dr, c + dc) for dr in (-1, 0, 1) for dc in (-1, 0, 1)} - {pixel}
        return around & pixels

    pixels = {pixel for pixel in pixels if len(beside(pixel)) <= 2}
    paths, walked_over = [], set()
    for end in sorted(pixel for pixel in pixels if len(beside(pixel)) <= 1):
        path, here = [], {end} - walked_over
        while here:
            path.append(here.pop())
            here = beside(path[-1]) - set(path[-2:-1])
        walked_over |= set(path)
        paths += [path] if path else []
    return paths


@pytest.mark.parametrize("seed", range(4))
def test_paths_are_those_that_one_walks_pixel_by_pixel(seed: int):
    rng = np.random.default_rng(seed)
    mask_HW = np.zeros((120, 120), np.uint8)
    for _ in range(8):
        start, stop = (tuple(int(x) for x in rng.integers(0, 120, 2)) for _ in range(2))
        cv2.line(mask_HW, start, stop, 1, int(rng.integers(1, 5)))
    cv2.circle(mask_HW, (60, 60), 30, 1)
    mask_HW[5, 5] = 1  # a path of one pixel

    lines = centrelines(mask_HW.astype(np.bool_))

    found = [list(zip(s.rows.tolist(), s.columns.tolist(), strict=True)) for s in lines.segments]
    assert found == walked(lines.skeleton_HW)
