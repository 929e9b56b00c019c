"""One person as the cohort writes him: eyes, covariates, labels, outcomes, truth."""

from __future__ import annotations

import numpy as np
import pytest

from edge_runtime.contracts.cohort import Event, EvidenceKind, ManifestRow, Role
from edge_runtime.domain import Eye
from training.drawn.eye_state import EyeHistory, EyeState
from training.drawn.population.bodies import Bodies
from training.drawn.population.parameters import CONDITIONS


def test_an_eye_is_a_history(bodies: Bodies) -> None:
    eye: EyeHistory = bodies.person(3).eye(Eye.OS)
    assert eye.traits.eye is Eye.OS
    assert isinstance(eye.at(-4.9), EyeState)


def test_two_eyes_share_their_seed_and_no_two_people_do(bodies: Bodies) -> None:
    seeds = [bodies.person(i).eye(Eye.OD).traits.seed for i in range(200)]
    assert len(set(seeds)) == 200
    assert bodies.person(0).eye(Eye.OS).traits.seed == seeds[0]


def test_between_two_moments_an_eye_runs_straight(bodies: Bodies) -> None:
    eye = bodies.person(8).eye(Eye.OD)
    first, half, second = (eye.at(y).crae_um for y in (1.0, 1.125, 1.25))
    assert half == pytest.approx((first + second) / 2)


def test_an_eye_outside_its_history_is_refused(bodies: Bodies) -> None:
    with pytest.raises(ValueError, match="lie outside"):
        bodies.person(0).eye(Eye.OD).at(15.3)


def test_what_has_not_begun_is_none(bodies: Bodies) -> None:
    onset = bodies.states["neovascular_amd_years"][:, 0, -1]
    i = int(np.flatnonzero(np.isfinite(onset) & (onset > 1.0))[0])
    eye = bodies.person(i).eye(Eye.OD)
    assert eye.at(0.0).neovascular_amd_years is None
    assert eye.at(15.0).neovascular_amd_years == pytest.approx(float(onset[i]))


def test_covariates_are_columns_of_the_manifest(bodies: Bodies) -> None:
    for i in range(100):
        covariates = bodies.person(i).covariates_at(0.0, Eye.OD)
        row = ManifestRow(
            set="drawn", person_id="1", photograph="a.jpg", role=Role.TRAIN, fold=0,
            evidence_kind=EvidenceKind.DRAWN, terms="drawn",
            **covariates,  # type: ignore[arg-type]
        )  # fmt: skip
        assert row.age_years is not None


def test_covariates_go_missing_and_are_never_zero(bodies: Bodies) -> None:
    taken = [bodies.person(i).covariates_at(0.0)["hba1c_percent"] for i in range(300)]
    missing = sum(value is None for value in taken)
    assert 0.2 < missing / 300 < 0.45
    assert all(value is None or value > 3 for value in taken)  # type: ignore[operator]


def test_a_measurement_errs_around_the_truth_and_is_the_same_when_read_again(
    bodies: Bodies,
) -> None:
    errors = []
    for i in range(400):
        value = bodies.person(i).covariates_at(0.0)["sbp_mmhg"]
        assert value == bodies.person(i).covariates_at(0.0)["sbp_mmhg"]
        if isinstance(value, float):
            errors.append(value - float(bodies.states["sbp_mmhg"][i, 20]))
    assert np.std(errors) == pytest.approx(7.0, rel=0.15)
    assert abs(np.mean(errors)) < 1.5


def test_labels_agree_with_the_eye(bodies: Bodies) -> None:
    for i in np.flatnonzero(bodies.states["dr_severity_worst"][:, 20] >= 1)[:10]:
        person = bodies.person(int(i))
        labels = {eye: person.labels_at(eye, 0.0) for eye in Eye}
        worst = max(int(label["dr_grade"]) for label in labels.values())  # type: ignore[call-overload]
        assert worst == int(bodies.states["dr_severity_worst"][i, 20])


def test_outcomes_tell_events_deaths_and_censoring_apart(bodies: Bodies) -> None:
    found = dict.fromkeys(Event, 0)
    for i in range(len(bodies)):
        person = bodies.person(i)
        for row in person.outcomes():
            name = row.condition.value
            found[row.event] += 1
            happens = float(bodies.event_years[name][i])
            if row.event is Event.EVENT:
                assert row.exit_years == pytest.approx(happens, abs=1e-3)
            elif not row.prevalent:
                assert happens > row.exit_years - 1e-3
            if row.event is Event.DEATH_FIRST:
                assert row.exit_years == pytest.approx(float(bodies.death_years[i]), abs=1e-3)
            assert row.exit_years <= float(bodies.end_years[i]) + 1e-3
    assert min(found.values()) > 100


def test_a_row_stands_for_those_at_risk_or_with_the_condition_alone(bodies: Bodies) -> None:
    diabetic = bodies.states["type_2_diabetes"][:, 20] > 0
    i = int(np.flatnonzero(~diabetic & np.isinf(bodies.event_years["type_2_diabetes"]))[0])
    names = {row.condition.value for row in bodies.person(i).outcomes()}
    assert "dr_progression" not in names


def test_whoever_becomes_diabetic_comes_at_risk_of_retinopathy_then(bodies: Bodies) -> None:
    onset = bodies.event_years["type_2_diabetes"]
    people = np.flatnonzero(onset + 1.0 < bodies.end_years)
    for i in people[:20]:
        rows = {row.condition.value: row for row in bodies.person(int(i)).outcomes()}
        entry = rows["dr_progression"].entry_years
        assert onset[i] <= entry <= onset[i] + 0.25


def test_the_truth_names_states_traits_hazards_and_risk(bodies: Bodies) -> None:
    truth = bodies.person(1).truth_at(0.0)
    for name in ("crae_um_od", "crae_um_os", "sbp_mmhg", "entry_age_years", "rim_loss"):
        assert name in truth
    for name in CONDITIONS:
        assert f"hazard_{name}_per_year" in truth
        assert f"at_risk_{name}" in truth


def test_nobody_is_beyond_the_last(bodies: Bodies) -> None:
    with pytest.raises(IndexError, match="no person 1000"):
        bodies.person(1000)
