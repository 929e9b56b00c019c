"""What the records hold, as frozen records: what the service reads and the client is told.

Times are milliseconds since 1970-01-01 UTC as the box's clock had them. Order is told by numbers,
which only rise, never by time: a clock may be set back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edge_runtime.domain import Eye, Person, Sex
from edge_runtime.records.words import ConsentScope, DecisionKind, ExamState, Role


@dataclass(frozen=True)
class User:
    """Somebody who may sign in."""

    user_id: str
    name: str
    shown_name: str
    roles: tuple[Role, ...]
    may_sign_in: bool = True
    locked: bool = False
    """Too many wrong secrets."""
    email: str = ""
    """Of the person's account in the clinic, in small letters."""
    issuer: str = ""
    subject: str = ""
    """The account's number there."""

    @property
    def told_apart(self) -> str:
        """The name to show that is nobody else's: two people may share the one to print."""
        return f"{self.shown_name} ({self.name})"


@dataclass(frozen=True)
class Session:
    """A session, without its token."""

    user_id: str
    name: str
    shown_name: str
    roles: tuple[Role, ...]
    idle_left_s: int
    """Until it locks unless a call comes."""
    left_s: int
    exam_id: str = ""
    """The one exam of a phone's session."""
    must_change_secret: bool = False


@dataclass(frozen=True)
class KeptPicture:
    """A picture that a model or a person made of a photograph, without its content."""

    picture_id: str
    kind: str
    source: str
    """NAME@VERSION of the bundle, or the user's name to show."""
    by_person: bool
    parent_id: str
    made_ms: int
    width_px: int
    height_px: int
    spent_s: float = 0.0
    user_id: str = ""
    """Who painted it; empty for a model's. Two people may have one name to show."""


@dataclass(frozen=True)
class KeptPhotograph:
    """A photograph and what came of it, without its content."""

    photograph_id: str
    eye: Eye | None
    attempt: int
    name: str
    kept_ms: int
    kept_by: str
    result_json: str = ""
    refused_error: str = ""
    refused_reason: str = ""
    best: bool = False
    overridden: bool = False
    same_as: str = ""
    """An earlier photograph of the exam with the same bytes."""
    pictures: tuple[KeptPicture, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What one person said of one finding; the model's value stays beside it."""

    decision_id: str
    photograph_id: str
    finding: str
    kind: DecisionKind
    model_value_json: str
    value_json: str
    why: str
    by: str
    user_id: str
    at_ms: int
    arbitrates: bool = False


@dataclass(frozen=True)
class Signature:
    """A doctor's signature."""

    by: str
    user_id: str
    at_ms: int
    version: int
    sha256: str
    audit_head: str
    """SEQUENCE:HASH:SIGNATURE, to print on the report."""


@dataclass(frozen=True)
class Amendment:
    """Why a signed exam was opened again."""

    by: str
    at_ms: int
    why: str


@dataclass(frozen=True)
class Consent:
    """A consent that was given or withdrawn, and to which text."""

    scope: ConsentScope
    given: bool
    text_sha256: str
    language: str
    at_ms: int
    by: str


@dataclass(frozen=True)
class KeptExam:
    """An exam as it is kept."""

    exam_id: str
    number: int
    state: ExamState
    version: int
    opened_ms: int
    changed_ms: int
    opened_by: str
    identifiers: dict[str, str] = field(default_factory=dict)
    person: Person = field(default_factory=Person)
    photographs: tuple[KeptPhotograph, ...] = ()
    exam_json: str = ""
    decisions: tuple[Decision, ...] = ()
    signatures: tuple[Signature, ...] = ()
    consents: tuple[Consent, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    earlier_exam_ids: tuple[str, ...] = ()
    ungradable: bool = False
    urgent: bool = False
    disputed: tuple[str, ...] = ()
    """PHOTOGRAPH_ID/FINDING of what must be arbitrated before it can be signed."""
    retention_class: str = ""


@dataclass(frozen=True)
class ListedExam:
    """One line of the worklist."""

    exam_id: str
    number: int
    state: ExamState
    opened_ms: int
    changed_ms: int
    identifiers: dict[str, str]
    age_years: float | None
    sex: Sex | None
    photographs: int
    ungradable: bool
    urgent: bool
    disputed: bool
    damaged: bool = False
    """What is sealed of it cannot be read."""


@dataclass(frozen=True)
class Wanted:
    """Which exams a worklist shows."""

    states: tuple[ExamState, ...] = ()
    """Empty: any but erased."""
    only_unsigned: bool = False
    only_ungradable: bool = False
    only_urgent: bool = False
    only_disputed: bool = False
    identifiers: dict[str, str] = field(default_factory=dict)
    opened_from_ms: int = 0
    opened_before_ms: int = 0
    page_size: int = 50
    before_number: int = 0
    """Goes on after the row with this number; 0 begins."""


@dataclass(frozen=True)
class Worklist:
    """A page of the worklist, newest first."""

    exams: tuple[ListedExam, ...]
    more: bool


@dataclass(frozen=True)
class Erased:
    """What an erasure removed."""

    exams: int
    files: int
    audit_head: str


@dataclass(frozen=True)
class AuditRow:
    """One row of the audit. It holds nothing about a person but opaque ids."""

    sequence: int
    at_ms: int
    actor: str
    action: str
    subject: str
    outcome: str
    detail: str
    hash: str


@dataclass(frozen=True)
class AuditWanted:
    """Which rows of the audit are read; what is empty or 0 binds nothing."""

    from_sequence: int = 1
    before_sequence: int = 0
    page_size: int = 200
    newest_first: bool = False
    exam_id: str = ""
    actor: str = ""
    action: str = ""
    outcome: str = ""
    """done or refused."""
    from_ms: int = 0
    before_ms: int = 0
    """As the clock had it: a clock may have been set back."""


@dataclass(frozen=True)
class AuditProof:
    """What proving every row of the audit found."""

    num_rows: int
    """How many rows were proved; 0 with a fault."""
    head: str
    """The last row when the proof began: SEQUENCE:HASH:SIGNATURE."""
    public_key: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class AuditPage:
    """Rows of the audit with its signed head."""

    rows: tuple[AuditRow, ...]
    head: str
    public_key: str
    more: bool = False
    """There are further rows in the order that was asked for."""
