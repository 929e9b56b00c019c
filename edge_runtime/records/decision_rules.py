"""The rules of decisions: what a value may be, what the model said, when two readers differ."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from edge_runtime.contracts.result import Condition, DrGrade, Findings
from edge_runtime.errors import InvalidField
from edge_runtime.records.kept import Decision
from edge_runtime.records.words import DecisionKind

QUALITY, EYE = "quality", "eye"
BIOMARKER = re.compile(r"biomarkers\.[a-z0-9_]{1,50}")
MASK = re.compile(r"masks\.(vessel|arteriole|venule|disc|cup|lesion_[a-z][a-z0-9_]{0,40})")
MAX_VALUE_CHARACTERS = 4000
MAX_WHY_CHARACTERS = 2000
REFUSED_OUTCOME = "refused"


def _kinds(contract: type) -> frozenset[str]:
    named = Findings.model_fields.items()
    return frozenset(
        f"findings.{name}" for name, f in named if contract.__name__ in str(f.annotation)
    )


GRADES, CONDITIONS = _kinds(DrGrade), _kinds(Condition)
FINDINGS = frozenset(f"findings.{name}" for name in Findings.model_fields)


def check_finding(finding: str) -> None:
    """Return when there is such a finding. Raises InvalidField."""
    known = finding in FINDINGS or finding in (QUALITY, EYE)
    if not known and not BIOMARKER.fullmatch(finding) and not MASK.fullmatch(finding):
        raise InvalidField("finding", "is no finding, biomarker or mask of a result")


def check_value(finding: str, kind: DecisionKind, value_json: str, why: str) -> None:
    """Return when a decision says what its kind needs. Raises InvalidField."""
    if len(why) > MAX_WHY_CHARACTERS or len(value_json) > MAX_VALUE_CHARACTERS:
        raise InvalidField("why", f"has at most {MAX_WHY_CHARACTERS} characters")
    if kind in (DecisionKind.REFUSE, DecisionKind.OVERRIDE) and not why.strip():
        raise InvalidField("why", "is needed to refuse or to override")
    if kind is DecisionKind.OVERRIDE and finding != QUALITY:
        raise InvalidField("finding", "only the quality verdict can be overridden")
    if (kind is DecisionKind.CORRECT) != bool(value_json):
        raise InvalidField("value_json", "is given exactly when a finding is corrected")
    if kind is DecisionKind.CORRECT and not _is_possible(finding, _parsed(value_json)):
        raise InvalidField("value_json", f"is no value of {finding}")


def model_value(result: dict[str, Any], finding: str) -> str:
    """Return what the model said of a finding, as in result.json; empty where it said nothing."""
    value: Any = result
    for part in finding.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return "" if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)


def overridden(decisions: Sequence[Decision], photograph_id: str) -> bool:
    """Return whether the last word on a photograph's quality is to use it all the same."""
    words = [d for d in decisions if (d.photograph_id, d.finding) == (photograph_id, QUALITY)]
    return bool(words) and words[-1].kind is DecisionKind.OVERRIDE


def disputes(decisions: Sequence[Decision]) -> tuple[str, ...]:
    """Return what two readers see differently and nobody has arbitrated since.

    Each reader's last word counts. To accept what the model says and to correct it to the same is
    no difference.
    """
    last: dict[str, dict[str, str]] = defaultdict(dict)
    for decision in decisions:
        subject = f"{decision.photograph_id}/{decision.finding}"
        if decision.arbitrates:
            last[subject].clear()
        elif decision.kind is not DecisionKind.OVERRIDE:
            last[subject][decision.user_id] = outcome(decision)
    return tuple(subject for subject, said in last.items() if len(set(said.values())) > 1)


def outcome(decision: Decision) -> str:
    """Return what a decision comes to, so that two of them can be compared."""
    if decision.kind is DecisionKind.REFUSE:
        return REFUSED_OUTCOME
    if decision.kind is DecisionKind.CORRECT:
        return json.dumps(json.loads(decision.value_json))
    if not decision.model_value_json:
        return ""
    return json.dumps(_in_one_word(decision.finding, json.loads(decision.model_value_json)))


def _in_one_word(finding: str, value: Any) -> Any:
    if finding in GRADES:
        probabilities = value["probabilities"]
        return probabilities.index(max(probabilities))
    if finding in CONDITIONS:
        return value["probability"] >= value.get("threshold", 0.5)
    if finding == QUALITY:
        return value["gradable"]
    if finding == EYE:
        return value["laterality"]
    return value.get("value") if isinstance(value, dict) else value


def _is_possible(finding: str, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if finding in GRADES:
        return is_number and value in (0, 1, 2, 3, 4)
    if finding in CONDITIONS or finding == QUALITY:
        return isinstance(value, bool)
    if finding == EYE:
        return value in ("OD", "OS")
    return is_number and not finding.startswith("masks.")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except ValueError:
        raise InvalidField("value_json", "is no JSON") from None
