"""The enums of the records and those of clinic.proto, both ways. The wire's zero is never sent."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar

from edge_runtime.errors import InvalidField
from edge_runtime.records.words import ConsentScope, DecisionKind, ExamState, Role
from edge_runtime.wire import clinic_pb2 as pb

Word = TypeVar("Word", bound=Enum)


def _numbers(words: type[Word], wire: Any, prefix: str) -> dict[Word, Any]:
    return {word: wire.Value(f"{prefix}_{word.name}") for word in words}


ROLE = _numbers(Role, pb.Role, "ROLE")
EXAM_STATE = _numbers(ExamState, pb.ExamState, "EXAM_STATE")
CONSENT_SCOPE = _numbers(ConsentScope, pb.ConsentScope, "CONSENT_SCOPE")
DECISION_KIND = _numbers(DecisionKind, pb.DecisionKind, "DECISION_KIND")


def word_of(numbers: dict[Word, Any], number: int, field: str) -> Word:
    """Return the word of a number on the wire. Raises InvalidField with the field's name."""
    for word, known in numbers.items():
        if known == number:
            return word
    raise InvalidField(field, "must be one of " + ", ".join(word.value for word in numbers))
