"""What a caller says of a person, checked against the ranges of the cohort manifest.

The ranges are the manifest's, so that a slip of the units (an HbA1c in mmol/mol) is refused at
the door as it is in training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError, create_model

from edge_runtime.contracts.cohort import COVARIATES, ManifestRow
from edge_runtime.contracts.strict import Strict
from edge_runtime.domain import Person, Sex
from edge_runtime.errors import InvalidField

_COLUMNS: dict[str, Any] = {
    name: (ManifestRow.model_fields[name].annotation, ManifestRow.model_fields[name])
    for name in ("age_years", *COVARIATES)
}
_KNOWN = create_model("_KNOWN", __base__=Strict, **_COLUMNS)


def person_from(
    age_years: float | None, sex: Sex | None, covariates: Mapping[str, float]
) -> Person:
    """Return an anonymous person. Raises InvalidField for a name not known or out of range."""
    unknown = sorted(set(covariates) - set(COVARIATES))
    if unknown:
        raise InvalidField("covariate", f"{unknown[0]} is not among {', '.join(COVARIATES)}")
    try:
        _KNOWN.model_validate({"age_years": age_years, **covariates})
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        name, reason = str(problem["loc"][0]), str(problem["msg"])
        raise InvalidField(name, reason[0].lower() + reason[1:]) from None
    return Person(None, age_years, sex, dict(covariates))
