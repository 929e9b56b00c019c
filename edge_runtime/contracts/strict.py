"""The one pydantic base of every contract: frozen, and unknown keys are refused."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    """A contract's record: frozen, unknown keys refused, no NaN and no infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


EXPLICIT_NULLS = frozenset({"fov_circle_px", "laterality", "person_id"})
"""Keys that the contracts show as null; every other absent thing has no key at all."""


def contract_json(record: Strict, indent: int | None = 2) -> str:
    """Return a record as JSON; what is absent has no key, but for EXPLICIT_NULLS."""
    return json.dumps(contract_dict(record), indent=indent, allow_nan=False, ensure_ascii=False)


def contract_dict(record: Strict) -> dict[str, object]:
    """Return a record as the plain dictionary that `contract_json` writes."""
    shown = _without_absent(record.model_dump(mode="json", by_alias=True))
    assert isinstance(shown, dict)
    return shown


def _without_absent(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _without_absent(inner)
            for key, inner in value.items()
            if inner is not None or key in EXPLICIT_NULLS
        }
    if isinstance(value, list):
        return [_without_absent(inner) for inner in value]
    return value
