"""A photograph through a second camera: same places, other light; judged on a drawn one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.training.drawn.camera.shots import good_camera, photograph_by
from training.drawn.camera.degrading import degraded
from training.drawn.camera.framing import field_mask
from training.drawn.camera.presets import Preset

SHARP, FRAME = photograph_by(good_camera())
FIELD = cv2.erode(field_mask(FRAME, good_camera()).astype(np.uint8), np.ones((9, 9))) > 0


@pytest.mark.slow
@pytest.mark.parametrize("preset", Preset)
def test_the_photograph_keeps_its_size_and_the_same_generator_gives_the_same_bytes(
    preset: Preset,
) -> None:
    first, again = (
        degraded(SHARP, FRAME.circle, preset, np.random.default_rng(5)) for _ in range(2)
    )

    assert first.shape == SHARP.shape
    assert first.dtype == np.uint8
    assert first.tobytes() == again.tobytes()
    assert np.abs(first.astype(int) - SHARP)[FIELD].mean() > 2


@pytest.mark.slow
def test_nothing_moves() -> None:
    rng = np.random.default_rng(6)
    before = SHARP[..., 1].astype(np.float32)
    for _ in range(8):
        after = degraded(SHARP, FRAME.circle, Preset.CLINIC, rng)[..., 1].astype(np.float32)
        fine = [p - cv2.GaussianBlur(p, (0, 0), 6) for p in (before, after)]
        (x, y), _ = cv2.phaseCorrelate(fine[0] * FIELD, fine[1] * FIELD)

        assert abs(x) < 0.5
        assert abs(y) < 0.5


def test_the_surround_stays_dark_and_the_rim_is_not_eaten() -> None:
    rng = np.random.default_rng(7)
    rows, columns = np.indices(FRAME.shape)
    away = np.hypot(rows - FRAME.circle.y_px, columns - FRAME.circle.x_px) / FRAME.circle.radius_px
    for _ in range(4):
        spoilt = degraded(SHARP, FRAME.circle, Preset.HANDHELD, rng)
        level = [np.median(spoilt[(away > a) & (away < a + 0.02)].max(axis=1)) for a in (0.9, 0.96)]

        assert np.median(spoilt[away > 1.06]) < 20
        assert level[1] > 0.75 * level[0]


def test_a_telephone_loses_more_fine_detail_than_a_table_top_camera() -> None:
    def detail(preset: Preset) -> float:
        rng = np.random.default_rng(8)
        seen = []
        for _ in range(6):
            green = degraded(SHARP, FRAME.circle, preset, rng)[..., 1].astype(np.float32)
            smooth = cv2.GaussianBlur(green, (0, 0), 1.0)
            lines = (smooth - cv2.GaussianBlur(green, (0, 0), 5))[FIELD]
            seen.append(lines.std() / green[FIELD].mean())
        return float(np.median(seen))

    assert detail(Preset.PHONE) < detail(Preset.CLINIC)
