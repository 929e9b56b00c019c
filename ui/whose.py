"""Who a kept exam is about, as HTML: two identifiers or none, age and sex as far as known."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from edge_runtime.wire.client import Sex, records_client
from ui.wording import number, say


def who(identifiers: Mapping[str, str], age_years: float | None, sex: Sex | None) -> str:
    """Return the name to find a person by, with what else is known beside it."""
    shown = identifiers.get(records_client.HOSPITAL_NUMBER) or say("worklist.anonymous")
    known = [
        identifiers.get(records_client.BIRTH_DATE),
        identifiers.get(records_client.FAMILY_NAME),
        None if age_years is None else say("plan.age", age=number(age_years, 0)),
        None if sex is None else say(f"person.sex.{sex.value}"),
    ]
    aside = " · ".join(escape(words) for words in known if words)
    return f"<b>{escape(shown)}</b><small>{aside}</small>"
