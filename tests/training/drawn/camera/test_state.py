"""Presets are dealt as presets.toml says, and a visit's shots share the camera, not the aim."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest

from training.camera.defects import OPERATORS, RETAKE
from training.drawn.camera.presets import Preset, camera_kinds, defect_shares
from training.drawn.camera.state import (
    DIMMEST,
    CameraState,
    camera_state,
    repeat_shot,
    typical_shot,
)

pytestmark = pytest.mark.slow

SINGLE = (Preset.CLINIC, Preset.HANDHELD, Preset.PHONE)
COLOUR = ("green_stops", "blue_stops", "metered_level", "saturation", "contrast", "rim_light")
CAMERA = ("kind", "tab", "device_seed", "field_deg", "aspect", "optics_um", "dust", "jpeg_quality")
AIM = ("shot_seed", "aim_x_deg", "aim_y_deg", "roll_deg", "exposure_stops", "defocus_um")


def dealt(preset: Preset, num: int, seed: int = 0) -> list[CameraState]:
    rng = np.random.default_rng(seed)
    return [camera_state(preset, rng) for _ in range(num)]


@pytest.mark.parametrize("preset", SINGLE)
def test_every_range_of_every_kind_is_named_by_the_state_and_has_unit_and_source(
    preset: Preset,
) -> None:
    names = {field.name for field in fields(CameraState)}
    for kind in camera_kinds(preset):
        assert set(kind.ranges) <= names
        assert all(dealt_from.unit and dealt_from.source for dealt_from in kind.ranges.values())
        assert all(dealt_from.low <= dealt_from.high for dealt_from in kind.ranges.values())


@pytest.mark.parametrize("preset", SINGLE)
def test_what_is_dealt_lies_within_its_range(preset: Preset) -> None:
    kinds = {kind.name: kind for kind in camera_kinds(preset)}
    for state in dealt(preset, 200):
        for name, dealt_from in kinds[state.kind].ranges.items():
            assert dealt_from.low <= getattr(state, name) <= dealt_from.high, name


@pytest.mark.parametrize("preset", SINGLE)
def test_defects_are_those_of_training_camera(preset: Preset) -> None:
    assert set(defect_shares(preset)) == set(OPERATORS)


def test_a_nearly_black_photograph_is_not_gradable() -> None:
    good = typical_shot(Preset.CLINIC, "square tab, whole field")
    dim = replace(good, metered_level=0.2)

    assert dim.expected_level == pytest.approx(0.2)
    assert dim.gradable
    assert replace(good, defect="dark", severity=0.1).gradable
    assert not replace(dim, defect="dark", severity=0.4).gradable
    assert not replace(dim, exposure_stops=-1.4).gradable


def test_a_table_top_cameras_field_is_not_cut_off_by_its_own_frame() -> None:
    blocked = {state.blocked_by for state in dealt(Preset.CLINIC, 2000)}

    assert blocked == {"", "iris", "lid"}


def test_the_same_generator_deals_the_same_state() -> None:
    assert dealt(Preset.MIXED, 5, seed=3) == dealt(Preset.MIXED, 5, seed=3)
    assert dealt(Preset.MIXED, 5, seed=3) != dealt(Preset.MIXED, 5, seed=4)


def test_mixed_deals_the_presets_in_their_stated_shares() -> None:
    counts = Counter(state.preset for state in dealt(Preset.MIXED, 1500))

    assert set(counts) == set(SINGLE)
    assert counts[Preset.CLINIC] / 1500 == pytest.approx(0.60, abs=0.04)
    assert counts[Preset.PHONE] / 1500 == pytest.approx(0.25, abs=0.04)


def test_a_few_per_cent_are_ungradable_and_the_defect_is_named() -> None:
    states = dealt(Preset.CLINIC, 2500)
    ungradable = [state for state in states if not state.gradable]

    assert len(ungradable) / len(states) == pytest.approx(0.03, abs=0.01)
    assert {state.defect for state in states if state.defect} == set(OPERATORS)
    assert all(state.severity > RETAKE or state.expected_level < DIMMEST for state in ungradable)
    assert all((state.severity > 0) == bool(state.defect) for state in states)
    assert all((state.defect == "clipped_field") == bool(state.blocked_by) for state in states)


@pytest.mark.parametrize("preset", SINGLE)
def test_a_repeat_shot_keeps_camera_and_colour_but_not_the_aim(preset: Preset) -> None:
    rng = np.random.default_rng(1)
    first = camera_state(preset, rng)
    second = repeat_shot(first, rng)

    assert all(getattr(first, name) == getattr(second, name) for name in COLOUR + CAMERA)
    assert all(getattr(first, name) != getattr(second, name) for name in AIM)


def test_a_repeat_shot_does_not_keep_a_defect() -> None:
    rng = np.random.default_rng(2)
    spoilt = next(
        state for state in iter(lambda: camera_state(Preset.PHONE, rng), None) if state.defect
    )
    again = [repeat_shot(spoilt, rng) for _ in range(200)]

    assert sum(bool(state.defect) for state in again) / 200 == pytest.approx(0.38, abs=0.12)


def test_aims_of_a_table_top_camera_differ_by_a_few_degrees() -> None:
    rng = np.random.default_rng(3)
    first = camera_state(Preset.CLINIC, rng)
    aims = np.array(
        [(s.aim_x_deg, s.aim_y_deg) for s in (repeat_shot(first, rng) for _ in range(400))]
    )

    assert aims.std(axis=0) == pytest.approx((1.5, 1.5), rel=0.15)


@pytest.mark.parametrize("preset", SINGLE)
def test_a_typical_shot_is_gradable_and_well_aimed(preset: Preset) -> None:
    for kind in camera_kinds(preset):
        typical = typical_shot(preset, kind.name)

        assert typical.gradable
        assert (typical.aim_x_deg, typical.aim_y_deg, typical.roll_deg) == (0.0, 0.0, 0.0)
