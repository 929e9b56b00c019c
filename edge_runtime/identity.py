"""Exam ids that derive from content: the same photographs of the same person give the same id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from edge_runtime.domain import Person

ID_HEX_DIGITS = 32


def exam_id_of(photographs: Iterable[bytes], person: Person) -> str:
    """Return an exam's id: 32 hex digits, from its photographs' bytes and what is known of the
    person. The order and the names of the photographs do not matter.
    """
    content = {
        "photographs": sorted(hashlib.sha256(content).hexdigest() for content in photographs),
        "person_id": person.person_id,
        "age_years": None if person.age_years is None else float(person.age_years),
        "sex": person.sex.value if person.sex else None,
        "covariates": {name: float(value) for name, value in person.covariates.items()},
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:ID_HEX_DIGITS]
