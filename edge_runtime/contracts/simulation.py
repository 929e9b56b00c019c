"""`simulation.json`: what `foreseye simulate` wrote of one photograph (foreseye.simulation/1)."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from edge_runtime.contracts.result import BundleIdentity, Quality
from edge_runtime.contracts.strict import Sha256, Strict, contract_json
from edge_runtime.domain import USE, Evidence

SIMULATION_SCHEMA: Final = "foreseye.simulation/1"
SIMULATION_FILE = "simulation.json"


class SimulatedFile(Strict):
    """One simulated picture; each is one possible appearance, never a prediction."""

    file: str
    horizon_years: float = Field(ge=0, le=10)
    sample: int = Field(ge=1)
    """The same sample at several horizons is one course of this eye."""
    mean_change_levels: float = Field(ge=0)
    """Mean absolute change of the network image over the field, in grey levels of 255."""
    labelled: bool
    """False for pictures made for evaluation alone; all are marked in their metadata."""
    difference_map: str | None = None
    """8-bit grey: 128 no change, 8 steps a grey level, lighter above."""


class SpreadFile(Strict):
    """How far the samples of one horizon differ."""

    file: str
    """8-bit grey: 0 not at all, 16 steps a grey level of standard deviation."""
    horizon_years: float = Field(ge=0, le=10)


class SimulationRecord(Strict):
    """The whole simulation.json."""

    schema_: Literal["foreseye.simulation/1"] = Field(default=SIMULATION_SCHEMA, alias="schema")
    bundle: BundleIdentity
    photograph: str
    photograph_sha256: Sha256
    quality: Quality
    seed: int = Field(ge=0)
    evidence: Evidence | None = None
    """What the model was judged on; absent where nothing was simulated."""
    simulated: list[SimulatedFile]
    """Empty where the photograph is not gradable: `quality.reason` says why."""
    spread: list[SpreadFile]
    use: str = USE

    def to_json(self) -> str:
        """Return the text of simulation.json."""
        return contract_json(self)
