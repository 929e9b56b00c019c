"""The people who are screened: found again by their identifiers, which are kept sealed.

Beside the sealed identifiers stand their keyed digests: a number can be looked for, but no list of
numbers can be read off without the master key.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import date

from sqlalchemy import Connection, insert, select

from edge_runtime.domain import Person, Sex
from edge_runtime.errors import InvalidField
from edge_runtime.records import tables
from edge_runtime.records.sealing import seal_json, unseal_json
from edge_runtime.records.vault import Vault
from edge_runtime.records.words import BIRTH_DATE, HOSPITAL_NUMBER, IDENTIFIERS

MAX_IDENTIFIER_CHARACTERS = 128
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def checked_identifiers(identifiers: dict[str, str], *, all_needed: bool) -> dict[str, str]:
    """Return identifiers, trimmed. Raises InvalidField, never with a value.

    With `all_needed` there are none, or the hospital number and one more.
    """
    if unknown := set(identifiers) - set(IDENTIFIERS):
        del unknown  # the caller's text, not repeated
        raise InvalidField("identifiers", "only " + ", ".join(IDENTIFIERS) + " are known")
    trimmed = {kind: value.strip() for kind, value in identifiers.items()}
    for kind, value in trimmed.items():
        if not 1 <= len(value) <= MAX_IDENTIFIER_CHARACTERS or not value.isprintable():
            raise InvalidField(
                f"identifiers.{kind}", f"has 1 to {MAX_IDENTIFIER_CHARACTERS} letters"
            )
    if BIRTH_DATE in trimmed:
        _check_date(trimmed[BIRTH_DATE])
    if all_needed and trimmed and (HOSPITAL_NUMBER not in trimmed or len(trimmed) < 2):
        raise InvalidField(
            "identifiers", "are none, or hospital_number and one of birth_date and family_name"
        )
    return trimmed


def person_for(vault: Vault, connection: Connection, identifiers: dict[str, str]) -> str:
    """Return the person with these identifiers, a new one where there is none.

    Without identifiers everybody is new. Raises InvalidField when the hospital number is kept with
    another second identifier: one of the two was read off wrongly.
    """
    if identifiers:
        number = digest_of(vault, HOSPITAL_NUMBER, identifiers[HOSPITAL_NUMBER])
        known = select(tables.identifier.c.person_id).where(tables.identifier.c.digest == number)
        person_id = connection.execute(known).scalar()
        if person_id is not None:
            _check_same(vault, connection, person_id, identifiers)
            return str(person_id)
    person_id = secrets.token_hex(16)
    key = vault.keys.make(person_id)
    connection.execute(
        insert(tables.person).values(
            person_id=person_id,
            identifiers=seal_json(key, identifiers, identifiers_place(person_id)),
            erased=False,
        )
    )
    for kind, value in identifiers.items():
        connection.execute(
            insert(tables.identifier).values(
                person_id=person_id, kind=kind, digest=digest_of(vault, kind, value)
            )
        )
    return person_id


def digest_of(vault: Vault, kind: str, value: str) -> str:
    """Return the digest of an identifier; capitals and widths of letters make no difference."""
    return vault.digest(kind, unicodedata.normalize("NFKC", value).casefold())


def identifiers_of(connection: Connection, key: bytes, person_id: str) -> dict[str, str]:
    """Return a person's identifiers. Raises RecordsDamaged."""
    wanted = select(tables.person.c.identifiers).where(tables.person.c.person_id == person_id)
    sealed = connection.execute(wanted).scalar()
    if sealed is None:
        return {}
    return dict(unseal_json(key, sealed, identifiers_place(person_id)))


def identifiers_place(person_id: str) -> str:
    """Return where a person's identifiers are sealed to."""
    return f"person/{person_id}/identifiers"


def known_to_json(person: Person) -> dict[str, object]:
    """Return what is known of a person as a plain object."""
    return {
        "age_years": person.age_years,
        "sex": None if person.sex is None else person.sex.value,
        "covariates": person.covariates,
    }


def known_from_json(known: dict[str, object]) -> Person:
    """Return what is known of a person."""
    age, sex, covariates = known["age_years"], known["sex"], known["covariates"]
    assert isinstance(covariates, dict)
    return Person(
        None,
        None if age is None else float(str(age)),
        None if sex is None else Sex(sex),
        {str(name): float(value) for name, value in covariates.items()},
    )


def _check_same(
    vault: Vault, connection: Connection, person_id: str, identifiers: dict[str, str]
) -> None:
    kept = identifiers_of(connection, vault.keys.of(person_id), person_id)
    second = set(identifiers) - {HOSPITAL_NUMBER}
    if not second & set(kept):
        needed = ", ".join(sorted(set(kept) - {HOSPITAL_NUMBER}))
        raise InvalidField("identifiers", f"this hospital number is kept with {needed}: give that")
    for kind in second & set(kept):
        if digest_of(vault, kind, kept[kind]) != digest_of(vault, kind, identifiers[kind]):
            raise InvalidField(
                f"identifiers.{kind}", "is another one than is kept with this hospital number"
            )


def _check_date(text: str) -> None:
    try:
        if not ISO_DATE.fullmatch(text):
            raise ValueError
        date.fromisoformat(text)
    except ValueError:
        raise InvalidField(f"identifiers.{BIRTH_DATE}", "is a date, YYYY-MM-DD") from None
