"""The exam of one phone: photographs that the service already has, screened once, told in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from edge_runtime.wire.client import (
    Exam,
    ExamStream,
    Eye,
    NotSignedIn,
    Person,
    PhotographFile,
    ScreeningClient,
    Sex,
    Urgency,
)
from ui import parts
from ui.exam_view import ExamView, Verdict, evidence_seen, exam_view
from ui.phone.keeping import PhoneKeeping, PhoneKeepingScreener, described
from ui.plan import plan
from ui.screening import Screener, ScreeningRun
from ui.told import told
from ui.views import photograph_card, plan_card
from ui.wording import say, say_count

KEY = re.compile(r"[A-Za-z0-9._-]{16,64}")
MAX_PHOTOGRAPHS = 16


class Invalid(Exception):
    """The phone sent something that no page of ours sends."""


@dataclass(frozen=True)
class Sent:
    """One photograph of the exam: the phone's own key, its name, which eye."""

    key: str
    name: str
    eye: Eye | None


@dataclass(frozen=True)
class Wanted:
    """What a phone asks to be screened."""

    key: str
    """The exam's, chosen by the phone once: asked again under it, nothing runs twice."""
    photographs: tuple[Sent, ...]
    person: Person


class PhoneExam:
    """One exam under way; made at most once for each phone."""

    def __init__(
        self,
        wanted: Wanted,
        upload_keys: tuple[str, ...],
        client: ScreeningClient,
        keeping: PhoneKeeping | None = None,
    ) -> None:
        self.wanted, self._kept = wanted, keeping is not None
        files = tuple(PhotographFile(p.name, b"", p.eye) for p in wanted.photographs)
        person, screener = wanted.person, _screener(wanted, upload_keys, client, keeping)
        if keeping is not None:
            person = described(keeping.known, person)
        self.run = ScreeningRun(screener, Exam(f"phone-{wanted.key[:16]}", files, person))

    def told(self) -> dict[str, object]:
        """Return what the phone's page shows by now, as JSON can hold it, in words and HTML."""
        progress = self.run.progress()
        view = exam_view(self.run.exam, progress.events)
        done = sum(photograph.finished for photograph in view.photographs)
        shown: dict[str, object] = {
            "finished": progress.finished,
            "words": say_count("screening.text", len(view.photographs), done=done),
        }
        if progress.waiting:
            shown["words"] = say("busy.title")
        if isinstance(progress.error, NotSignedIn):
            shown["failed"] = say("phone.expired")
        elif progress.error is not None:
            shown["failed"] = told(progress.error.public_message)
        elif progress.finished:
            shown["html"] = _result(view) + (parts.quiet(say("result.kept")) if self._kept else "")
        return shown


def _screener(
    wanted: Wanted,
    upload_keys: tuple[str, ...],
    client: ScreeningClient,
    keeping: PhoneKeeping | None,
) -> Screener:
    if keeping is not None:
        return PhoneKeepingScreener(keeping, upload_keys)
    return _ByUpload(client, upload_keys, wanted.key)


class _ByUpload:
    """Screens photographs that were uploaded before, in the name of a waiting phone."""

    def __init__(self, client: ScreeningClient, upload_keys: tuple[str, ...], key: str) -> None:
        self._client, self._upload_keys, self._key = client, upload_keys, key

    def screen(self, exam: Exam, *, with_pictures: bool, timeout_s: float) -> ExamStream:
        """Return the exam's events as they come; without pictures, which a phone hardly bears."""
        del with_pictures
        return self._client.screen(
            exam,
            with_pictures=False,
            timeout_s=timeout_s,
            urgency=Urgency.PHONE,
            idempotency_key=self._key,
            upload_keys=self._upload_keys,
        )


def _result(view: ExamView) -> str:
    decided = plan(view)
    found = plan_card.advice(decided) + plan_card.eyes(decided)
    for photograph in view.photographs:
        if photograph.verdict not in (Verdict.GOOD, Verdict.WAITING):
            found += parts.file_name(photograph.name) + photograph_card.verdict(photograph)
        if photograph.conflict:
            found += parts.file_name(photograph.name) + photograph_card.conflict(photograph)
    found += parts.evidence_key(evidence_seen(view))
    return found + parts.quiet(say("plan.unsigned"))


def wanted_of(asked: Any) -> Wanted:
    """Return what a phone's JSON asks for. Raises Invalid."""
    try:
        photographs = tuple(_sent(each) for each in asked["photographs"])
        person = Person(age_years=_age(asked.get("age")), sex=_sex(asked.get("sex")))
        wanted = Wanted(str(asked["key"]), photographs, person)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(str(error)) from None
    if not KEY.fullmatch(wanted.key) or not 1 <= len(photographs) <= MAX_PHOTOGRAPHS:
        raise Invalid("key or number of photographs")
    return wanted


def _sent(each: Any) -> Sent:
    key = str(each["key"])
    if not KEY.fullmatch(key):
        raise ValueError("a photograph's key")
    return Sent(key, str(each["name"])[:255], Eye(each["eye"]) if each.get("eye") else None)


def _age(given: Any) -> float | None:
    if given in (None, ""):
        return None
    age = float(given)
    if not 0 <= age <= 120:
        raise ValueError("age")
    return age


def _sex(given: Any) -> Sex | None:
    return Sex(given) if given else None
