from __future__ import annotations

from dataclasses import replace

import numpy as np

from edge_runtime.domain import FloatArray
from tests.training.drawn.retina.one_eye import HEALTHY, frame_of, traits_of
from training.drawn.anatomy import draw_anatomy
from training.drawn.eye_state import EyeState
from training.drawn.frame import Frame
from training.drawn.retina.blood import lay_vessels_over
from training.drawn.vessels.layers import VesselLayer

FRAME = frame_of(px_per_dd=80.0, centre=(-2.0, 2.0), reach_dd=1.0)
OLD = replace(HEALTHY, age_years=60.0)


def straight(frame: Frame, width_dd: float, row: int, reflex: float = 0.0) -> VesselLayer:
    """Return a horizontal vessel about a row of pixels."""
    rows = np.abs(np.arange(frame.height_px) - row)[:, None] / frame.px_per_dd
    chord = 2 * np.sqrt(np.maximum((width_dd / 2) ** 2 - rows**2, 0))
    blood = np.broadcast_to(chord, frame.shape).astype(np.float32)
    middle = (np.broadcast_to(rows, frame.shape) == 0).astype(np.float32)
    return VesselLayer(blood=blood, reflex=reflex * middle, mask=blood > 0)


def no_vessels(frame: Frame) -> VesselLayer:
    nothing = np.zeros(frame.shape, np.float32)
    return VesselLayer(blood=nothing, reflex=nothing, mask=np.zeros(frame.shape, bool))


def density_of(
    arterioles: VesselLayer,
    venules: VesselLayer,
    state: EyeState = OLD,
    pigmentation: float = 0.5,
) -> FloatArray:
    """Return the density (H, W, 3) that vessels add to an even grey retina."""
    traits = traits_of(pigmentation=pigmentation)
    retina = np.full((*FRAME.shape, 3), 0.5, np.float32)
    lay_vessels_over(retina, draw_anatomy(traits), traits, state, FRAME, arterioles, venules)
    return np.asarray(-np.log(retina / 0.5))


def test_a_venule_is_darker_than_an_arteriole_of_its_width_most_of_all_in_red() -> None:
    venule = density_of(no_vessels(FRAME), straight(FRAME, 0.07, 50))[50, 40]
    arteriole = density_of(straight(FRAME, 0.07, 50), no_vessels(FRAME))[50, 40]

    assert (venule > arteriole).all()
    assert venule[0] / arteriole[0] > venule[1] / arteriole[1]
    assert venule[1] > venule[2] > venule[0]


def test_thin_vessels_are_fainter_than_wide_ones() -> None:
    green = [
        density_of(no_vessels(FRAME), straight(FRAME, width, 50))[50, 40, 1]
        for width in (0.01, 0.025, 0.05, 0.10)
    ]

    assert (np.diff(green) > 0).all()
    assert green[0] < 0.5 * green[2]


def test_a_crossing_is_little_darker_than_the_darker_of_the_two() -> None:
    lone = density_of(no_vessels(FRAME), straight(FRAME, 0.07, 50))[50, 40, 1]
    crossing = density_of(straight(FRAME, 0.06, 50), straight(FRAME, 0.07, 50))[50, 40, 1]

    assert lone < crossing < 1.35 * lone


def test_the_reflex_clears_the_middle_of_an_arteriole_more_with_age() -> None:
    plain = density_of(straight(FRAME, 0.07, 50), no_vessels(FRAME))[50, 40, 1]
    middle_age, old_age = (
        density_of(
            straight(FRAME, 0.07, 50, reflex=0.5),
            no_vessels(FRAME),
            replace(HEALTHY, age_years=age),
        )[50, 40, 1]
        for age in (56.0, 85.0)
    )

    assert plain > middle_age > old_age > 0


def test_the_membrane_gleams_beside_the_trunks_of_the_young_only() -> None:
    def beside(age: float) -> float:
        state = replace(HEALTHY, age_years=age)
        return float(-density_of(no_vessels(FRAME), straight(FRAME, 0.09, 50), state)[58].mean())

    assert beside(15.0) > 0.002
    assert beside(60.0) == 0.0


def test_no_vessels_leave_the_retina_of_the_old_untouched() -> None:
    assert not density_of(no_vessels(FRAME), no_vessels(FRAME)).any()
