"""A small cohort that is drawn for real, and a population whose numbers are made by hand."""

from __future__ import annotations

from pathlib import Path

from training.drawn.cohort.drawing import finish, prepare
from training.drawn.cohort.drawn_part import draw_part
from training.drawn.cohort.record import Wish
from training.drawn.population.parameters import CONDITIONS
from training.drawn.report.record import (
    Band,
    BesidePublished,
    Ladder,
    Population,
    Recovered,
    Sign,
    Spread,
)

PEOPLE, VISITS = 2, 2


def draw_two_people(out: Path) -> Path:
    """Two people, two visits at most, 128 px, in this process."""
    wish = Wish(people=PEOPLE, visits=VISITS, shots=1, preset="clinic", seed=11, side_px=128,
                masks=False, require="")  # fmt: skip
    with prepare(out, wish) as cohort:
        for part in cohort.todo:
            draw_part(out, cohort.record, part, lambda: None)
        finish(cohort)
    return out


def a_band(true: float, cited: float = 10.0) -> Band:
    return Band(condition="stroke", sex="F", from_age=60, until_age=70, person_years=1000.0,
                events=9, cited=cited, true=true, ratio=true / cited)  # fmt: skip


def a_population(parameters_sha256: str) -> Population:
    """One band that is missed and one that is not, one ratio of two covered, and so on."""
    ratio = {"condition": "stroke", "put_in": 1.5, "low": 1.2, "high": 2.0, "events": 99}
    sign = {"condition": "stroke", "put_in": 1.2, "low": 1.1, "high": 1.6, "events": 99,
            "adjusted": ["age_years", "sex"]}  # fmt: skip
    spread = {"measure": "crae_um", "of": "bodies", "from_age": 60, "until_age": 70, "number": 9,
              "mean": 150.0, "sd": 12.0}  # fmt: skip
    return Population(
        name="A population", statement="Made by hand.", parameters_sha256=parameters_sha256,
        seed=1, bodies=4000, bands=[a_band(true=12.5), a_band(true=11.9)],
        recovered=[
            Recovered.model_validate(ratio | {"state": "sbp_mmhg", "found": 1.6, "z": 0.4,
                                              "covered": True}),
            Recovered.model_validate(ratio | {"state": "smoking_current", "found": 3.0, "z": 3.6,
                                              "covered": False, "low": 2.2, "high": 4.0}),
        ],
        covered=0.5, largest_z=3.6,
        signs=[
            Sign.model_validate(sign | {"sign": "crve_mean_um", "fitted": 1.3, "inside": False,
                                        "published": (1.05, 1.25)}),
            Sign.model_validate(sign | {"sign": "nicking_present", "fitted": 1.3}),
        ],
        ladder=[Ladder(condition=name, age_sex=0.7, covariates=0.75, signs=0.77, oracle=0.8,
                       people=900, standard_error=0.004, gain_error=0.002) for name in CONDITIONS],
        spreads=[Spread.model_validate(spread | {"sex": sex}) for sex in ("F", "M")],
        beside_published=[
            BesidePublished(measure="crae_um", from_age=60, until_age=70, published_mean=144.0,
                            published_sd=12.0, mean=150.0, sd=12.0, number=18,
                            source="by hand", verified=False),
        ],
    )  # fmt: skip
