"""The operator's page: the service, the bundle in it, what that learned from, how it was judged."""

from __future__ import annotations

from html import escape

import streamlit as st

from edge_runtime.wire.client import BundleDescription, ForeseyeError, ScreeningClient
from ui import gateway, parts, service_metrics
from ui.bundle_facts import Judged, Learned, judged, learned, terms
from ui.service_metrics import Counted
from ui.told import told
from ui.wording import number, say, say_or

LOOK_AGAIN_S = 5.0


def show(client: ScreeningClient, alone: bool = True) -> None:
    """Draw the page; nothing of a patient is on it. `alone`: with a way back to the kiosk."""
    st.html(parts.head(say("operator.title"), say("operator.text")))
    with st.container(key="card-service"):
        _service(client)
    try:
        bundle = client.describe_bundle()
    except ForeseyeError as error:
        st.html(parts.statement("bad", say("operator.no_bundle"), [told(error.public_message)]))
    else:
        _bundle(bundle)
    if alone:
        st.button(
            say("operator.back"), on_click=_back, key="operator-back", icon=":material/arrow_back:"
        )


def _back() -> None:
    st.session_state.page = "kiosk"


@st.fragment(run_every=LOOK_AGAIN_S)
def _service(client: ScreeningClient) -> None:
    state = gateway.state_of(client)
    tone: parts.Tone = {"ready": "good", "starting": "note", "away": "bad"}[state]  # type: ignore[assignment]
    st.html(
        parts.part_title(say("operator.service")) + parts.statement(tone, say(f"service.{state}"))
    )
    url = gateway.metrics_url()
    found = service_metrics.read(url) if url else None
    if found is None:
        st.html(parts.quiet(say("operator.no_metrics" if url else "operator.no_metrics_asked")))
    else:
        st.html(_rows(counted_rows(found)))


def counted_rows(found: Counted) -> list[tuple[str, str]]:
    """Return the service's numbers as names and values."""
    rows = [
        (say("operator.exams_now"), found.exams_now),
        (say("operator.memory"), found.memory_available_mb),
        (say("operator.decoder_deaths"), found.decoder_deaths),
    ]
    told_rows = [(name, number(value)) for name, value in rows if value is not None]
    told_rows += [
        (say("operator.ended", how=say_or(f"operator.ended.{how}", how)), number(count))
        for how, count in found.exams_ended.items()
    ]
    told_rows += [
        (say("operator.stage", stage=say_or(f"operator.stage.{stage}", stage)), number(ms, 0))
        for stage, ms in found.stage_ms.items()
    ]
    return told_rows


def _bundle(bundle: BundleDescription) -> None:
    with st.container(key="card-bundle"):
        st.html(parts.part_title(say("operator.bundle")))
        rows = [
            (say("operator.name"), f"{bundle.name} {bundle.version}"),
            ("SHA-256", bundle.sha256),
            (say("operator.server"), bundle.server_version),
            (say("operator.terms"), terms(bundle.bundle_json) or say("operator.not_said")),
        ]
        rows += [
            (say_or(f"model.{m.name}", m.name), f"{m.backend}, {m.precision}")
            for m in bundle.models
        ]
        st.html(_rows(rows) + parts.evidence_key({m.evidence for m in bundle.models}))
    with st.container(key="card-learned"):
        st.html(parts.head_of_part(say("operator.learned"), say("operator.learned.text")))
        st.html(_rows([_learned(each) for each in learned(bundle.bundle_json)]))
    with st.container(key="card-judged"):
        st.html(parts.head_of_part(say("operator.judged"), say("operator.judged.text")))
        st.html(judged_table(judged(bundle.bundle_json)))
    with st.container(key="card-model-card"), st.expander(say("operator.card")):
        st.markdown(bundle.model_card)


def _learned(each: Learned) -> tuple[str, str]:
    return say_or(f"model.{each.model}", each.model), say(
        "operator.learned.row",
        real=number(each.people["real"]),
        drawn=number(each.people["drawn"]),
        photographs=number(sum(each.photographs.values())),
    )


def judged_table(figures: list[Judged]) -> str:
    """Return each figure beside what a simple answer would have got, as an HTML table."""
    names = ("model", "measure", "value", "baseline", "people")
    heads = "".join(f'<th scope="col">{escape(say(f"operator.judged.{n}"))}</th>' for n in names)
    lines = "".join(_judged(figure) for figure in figures)
    return (
        f'<div class="fs-wide-table"><table class="fs-plain"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


def _judged(figure: Judged) -> str:
    interval = ""
    if figure.interval_95 is not None:
        low, high = (number(end, 3) for end in figure.interval_95)
        interval = f"<small>{escape(say('operator.interval', low=low, high=high))}</small>"
    baseline = "" if figure.baseline is None else number(figure.baseline, 3)
    model = say_or(f"model.{figure.model}", figure.model)
    return (
        f'<tr><th scope="row">{escape(model)}</th>'
        f'<td><code lang="en">{escape(figure.name)}</code><small>{escape(figure.set)}</small></td>'
        f"<td><b>{number(figure.value, 3)}</b>{interval}</td><td>{baseline}</td>"
        f"<td>{number(figure.people) if figure.people else ''}</td></tr>"
    )


def _rows(rows: list[tuple[str, str]]) -> str:
    lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return f'<dl class="fs-facts">{lines}</dl>'
