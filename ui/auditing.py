"""The audit as an auditor reads it: what was asked for, what came, and its rows in words.

Pure but for what it asks of the records. A row says who did what to which exam when; of whom the
exam is, it does not know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from typing import TypeVar

from edge_runtime.wire.client import ForeseyeError, records_client
from ui import parts
from ui.kept_exam import title_of
from ui.painting import LAYERS
from ui.told import told
from ui.wording import LANGUAGES, moment, number, say, say_or

KEY = "audit"
"""Of the session's state."""

PAGE = 50
ACTION = "audit.action."
OPERATOR, PHONE = "operator", "phone"
"""Actors that are no users: the command line, and a phone that was let in."""

DAYS_OF = {"today": 1, "week": 7, "month": 30}
HEX = frozenset("0123456789abcdef")
Found = TypeVar("Found")


@dataclass
class AuditDesk:
    """The rows that lie before an auditor; they are asked for again only when somebody asks."""

    clinic: records_client.Clinic = field(repr=False)
    names: dict[str, str] = field(default_factory=dict)
    """Of the users, by id."""
    wanted: records_client.AuditWanted | None = None
    page: records_client.AuditPage | None = None
    proof: records_client.AuditProof | None = None
    printed: str = ""
    """The head that was proved with the rows; empty for none."""
    refused: str = ""

    def know_names(self) -> None:
        """Ask once who works here: rows name people by their ids."""
        if not self.names:
            self.names = self._ask(self._names) or {}

    def read(self, wanted: records_client.AuditWanted) -> records_client.AuditPage | None:
        """Return a page; None where the records refuse it. Each reading is a row of the audit."""
        if wanted != self.wanted:
            self.wanted = wanted
            self.page = self._ask(lambda: self.clinic.read_audit(wanted))
        return self.page

    def verify(self, printed: str) -> None:
        """Prove every row, with a head that was printed or with none."""
        heads = [printed] if printed else []
        self.printed = printed
        self.proof = self._ask(lambda: self.clinic.verify_audit(heads))

    def look_again(self) -> None:
        """Forget what was read."""
        self.wanted = None
        self.names = {}

    def _names(self) -> dict[str, str]:
        # Two people may have one name to show; rows and filters tell them apart all the same.
        users = self.clinic.users()
        many = Counter(user.shown_name for user in users)
        return {u.user_id: u.shown_name if many[u.shown_name] == 1 else u.told_apart for u in users}

    def _ask(self, ask: Callable[[], Found]) -> Found | None:
        self.refused = ""
        try:
            return ask()
        except ForeseyeError as error:
            self.refused = told(error.public_message)
            return None


def actions() -> list[str]:
    """Return what the records may have noted, by name."""
    return [key.removeprefix(ACTION) for key in LANGUAGES["en"] if key.startswith(ACTION)]


def since_ms(days: str, now: datetime) -> int:
    """Return the first moment of the last days, today among them; 0 for any time."""
    if days not in DAYS_OF:
        return 0
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return round((midnight - timedelta(days=DAYS_OF[days] - 1)).timestamp() * 1000)


def rows(page: records_client.AuditPage, names: Mapping[str, str]) -> str:
    """Return a page as an HTML table: number, when, who, what, to what, and whether it was done."""
    heads = ("number", "when", "who", "what", "subject", "outcome")
    cells = "".join(f'<th scope="col">{escape(say(f"audit.{name}"))}</th>' for name in heads)
    lines = "".join(_line(row, names) for row in page.rows)
    return (
        '<div class="fs-wide-table"><table class="fs-plain fs-audit fs-stacks">'
        f'<caption class="fs-unseen">{escape(say("audit.rows"))}</caption>'
        f"<thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _line(row: records_client.AuditRow, names: Mapping[str, str]) -> str:
    # A wrong secret that was written down is done, and yet let nobody in.
    let_in = row.outcome == "done" and row.action != "sign_in_failed"
    outcome = "done" if let_in else "refused"
    sign = parts.icon("tick" if outcome == "done" else "bad")
    outcome = f'<span class="{outcome}">{sign}{escape(say(f"audit.outcome.{outcome}"))}</span>'
    aside = detail_words(row.detail)
    small = f"<small>{escape(aside)}</small>" if aside else ""
    return (
        f'<tr><th scope="row">{escape(number(row.sequence))}</th>'
        f"<td>{escape(moment(row.at_ms))}</td>"
        f"<td>{escape(who_is(row.actor, names))}</td>"
        f"<td>{escape(say_or(ACTION + row.action, row.action))}{small}</td>"
        f"<td>{_subject(row.subject, names)}</td><td>{outcome}</td></tr>"
    )


def who_is(actor: str, names: Mapping[str, str]) -> str:
    """Return an actor's name to show."""
    if actor in (OPERATOR, PHONE):
        return say(f"audit.actor.{actor}")
    return names.get(actor, actor)


def _subject(subject: str, names: Mapping[str, str]) -> str:
    known = names.get(subject)
    return escape(known) if known else f"<code>{escape(subject)}</code>"


def detail_words(detail: str) -> str:
    """Return a row's detail in words; a word that nobody translated stands as it is."""
    return say("list.and").join(_word(word) for word in detail.split()) if detail else ""


def _word(word: str) -> str:
    if word in LAYERS:
        return say(f"painting.layer.{word}")
    if len(word) == 32 and set(word) <= HEX:
        return say("audit.photograph", id=word[:12])
    if word.startswith(("findings.", "biomarkers.")) or word in ("quality", "eye"):
        return title_of(word)
    if word in {role.value for role in records_client.Role}:
        return say_or(f"role.{word}", word)
    return say_or(f"audit.detail.{word}", word)
