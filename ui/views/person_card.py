"""The card about the person: who it is (or nobody), age, sex, and what else may be known."""

from __future__ import annotations

from datetime import date

import streamlit as st

from edge_runtime.wire.client import Sex
from ui import parts
from ui.covariates import MEASURED, PRESENT, SMOKING
from ui.person import EARLIEST_BIRTH, KioskPerson
from ui.wording import say


def show(person: KioskPerson) -> None:
    """Draw the card; everything on it may be left empty."""
    st.html(parts.part_title(say("person.title")))
    with st.container(key="person-row", horizontal=True, gap="medium", vertical_alignment="top"):
        _who(person)
        _age_and_sex(person)
    with st.expander(say("person.more")):
        st.html(parts.quiet(say("person.more.text")))
        _measured(person)
        _present(person)


def take(person: KioskPerson) -> None:
    """Give the person what stands in the card's fields now.

    What was typed last may come together with the touch that uses it, before the card is drawn.
    """
    held, serial, born = st.session_state, person.serial, person.birth_date
    person.identified = bool(held.get(f"who-{serial}", person.identified))
    number = held.get(f"number-{serial}", person.hospital_number).strip()
    birth = held.get(f"birth-{serial}", born)
    person.hospital_number, person.birth_date = (number, birth) if person.identified else ("", None)
    person.age_years = held.get(f"age-{serial}-{born}", person.age_years)
    if person.birth_date != born and person.birth_date is not None:
        person.age_years = age_on(date.today(), person.birth_date)
    person.sex = held.get(f"sex-{serial}", person.sex)
    for name in (*(measured.name for measured in MEASURED), "smoking", *PRESENT):
        _know(person, name, held.get(f"{name}-{serial}", person.covariates.get(name)))


def _who(person: KioskPerson) -> None:
    ways = {False: say("person.anonymous"), True: say("person.identified")}
    person.identified = bool(
        st.segmented_control(
            say("person.who"),
            list(ways),
            format_func=ways.__getitem__,
            default=person.identified,
            required=True,
            key=f"who-{person.serial}",
        )
    )
    if not person.identified:
        person.hospital_number, person.birth_date = "", None
        return
    person.hospital_number = st.text_input(
        say("person.number"),
        value=person.hospital_number,
        max_chars=64,
        key=f"number-{person.serial}",
        width=220,
        autocomplete="off",
    ).strip()
    person.birth_date = st.date_input(
        say("person.birth"),
        value=person.birth_date,
        min_value=EARLIEST_BIRTH,
        max_value=date.today(),
        format="YYYY-MM-DD",
        key=f"birth-{person.serial}",
        width=220,
    )


def _age_and_sex(person: KioskPerson) -> None:
    born = person.birth_date
    typed = st.number_input(
        say("person.age"),
        min_value=0,
        max_value=120,
        value=age_on(date.today(), born) if born else person.age_years,
        placeholder=say("person.age.hint"),
        key=f"age-{person.serial}-{born}",
        width=220,
    )
    person.age_years = typed
    person.sex = st.segmented_control(
        say("person.sex"),
        list(Sex),
        format_func=lambda sex: say(f"person.sex.{sex.value}"),
        default=person.sex,
        key=f"sex-{person.serial}",
    )


def age_on(day: date, born: date) -> int:
    """Return the age in whole years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _measured(person: KioskPerson) -> None:
    with st.container(horizontal=True, gap="medium"):
        for measured in MEASURED:
            value = st.number_input(
                say(f"covariate.{measured.name}"),
                min_value=float(measured.low),
                max_value=float(measured.high),
                step=float(measured.step),
                value=person.covariates.get(measured.name),
                format=f"%.{measured.decimals}f",
                placeholder=say("person.unknown"),
                key=f"{measured.name}-{person.serial}",
                width=220,
            )
            _know(person, measured.name, value)


def _present(person: KioskPerson) -> None:
    with st.container(key="present", horizontal=True, gap="medium"):
        smoking = st.segmented_control(
            say("covariate.smoking"),
            list(SMOKING),
            format_func=lambda value: say(f"smoking.{value:.0f}"),
            default=person.covariates.get("smoking"),
            key=f"smoking-{person.serial}",
        )
        _know(person, "smoking", smoking)
        for name in PRESENT:
            answer = st.segmented_control(
                say(f"covariate.{name}"),
                [1.0, 0.0],
                format_func=lambda value: say("answer.yes" if value else "answer.no"),
                default=person.covariates.get(name),
                key=f"{name}-{person.serial}",
            )
            _know(person, name, answer)


def _know(person: KioskPerson, name: str, value: float | None) -> None:
    if value is None:
        person.covariates.pop(name, None)
    else:
        person.covariates[name] = value
