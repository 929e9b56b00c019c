"""What the person is to do: each eye's outcome, and the rule that holds (`ui/rules/referral.toml`).

Pure. Rules are data with their sources, so that a clinic reads, reviews and replaces them without
touching the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

import tomllib

from edge_runtime.wire.client import Condition, Evidence, Eye, Findings
from ui.exam_view import ExamView, PhotographView, Verdict
from ui.findings import CONDITIONS, as_condition

RULES = Path(__file__).with_name("rules") / "referral.toml"


class Outcome(Enum):
    """What is known of one eye at the end of an exam, the most pressing first."""

    ABOVE_MARK = "above_mark"
    CANNOT_BE_READ = "cannot_be_read"
    """Its photographs cannot be read, and another one would hardly help."""
    TAKE_AGAIN = "take_again"
    NOT_PHOTOGRAPHED = "not_photographed"
    BELOW_MARK = "below_mark"
    NOT_JUDGED = "not_judged"
    """It can be read, but no model of the bundle says what it shows."""


@dataclass(frozen=True)
class Rule:
    """One row of the rules."""

    when: Outcome
    action: str
    source: dict[str, str]
    """By language."""
    read: str
    """whole or excerpt: how the source was read."""
    months: int = 0
    """Until the next screening; 0 where the rule sets no time."""


@dataclass(frozen=True)
class EyeOutcome:
    """One eye, what is known of it, the findings above their mark, and what they were judged on."""

    eye: Eye
    outcome: Outcome
    findings: tuple[str, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Plan:
    """What to do, why, and each eye's share in it."""

    rule: Rule
    eyes: tuple[EyeOutcome, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in their order. Raises ValueError where an outcome has none."""
    table = tomllib.loads(RULES.read_text(encoding="utf-8"))["rule"]
    found = tuple(
        Rule(
            when=Outcome(row["when"]),
            action=row["action"],
            source={language: row[f"source_{language}"] for language in ("en", "zh")},
            read=row["read"],
            months=row.get("months", 0),
        )
        for row in table
    )
    missing = set(Outcome) - {rule.when for rule in found}
    if missing:
        raise ValueError(f"no rule for {sorted(outcome.value for outcome in missing)}")
    return found


def plan(view: ExamView, given_up: frozenset[Eye] = frozenset()) -> Plan:
    """Return what to do after an exam; `given_up` are eyes that somebody said cannot be read."""
    eyes = tuple(_of(eye, view.of_eye(eye), eye in given_up) for eye in Eye)
    found = {each.outcome for each in eyes}
    rule = next(rule for rule in rules() if rule.when in found)
    return Plan(rule, eyes)


def _of(eye: Eye, photographs: list[PhotographView], given_up: bool) -> EyeOutcome:
    readable = [p for p in photographs if p.verdict in (Verdict.GOOD, Verdict.USABLE)]
    if readable:
        return _seen(eye, readable)
    clouded = any(p.verdict is Verdict.CLOUDED for p in photographs)
    if clouded or given_up:
        return EyeOutcome(eye, Outcome.CANNOT_BE_READ)
    return EyeOutcome(eye, Outcome.TAKE_AGAIN if photographs else Outcome.NOT_PHOTOGRAPHED)


def _seen(eye: Eye, readable: list[PhotographView]) -> EyeOutcome:
    judged = [
        (name, condition)
        for photograph in readable
        if photograph.findings is not None
        for name, condition in _conditions(photograph.findings)
        if condition.threshold is not None
    ]
    if not judged:
        return EyeOutcome(eye, Outcome.NOT_JUDGED)
    evidence = least([condition.evidence for _, condition in judged])
    above = [n for n, c in judged if c.threshold is not None and c.probability >= c.threshold]
    outcome = Outcome.ABOVE_MARK if above else Outcome.BELOW_MARK
    return EyeOutcome(eye, outcome, tuple(dict.fromkeys(above)), evidence)


def _conditions(findings: Findings) -> list[tuple[str, Condition]]:
    found: list[tuple[str, Condition]] = []
    if findings.dr_grade is not None:
        found.append(("dr_grade", as_condition(findings.dr_grade)))
    for name in CONDITIONS:
        condition: Condition | None = getattr(findings, name)
        if condition is not None:
            found.append((name, condition))
    return found


def least(evidence: list[Evidence]) -> Evidence:
    """Return the weakest of several kinds of evidence: that is what an advice rests on."""
    return next(kind for kind in Evidence if kind in evidence)
