"""`--require`: people who meet a condition, and the weights that undo the choice.

A requirement is a comma-separated list of terms that must all hold: `dr_grade>=3`, `age_years<60`,
`sex==M`, or a bare name (`glaucoma`, `type_2_diabetes`) for what is there.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.drawn.population.bodies import Bodies
from training.drawn.population.hazards import BoolArray
from training.drawn.population.lanes import Array
from training.drawn.population.parameters import CONDITIONS
from training.errors import TrainingError

_TERM = re.compile(
    r"^\s*(?P<name>[a-z][a-z0-9_]*)\s*(?:(?P<op>>=|<=|==|!=|>|<)\s*(?P<value>\S+))?\s*$"
)
_OPERATORS: dict[str, Callable[[Array, float], BoolArray]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq,
    "!=": operator.ne, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
_SEXES = {"F": 0.0, "M": 1.0}
_BARE = ("glaucoma", "maculopathy", *(c for c in CONDITIONS if not c.endswith("_progression")))


class RequirementError(TrainingError):
    """A requirement cannot be read, or names nothing that bodies have."""

    public_message = "The requirement for drawn people is not valid."


@dataclass(frozen=True)
class Term:
    """One comparison."""

    name: str
    op: str
    value: float


@dataclass(frozen=True)
class Share:
    """How many of those drawn met a requirement: the exact sampling weights of a chosen cohort."""

    drawn: int
    met: int

    @property
    def value(self) -> float:
        """Return the share that met it."""
        return self.met / self.drawn

    def weights(self, met: BoolArray) -> Array:
        """Return a weight a person of a sample so that weighted means are those of all drawn.

        A sample of people who all meet it stands for the share alone: every weight is that share.
        A mixed sample stands for everybody: its weights have the mean 1.
        """
        sampled = float(np.mean(met))
        if sampled == 1.0:
            return np.full(len(met), self.value, np.float32)
        if sampled == 0.0:
            return np.full(len(met), 1.0 - self.value, np.float32)
        inside, outside = self.value / sampled, (1.0 - self.value) / (1.0 - sampled)
        return np.where(met, np.float32(inside), np.float32(outside))


@dataclass(frozen=True)
class Requirement:
    """Terms that must all hold."""

    terms: tuple[Term, ...]

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Return the requirement that a text like `dr_grade>=3,glaucoma` words."""
        if not text.strip():
            raise RequirementError("a requirement has at least one term")
        return cls(tuple(_parse_term(term) for term in text.split(",")))

    def met(self, bodies: Bodies, years: npt.ArrayLike = 0.0) -> BoolArray:
        """Return who meets it `years` after the first visit, (P,); years may differ by person."""
        moments = np.broadcast_to(bodies.moment(years), (len(bodies),))
        met = np.ones(len(bodies), bool)
        for term in self.terms:
            met &= _OPERATORS[term.op](_values(bodies, term.name, moments), term.value)
        return met


def _parse_term(text: str) -> Term:
    found = _TERM.match(text)
    if found is None:
        raise RequirementError(f"{text.strip()!r} is no term like dr_grade>=3 or glaucoma")
    name, op, value = found["name"], found["op"], found["value"]
    if op is None:
        if name not in _BARE:
            raise RequirementError(f"{name} needs a comparison; bare names are {', '.join(_BARE)}")
        return Term(name, ">", 0.0)
    try:
        return Term(name, op, _SEXES[value] if name == "sex" else float(value))
    except (KeyError, ValueError) as error:
        raise RequirementError(f"{name}: {value!r} is no value for it") from error


def _values(bodies: Bodies, name: str, moments: npt.NDArray[np.intp]) -> Array:
    people = np.arange(len(bodies))
    states = bodies.states
    if name == "dr_grade":
        return np.asarray(np.floor(states["dr_severity_worst"][people, moments]))
    if name == "glaucoma":
        return np.asarray(states["glaucoma_manifest"][people, moments])
    if name == "maculopathy":
        worst = _worst(states["oedema_severity"][people, :, moments])
        return np.asarray(worst >= 0.5, np.float32)
    if name in bodies.fixed:
        return _worst(bodies.fixed[name])
    if name not in states:
        raise RequirementError(f"bodies have no state called {name}")
    return _worst(states[name][people, ..., moments])


def _worst(values: Array) -> Array:
    return np.asarray(values.max(axis=1) if values.ndim == 2 else values)
