"""The tables. Columns that may tell of a person are sealed under that person's key (LargeBinary).

`number` columns only rise: they tell the order, whatever the clock did. The migrations in
`migrations/` make these tables from nothing; a test holds both to the same.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

BIG = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by themselves only in a column called INTEGER."""


def _number() -> Column[int]:
    return Column("number", BIG, primary_key=True, autoincrement=True)


person = Table(
    "person",
    METADATA,
    Column("person_id", String(32), primary_key=True),
    Column("identifiers", LargeBinary),
    Column("erased", Boolean, nullable=False, default=False),
)
identifier = Table(
    "identifier",
    METADATA,
    _number(),
    Column("person_id", ForeignKey("person.person_id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("identifier_by_digest", "digest"),
)
exam = Table(
    "exam",
    METADATA,
    _number(),
    Column("exam_id", String(32), nullable=False, unique=True),
    Column("exam_key", String(128), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.person_id"), nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("opened_by", String(32), nullable=False),
    Column("retention_class", String(32), nullable=False),
    Column("legal_hold", Boolean, nullable=False, default=False),
    Column("ungradable", Boolean, nullable=False, default=False),
    Column("urgent", Boolean, nullable=False, default=False),
    Column("disputed", Boolean, nullable=False, default=False),
    Column("known", LargeBinary),
    Column("exam_json", LargeBinary),
)
photograph = Table(
    "photograph",
    METADATA,
    _number(),
    Column("photograph_id", String(32), nullable=False, unique=True),
    Column("exam_id", ForeignKey("exam.exam_id"), nullable=False, index=True),
    Column("photograph_key", String(128), nullable=False),
    Column("eye", String(2)),
    Column("attempt", Integer, nullable=False),
    Column("kept_ms", BigInteger, nullable=False),
    Column("kept_by", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("file_id", String(32), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("result", LargeBinary),
    Column("refused_error", String(64), nullable=False, default=""),
    Column("refused_reason", Text, nullable=False, default=""),
    UniqueConstraint("exam_id", "photograph_key", name="photograph_once"),
)
picture = Table(
    "picture",
    METADATA,
    _number(),
    Column("picture_id", String(32), nullable=False, unique=True),
    Column("exam_id", ForeignKey("exam.exam_id"), nullable=False, index=True),
    Column("photograph_id", ForeignKey("photograph.photograph_id"), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("media_type", String(32), nullable=False),
    Column("source", String(256), nullable=False),
    Column("by_person", Boolean, nullable=False),
    Column("parent_id", String(32), nullable=False, default=""),
    Column("made_ms", BigInteger, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("spent_s", Float, nullable=False, default=0.0),
    Column("file_id", String(32), nullable=False),
)
decision = Table(
    "decision",
    METADATA,
    _number(),
    Column("decision_id", String(32), nullable=False, unique=True),
    Column("exam_id", ForeignKey("exam.exam_id"), nullable=False, index=True),
    Column("photograph_id", ForeignKey("photograph.photograph_id"), nullable=False),
    Column("finding", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("arbitrates", Boolean, nullable=False, default=False),
)
signature = Table(
    "signature",
    METADATA,
    _number(),
    Column("exam_id", ForeignKey("exam.exam_id"), nullable=False, index=True),
    Column("user_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("audit_head", String(256), nullable=False),
)
amendment = Table(
    "amendment",
    METADATA,
    _number(),
    Column("exam_id", ForeignKey("exam.exam_id"), nullable=False, index=True),
    Column("user_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("why", LargeBinary, nullable=False),
)
consent_text = Table(
    "consent_text",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("language", String(35), nullable=False),
    Column("text", Text, nullable=False),
)
consent = Table(
    "consent",
    METADATA,
    _number(),
    Column("person_id", ForeignKey("person.person_id"), nullable=False, index=True),
    Column("scope", String(32), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("text_sha256", ForeignKey("consent_text.sha256"), nullable=False),
    Column("language", String(35), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", String(32), nullable=False),
)
user = Table(
    "staff",
    METADATA,
    Column("user_id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("shown_name", String(128), nullable=False),
    Column("roles", String(128), nullable=False),
    Column("secret_hash", String(256), nullable=False),
    Column("must_change_secret", Boolean, nullable=False),
    Column("may_sign_in", Boolean, nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until_ms", BigInteger, nullable=False, default=0),
    Column("email", String(254), nullable=False, default=""),
    Column("issuer", String(255), nullable=False, default=""),
    Column("subject", String(255), nullable=False, default=""),
)
audit = Table(
    "audit",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("detail", String(256), nullable=False),
    Column("hash", String(64), nullable=False),
)

OF_AN_EXAM = (decision, picture, photograph, signature, amendment)
"""Tables whose rows go with their exam, those that name others first."""
