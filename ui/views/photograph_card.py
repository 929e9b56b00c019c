"""One photograph: verdict, picture with its overlays, findings, measurements, its JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

import streamlit as st

from edge_runtime.wire.client import Eye
from ui import parts, tables
from ui.exam_view import PhotographView, Verdict
from ui.findings import findings
from ui.overlays import Layers, overlaid, thumbnail
from ui.person import KioskPerson
from ui.told import told
from ui.wording import say

AS_IT_CAME_SIDE_PX = 1024
LAYERS = ("arterioles", "venules", "disc", "cup")


def show(
    person: KioskPerson,
    photograph: PhotographView,
    live: bool = False,
    offers: Callable[[], None] | None = None,
) -> None:
    """Draw what has arrived of a photograph; while `live` without anything to touch.

    What is to be done about it (`offers`) stands right under the verdict.
    """
    with st.container(key=f"card-photograph-{photograph.index}"):
        st.html(parts.eye_head(photograph.eye) + parts.file_name(photograph.name))
        if live:
            st.html(parts.stages(stage_states(photograph)))
        if photograph.verdict is not Verdict.WAITING:
            st.html(verdict(photograph))
        elif not live:
            st.html(parts.statement("note", say("broken.not_screened")))
        if photograph.conflict:
            st.html(conflict(photograph))
        elif eye_source(photograph):
            st.html(parts.quiet(eye_source(photograph)))
        if offers is not None:
            offers()
        _look(person, photograph, live)
        _numbers(photograph)
        if not live and photograph.done is not None:
            _save(person, photograph)


def _look(person: KioskPerson, photograph: PhotographView, live: bool) -> None:
    if photograph.picture("photograph") is None:
        _as_it_came(person, photograph)
    elif live:
        _picture(person, photograph, Layers())
    else:
        _switchable(person, photograph)


def verdict(photograph: PhotographView) -> str:
    """Return the box that says whether the photograph can be read and what helps."""
    if photograph.verdict is Verdict.REFUSED:
        return parts.statement("bad", say("verdict.refused"), [told(photograph.refused_because)])
    quality = photograph.quality
    assert quality is not None
    if photograph.verdict in (Verdict.UNREADABLE, Verdict.CLOUDED):
        return parts.statement(
            "bad",
            say(f"verdict.{photograph.verdict.value}"),
            [told(quality.reason)],
            [told(advice) for advice in quality.advice],
            say("verdict.again_and_again"),
            quality.evidence,
        )
    tone: parts.Tone = "good" if photograph.verdict is Verdict.GOOD else "warn"
    name = photograph.verdict.value
    return parts.statement(
        tone,
        say(f"verdict.{name}"),
        [say(f"verdict.{name}.text")],
        [told(advice) for advice in quality.advice],
        evidence=quality.evidence,
    )


def conflict(photograph: PhotographView) -> str:
    """Return the warning that picture and operator name different eyes."""
    given = photograph.given_eye or Eye.OD
    words = {
        "given": parts.eye_name(given, in_words=True),
        "seen": parts.eye_name(other(given), in_words=True),
    }
    return parts.statement("warn", say("conflict.title"), [say("conflict.text", **words)])


def eye_source(photograph: PhotographView) -> str:
    """Return who says which eye it is; empty when the operator did, or nobody yet."""
    if photograph.anatomy is None or photograph.anatomy.eye.source == "given":
        return ""
    if photograph.eye is None:
        return say("eye.unknown")
    return say("eye.from_picture", eye=parts.eye_name(photograph.eye, in_words=True))


def other(eye: Eye) -> Eye:
    """Return the other eye."""
    return Eye.OS if eye is Eye.OD else Eye.OD


def stage_states(photograph: PhotographView) -> list[tuple[str, parts.StageState]]:
    """Return each stage with its state: what arrived is done, the first that did not is in work.

    A photograph stands in the queue until its first event has come.
    """
    arrived = {
        "queued": photograph.quality is not None or photograph.finished,
        "quality": photograph.quality is not None,
        "anatomy": photograph.anatomy is not None,
        "biomarkers": photograph.biomarkers is not None,
        "done": photograph.finished,
    }
    states: list[tuple[str, parts.StageState]] = []
    working = False
    for name, there in arrived.items():
        if there:
            states.append((name, "done"))
        elif photograph.finished:
            states.append((name, "not"))
        else:
            states.append((name, "later" if working else "now"))
            working = True
    return states


@st.fragment
def _switchable(person: KioskPerson, photograph: PhotographView) -> None:
    picture = st.container()
    evidence = photograph.anatomy.evidence if photograph.anatomy else None
    st.html(parts.part_title(say("overlay.title"), evidence))
    with st.container(key=f"switches-{photograph.index}", horizontal=True, gap="medium"):
        shown = {
            name: st.toggle(
                say(f"overlay.{name}"),
                value=True,
                key=f"show-{name}-{photograph.index}-{person.serial}",
                disabled=photograph.picture("arteries_veins" if i < 2 else "disc_cup") is None,
            )
            for i, name in enumerate(LAYERS)
        }
    with picture:
        _picture(person, photograph, Layers(**shown))


def _picture(person: KioskPerson, photograph: PhotographView, layers: Layers) -> None:
    content = photograph.picture("photograph")
    assert content is not None
    place = (person.exam_id, photograph.index, layers)
    if place not in person.drawn:
        person.drawn[place] = overlaid(
            content, layers, photograph.picture("arteries_veins"), photograph.picture("disc_cup")
        )
    names = [say(f"overlay.{name}") for name in LAYERS if getattr(layers, name)]
    words = {
        "eye": parts.eye_name(photograph.eye, in_words=True),
        "shown": say("list.and").join(names),
    }
    alt = say("overlay.alt" if names else "overlay.alt.none", **words)
    st.image(person.drawn[place], width="stretch", alt=alt)


def _as_it_came(person: KioskPerson, photograph: PhotographView) -> None:
    """Show the file itself where the service sent no picture, so that a fault can be seen."""
    place = (person.exam_id, photograph.index, None)
    if place not in person.drawn:
        content = person.photographs[photograph.index].content
        person.drawn[place] = thumbnail(content, AS_IT_CAME_SIDE_PX) or b""
    if person.drawn[place]:
        alt = say("overlay.alt.none", eye=parts.eye_name(photograph.eye, in_words=True))
        st.image(person.drawn[place], width="stretch", alt=alt)


def _numbers(photograph: PhotographView) -> None:
    found = findings(photograph.findings) if photograph.findings is not None else ""
    if found:
        st.html(found)
    if photograph.biomarkers:
        title = say("measurements.title")
        rows = tables.measurement_rows(photograph.biomarkers)
        st.html(parts.folded(title, len(rows), tables.table(rows, title)))


def _save(person: KioskPerson, photograph: PhotographView) -> None:
    assert photograph.done is not None
    st.download_button(
        say("button.save_result"),
        data=photograph.done.result_json,
        file_name=f"{PurePath(photograph.name).stem}-result.json",
        mime="application/json",
        on_click="ignore",
        key=f"save-{photograph.index}-{person.serial}",
        icon=":material/download:",
    )
