"""One drawn person: eyes over time, covariates as measured, outcomes, and the whole truth."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from edge_runtime.contracts.cohort import Event, OutcomeRow, Smoking
from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.domain import Eye, Sex
from training.drawn.eye_state import EyeState, EyeTraits
from training.drawn.population.bodies import Bodies
from training.drawn.population.deviates import Stream
from training.drawn.population.events import FLAGS
from training.drawn.population.observation import measure
from training.drawn.population.parameters import CAUSES, CONDITIONS

SET = "drawn"
EYES = (Eye.OD, Eye.OS)
OEDEMA = 0.5
"""Severity from which exudates lie within one disc diameter of the fovea (eye_state.py)."""


@dataclass(frozen=True)
class PersonEye:
    """An eye over time; satisfies training.drawn.eye_state.EyeHistory."""

    traits: EyeTraits
    bodies: Bodies
    i: int

    def at(self, years: float) -> EyeState:
        """Return the state `years` after the first visit; ValueError outside the history.

        Between two moments of the grid measures run straight; a haemorrhage stays as it was.
        """
        before = int(self.bodies.moment(years))
        after = min(before + 1, len(self.bodies.grid_years) - 1)
        share = (years - float(self.bodies.grid_years[before])) / 0.25
        known = {f.name: self._blend(f.name, before, after, share) for f in fields(EyeState)}
        known["disc_haemorrhage"] = bool(self._value("disc_haemorrhage", before) > 0)
        for name in ("laser_years", "neovascular_amd_years"):
            since = self._value(name, after)
            known[name] = since if since <= years else None
        return EyeState(**known)  # type: ignore[arg-type]

    def _blend(self, name: str, before: int, after: int, share: float) -> float | bool | None:
        if name in ("disc_haemorrhage", "laser_years", "neovascular_amd_years"):
            return None
        first, second = self._value(name, before), self._value(name, after)
        return first + share * (second - first)

    def _value(self, name: str, moment: int) -> float:
        place = EYES.index(self.traits.eye)
        if name in self.bodies.fixed:
            return float(self.bodies.fixed[name][self.i, place])
        array = self.bodies.states[name]
        return float(array[self.i, place, moment] if array.ndim == 3 else array[self.i, moment])


@dataclass(frozen=True)
class Person:
    """The i-th person of some bodies."""

    bodies: Bodies
    i: int

    @property
    def person_id(self) -> str:
        """Return the person's name: seed, block and place, unique in the whole drawn set."""
        b = self.bodies
        return f"{b.seed}-{b.block:06d}-{int(b.indices[self.i]):03d}"

    @property
    def sex(self) -> Sex:
        """Return the person's sex."""
        return Sex.M if self.bodies.fixed["sex"][self.i] > 0 else Sex.F

    def eye(self, eye: Eye) -> PersonEye:
        """Return one eye over time."""
        b = self.bodies
        key = [b.seed, b.block, int(b.indices[self.i]), int(Stream.EYES)]
        seed = int(np.random.SeedSequence(key).generate_state(1, np.uint64)[0] >> np.uint64(1))
        fixed = b.fixed
        traits = EyeTraits(
            seed=seed,
            eye=eye,
            pigmentation=float(fixed["pigmentation"][self.i]),
            disc_height_um=float(fixed["disc_height_um"][self.i, EYES.index(eye)]),
        )
        return PersonEye(traits, b, self.i)

    def covariates_at(self, years: float, eye: Eye | None = None) -> dict[str, object]:
        """Return the manifest's covariate columns at a visit, measured with error; None unknown.

        Age, sex and what the person has had are always known. Pressure and length are the eye's
        own, or the mean of both.
        """
        moment = int(self.bodies.moment(years))
        found: dict[str, object] = {
            "age_years": round(self._true("age_years", moment), 2),
            "sex": self.sex,
        }
        true = {
            name: self._true(name, moment)
            for name in ("sbp_mmhg", "hba1c_percent", "egfr_ml_min_1_73m2", "bmi_kg_m2", "smoking")
        }
        true["iop_mmhg"] = self._of_eyes("iop_eyes_mmhg", eye, moment)
        true["axial_length_mm"] = self._of_eyes("axial_length_mm", eye, moment)
        b = self.bodies
        place = int(b.indices[self.i])
        taken = measure(true, b.seed, b.block, place, moment, b.parameters)
        for name, value in taken.items():
            found[name] = None if value is None else round(max(value, 1.0), 2)
        if taken["smoking"] is not None:
            found["smoking"] = Smoking(round(taken["smoking"]))
        return found | self._history(moment)

    def labels_at(self, eye: Eye, years: float) -> dict[str, object]:
        """Return what a grader with the truth would write of one eye."""
        state = self.eye(eye).at(years)
        moment = int(self.bodies.moment(years))
        manifest = self._true("glaucoma_status", moment) == 2
        seen = self.bodies.parameters.retina.glaucoma.rim_lost_manifest
        grade = min(int(state.dr_severity), 4)
        return {
            "dr_grade": grade,
            "dr_present": grade > 0,
            "maculopathy": state.oedema_severity >= OEDEMA,
            "glaucoma": bool(manifest and self._lost_rim(eye, moment) >= seen),
        }

    def outcomes(self, set_name: str = SET) -> list[OutcomeRow]:
        """Return a row a condition that the person has or is at risk of, first event alone."""
        rows = (self._outcome(name, set_name) for name in CONDITIONS)
        return [row for row in rows if row is not None]

    def truth_at(self, years: float) -> dict[str, float | bool | str]:
        """Return all that is true at one moment: traits, states (_od, _os for eyes), hazards."""
        b, moment = self.bodies, int(self.bodies.moment(years))
        found: dict[str, float | bool | str] = {"person_id": self.person_id}
        for name, array in b.fixed.items():
            found |= _spread_out(name, array[self.i])
        for name, array in b.states.items():
            found |= _spread_out(name, array[self.i, ..., moment])
        for name in CAUSES:
            found[f"hazard_{name}_per_year"] = float(b.hazards[name][self.i, moment])
        for name in CONDITIONS:
            found[f"at_risk_{name}"] = bool(b.at_risk[name][self.i, moment])
        return found

    def _outcome(self, name: str, set_name: str) -> OutcomeRow | None:
        b, i = self.bodies, self.i
        end = float(b.end_years[i])
        prevalent = bool(b.prevalent[name][i])
        entry, leaves = (0.0, np.inf) if prevalent else self._time_at_risk(name)
        event = float(b.event_years[name][i])
        if entry >= end:
            return None
        exit_years = min(end, event, leaves)
        how = Event.CENSORED
        if event <= end:
            how = Event.EVENT
        elif exit_years == end and b.death_years[i] <= b.censored_years[i]:
            how = Event.DEATH_FIRST
        return OutcomeRow(
            set=set_name,
            person_id=self.person_id,
            condition=ForecastCondition(name),
            entry_years=round(entry, 4),
            exit_years=round(exit_years, 4),
            event=how,
            prevalent=prevalent,
        )

    def _time_at_risk(self, name: str) -> tuple[float, float]:
        """Return when the person came at risk and when that ended without an event; inf never."""
        b, first = self.bodies, int(self.bodies.moment(0.0))
        moments = np.flatnonzero(b.at_risk[name][self.i, first:])
        if not len(moments):
            return np.inf, np.inf
        lasting = first + moments[-1] == len(b.grid_years) - 1
        if lasting or np.isfinite(b.event_years[name][self.i]):
            return float(b.grid_years[first + moments[0]]), np.inf
        return float(b.grid_years[first + moments[0]]), float(b.grid_years[first + moments[-1] + 1])

    def _true(self, name: str, moment: int) -> float:
        return float(self.bodies.states[name][self.i, moment])

    def _of_eyes(self, name: str, eye: Eye | None, moment: int) -> float:
        both = self.bodies.states[name][self.i, :, moment]
        return float(both.mean() if eye is None else both[EYES.index(eye)])

    def _history(self, moment: int) -> dict[str, object]:
        """Return what the person has or has had, by the manifest's columns."""
        known: dict[str, object] = {f"has_{n}": self._true(n, moment) > 0 for n in FLAGS}
        return known | {"has_glaucoma": self._true("glaucoma_status", moment) > 0}

    def _lost_rim(self, eye: Eye, moment: int) -> float:
        return float(self.bodies.states["rim_loss_eyes"][self.i, EYES.index(eye), moment])


def _spread_out(name: str, value: np.ndarray) -> dict[str, float | bool | str]:
    if np.ndim(value) == 0:
        return {name: float(value)}
    return {f"{name}_{eye.value.lower()}": float(v) for eye, v in zip(EYES, value, strict=True)}
