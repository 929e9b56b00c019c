"""Options that several commands share, and the person that they describe."""

from __future__ import annotations

from typing import Annotated

import typer

from edge_runtime.contracts.person import person_from
from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.errors import InvalidField

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
]
EyeOption = Annotated[
    Eye | None,
    typer.Option("--eye", help="Which eye the photographs show: OD right, OS left."),
]
AgeOption = Annotated[float | None, typer.Option("--age", help="Age in years.", metavar="YEARS")]
SexOption = Annotated[Sex | None, typer.Option("--sex", help="Sex as recorded.")]
CovariateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--covariate",
        help="What is known of the person today, such as sbp_mmhg=150; may be repeated.",
        metavar="NAME=VALUE",
    ),
]


def person_of(age: float | None, sex: Sex | None, covariates: list[str] | None) -> Person:
    """Return the person that the options describe. Raises InvalidField."""
    known: dict[str, float] = {}
    for given in covariates or []:
        name, equals, text = given.partition("=")
        if not equals:
            raise InvalidField("covariate", f"{given!r} is not of the form NAME=VALUE")
        if name in known:
            raise InvalidField("covariate", f"{name} is given twice")
        known[name] = _number(name, text)
    return person_from(age, sex, known)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidField("covariate", f"{name} must be a number, got {text!r}") from None
