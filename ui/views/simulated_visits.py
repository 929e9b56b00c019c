"""Simulated visits of one eye: several beside each other, one against the photograph, what differs.

Never one alone, never without its burnt-in label, and the page says what they were judged on.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from edge_runtime.wire.client import (
    Evidence,
    PhotographFile,
    ScreeningClient,
    SimulatedDifference,
    SimulatedPicture,
    SimulationRequest,
    records_client,
)
from ui import parts
from ui import simulated_pictures as pictures
from ui.kept_exam import ReadPhotograph
from ui.language import spoken
from ui.reading_desk import ReadingDesk
from ui.simulating import Simulated, SimulationRun
from ui.staff import Staff
from ui.told import told
from ui.wording import number, say, say_count

HORIZONS_YEARS = (1.0, 3.0, 5.0, 10.0)
SAMPLES = 4
FEWEST = 3
"""Fewer are never shown: one alone looks like a prediction."""

SEED = 7
SIDE_PX = 1024
LOOK_EVERY_S = 0.5


def show(
    staff: Staff, client: ScreeningClient, desk: ReadingDesk, photographs: list[ReadPhotograph]
) -> None:
    """Draw the card for those who may sign: what to simulate, and what came of it."""
    readable = [
        each for each in photographs if each.result is not None and each.result.quality.gradable
    ]
    if not readable or not staff.may(records_client.Action.SIGN_EXAM):
        return
    with st.container(key="card-visits"):
        st.html(parts.head_of_part(say("visits.title"), say("visits.text")))
        lines = [
            say("visits.judged"),
            say("visits.consent.yes" if _agreed(desk) else "visits.consent.no"),
        ]
        st.html(parts.statement("warn", say("visits.not"), lines, evidence=Evidence.DRAWN))
        _ask(client, desk, readable)
        run = desk.simulation
        if run is None:
            return
        if run.request.languages != (spoken(),):
            # The label is burnt in: what is shown speaks the page's language or is not shown.
            st.html(parts.quiet(say("visits.other_language")))
        elif run.simulated().finished:
            _finished(desk, run)
        else:
            _wait(run)


def _agreed(desk: ReadingDesk) -> bool:
    scope = records_client.ConsentScope.SIMULATED_PICTURES
    given = [each.given for each in desk.exam.consents if each.scope is scope]
    return bool(given) and given[-1]


def _ask(client: ScreeningClient, desk: ReadingDesk, readable: list[ReadPhotograph]) -> None:
    with st.container(key="visits-ask", horizontal=True, gap="medium", vertical_alignment="bottom"):
        at = st.segmented_control(
            say("visits.eye"),
            range(len(readable)),
            format_func=lambda index: _named(readable, index),
            default=0,
            required=True,
            key=f"visits-eye-{desk.serial}",
        )
        years = st.segmented_control(
            say("visits.years"),
            HORIZONS_YEARS,
            format_func=lambda years: say_count("visits.in_years", years),
            default=5.0,
            required=True,
            key=f"visits-years-{desk.serial}",
        )
        st.button(
            say("visits.button"),
            key=f"visits-go-{desk.serial}",
            on_click=_start,
            args=(client, desk, readable[at], years),
            icon=":material/auto_awesome_motion:",
        )


def _named(readable: list[ReadPhotograph], index: int) -> str:
    each = readable[index]
    name = parts.eye_name(each.eye)
    alone = sum(other.eye is each.eye for other in readable) == 1
    return name if alone else say("visits.attempt", eye=name, attempt=number(each.kept.attempt))


def _start(client: ScreeningClient, desk: ReadingDesk, read: ReadPhotograph, years: float) -> None:
    content = desk.picture(read.kept.photograph_id)
    if content is None:
        return
    if desk.simulation is not None:
        desk.simulation.stop()
    file = PhotographFile(read.kept.name, content, read.eye)
    request = SimulationRequest(
        photograph=file,
        person=desk.exam.person,
        horizons_years=(years,),
        samples=SAMPLES,
        seed=SEED,
        picture_side_px=SIDE_PX,
        languages=(spoken(),),
    )
    desk.simulation = SimulationRun(client, request)


@st.fragment(run_every=LOOK_EVERY_S)
def _wait(run: SimulationRun) -> None:
    simulated = run.simulated()
    if simulated.finished:
        st.rerun()
    st.html(parts.chip("turning", say("visits.working")))
    st.progress(len(simulated.pictures) / SAMPLES)


def _finished(desk: ReadingDesk, run: SimulationRun) -> None:
    simulated, years = run.simulated(), run.request.horizons_years[0]
    samples, spread = simulated.of_horizon(years), simulated.spread(years)
    if simulated.error is not None:
        st.html(
            parts.statement("bad", say("visits.failed"), [told(simulated.error.public_message)])
        )
    elif simulated.quality is not None and not simulated.quality.gradable:
        st.html(parts.statement("bad", say("visits.failed"), [told(simulated.quality.reason)]))
    elif len(samples) < FEWEST or spread is None:
        st.html(parts.statement("bad", say("visits.failed")))
    else:
        _samples(desk, run, samples, simulated)


def _samples(
    desk: ReadingDesk, run: SimulationRun, samples: list[SimulatedPicture], simulated: Simulated
) -> None:
    years = run.request.horizons_years[0]
    title = say_count("visits.samples", years, samples=number(len(samples)))
    st.html(parts.part_title(title, samples[0].evidence) + strip(desk, samples))
    chosen = st.segmented_control(
        say("visits.closer"),
        range(len(samples)),
        format_func=lambda index: number(index + 1),
        default=0,
        required=True,
        key=f"visits-sample-{desk.serial}",
    )
    sample, spread = samples[chosen], simulated.spread(years)
    assert spread is not None
    photograph = _once(desk, ("at size", id(run)), lambda: _at_size(run, sample))
    if not photograph:
        st.html(parts.quiet(say("slot.no_preview")))
        return
    left, right = st.columns([2, 1], gap="medium")
    with left:
        st.html(compare(photograph, sample))
    with right:
        _maps(desk, (id(run), chosen), photograph, sample, spread)


def _maps(
    desk: ReadingDesk,
    place: tuple[int, int],
    photograph: bytes,
    sample: SimulatedPicture,
    spread: SimulatedDifference,
) -> None:
    differs = _once(
        desk,
        ("differs", *place),
        lambda: pictures.difference_over(photograph, sample.difference_map),
    )
    spreads = _once(
        desk, ("spread", place[0]), lambda: pictures.spread_over(photograph, spread.spread_map)
    )
    mean, most = pictures.changed_levels(sample.difference_map)
    words = say("visits.differs.text", mean=number(mean, 1), most=number(most, 0))
    st.html(map_of("differs", differs, words))
    st.html(map_of("spread", spreads, say("visits.spread.text")))


def _at_size(run: SimulationRun, sample: SimulatedPicture) -> bytes:
    try:
        return pictures.photograph_at(
            run.request.photograph.content, sample.width_px, sample.height_px
        )
    except (OSError, ValueError, SyntaxError):
        # A kind of file that this screen cannot draw: the samples stand alone then.
        return b""


def _once(desk: ReadingDesk, place: tuple[object, ...], draw: Callable[[], bytes]) -> bytes:
    if place not in desk.drawn:
        desk.drawn[place] = draw()
    return desk.drawn[place]


def strip(desk: ReadingDesk, samples: list[SimulatedPicture]) -> str:
    """Return all samples beside each other: none of them is the one to come."""
    figures = []
    for index, sample in enumerate(samples):
        drawn = _once(
            desk,
            ("small", index, hash(sample.picture)),
            lambda picture=sample.picture: pictures.small(picture),  # type: ignore[misc]
        )
        alt = say_count("visits.alt", sample.horizon_years, sample=number(index + 1))
        figures.append(
            f'<figure><img alt="{escape(alt)}" src="{pictures.data_uri(drawn)}">'
            f"<figcaption>{number(index + 1)}</figcaption></figure>"
        )
    return f'<div class="fs-samples">{"".join(figures)}</div>'


def compare(photograph: bytes, sample: SimulatedPicture) -> str:
    """Return the photograph with one simulated visit over it, and the slider between them."""
    simulated = say_count("visits.simulated", sample.horizon_years)
    return (
        '<div class="fs-compare">'
        f'<img alt="{escape(say("visits.photograph"))}" src="{pictures.data_uri(photograph)}">'
        f'<img class="over" alt="{escape(simulated)}" src="{pictures.data_uri(sample.picture)}">'
        f'<span class="left">{escape(simulated)}</span>'
        f'<span class="right">{escape(say("visits.photograph"))}</span><i class="line"></i>'
        '<input type="range" min="0" max="100" value="50" '
        f'aria-label="{escape(say("visits.slider"))}"></div>'
    )


def map_of(name: str, drawn: bytes, words: str) -> str:
    """Return a map with its title, its colours and how to read it."""
    key = "".join(
        f'<span class="{colour}">{escape(say(f"visits.{name}.{colour}"))}</span>'
        for colour in (("lighter", "darker") if name == "differs" else ("far",))
    )
    return (
        f'<figure class="fs-map"><figcaption><b>{escape(say(f"visits.{name}"))}</b>'
        f'<span class="key">{key}</span></figcaption>'
        f'<img alt="{escape(say(f"visits.{name}"))}" src="{pictures.data_uri(drawn)}">'
        f"<p>{escape(words)}</p></figure>"
    )
