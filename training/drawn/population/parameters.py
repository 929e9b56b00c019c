"""The parameters of the reference population, read from one readable file.

Every record carries the `unit` and the `source` of its numbers. Unknown, missing and misspelt keys
are refused with the file's and the key's name, so that no number is taken silently.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import tomllib
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from edge_runtime.contracts.exam import ForecastCondition
from training.drawn.population.retina_parameters import RetinaParameters
from training.drawn.population.tables import (
    BodyEffects,
    BodyState,
    Cause,
    Correlations,
    Demography,
    Entry,
    Measured,
    Observation,
    SmokingShares,
    Traits,
    Treatment,
)
from training.errors import TrainingError

CONDITIONS = tuple(condition.value for condition in ForecastCondition)
"""The ten conditions, in the order of every array that has one axis for them."""

DEATH = "death"
CAUSES = (*CONDITIONS, DEATH)
REFERENCE = Path(str(files("training.drawn.population"))) / "reference_population.toml"


class ParameterError(TrainingError):
    """A file of population parameters is not valid; the message names file and key."""

    public_message = "The parameters of the drawn population are not valid."


class States(BaseModel):
    """The body states, by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sbp_mmhg: BodyState
    dbp_mmhg: BodyState
    hba1c_percent: BodyState
    total_cholesterol_mmol_l: BodyState
    hdl_cholesterol_mmol_l: BodyState
    bmi_kg_m2: BodyState
    egfr_ml_min_1_73m2: BodyState
    log10_acr_mg_g: BodyState
    iop_mmhg: BodyState


class Treatments(BaseModel):
    """The treatments, by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    antihypertensive: Treatment
    glucose_lowering: Treatment
    iop_lowering: Treatment
    statin: Treatment


class Parameters(BaseModel):
    """One reference population, whole. `digest` is the hash of the file it was read from."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    statement: str
    demography: Demography
    traits: Traits
    states: States
    correlations: Correlations
    smoking: SmokingShares
    body_effects: BodyEffects
    entry: Entry
    treatments: Treatments
    retina: RetinaParameters
    observation: Observation
    measured: Measured
    conditions: dict[ForecastCondition, Cause]
    death: Cause
    digest: str

    @model_validator(mode="after")
    def _all_conditions(self) -> Parameters:
        missing = [c for c in CONDITIONS if ForecastCondition(c) not in self.conditions]
        if missing:
            raise ValueError(f"conditions lacks {', '.join(missing)}")
        return self

    def cause(self, name: str) -> Cause:
        """Return a condition by its name, or death."""
        return self.death if name == DEATH else self.conditions[ForecastCondition(name)]


def read_parameters(path: Path) -> Parameters:
    """Return the parameters of a TOML file; raise ParameterError that names file and key."""
    try:
        content = path.read_bytes()
        table = tomllib.loads(content.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise ParameterError(f"{path}: {error}") from error
    if "digest" in table:
        raise ParameterError(f"{path}: digest: the hash is taken from the file, not given in it")
    try:
        return Parameters(**table, digest=hashlib.sha256(content).hexdigest())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise ParameterError(f"{path}: {key}: {first['msg']}") from error


def reference_population() -> Parameters:
    """Return the one named reference population that ships with the project."""
    return read_parameters(REFERENCE)
