"""The first tables, as they were when records were first kept. A change is a new revision."""

from __future__ import annotations

from alembic import op
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

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FIRST = MetaData()

BIG = BigInteger().with_variant(Integer, "sqlite")


def _number() -> Column[int]:
    return Column("number", BIG, primary_key=True, autoincrement=True)


Table(
    "person",
    FIRST,
    Column("person_id", String(32), primary_key=True),
    Column("identifiers", LargeBinary),
    Column("erased", Boolean, nullable=False, default=False),
)
Table(
    "identifier",
    FIRST,
    _number(),
    Column("person_id", ForeignKey("person.person_id"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("identifier_by_digest", "digest"),
)
Table(
    "exam",
    FIRST,
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
Table(
    "photograph",
    FIRST,
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
Table(
    "picture",
    FIRST,
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
Table(
    "decision",
    FIRST,
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
Table(
    "signature",
    FIRST,
    _number(),
    Column("exam_id", ForeignKey("exam.exam_id"), nullable=False, index=True),
    Column("user_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("audit_head", String(256), nullable=False),
)
Table(
    "amendment",
    FIRST,
    _number(),
    Column("exam_id", ForeignKey("exam.exam_id"), nullable=False, index=True),
    Column("user_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("why", LargeBinary, nullable=False),
)
Table(
    "consent_text",
    FIRST,
    Column("sha256", String(64), primary_key=True),
    Column("language", String(35), nullable=False),
    Column("text", Text, nullable=False),
)
Table(
    "consent",
    FIRST,
    _number(),
    Column("person_id", ForeignKey("person.person_id"), nullable=False, index=True),
    Column("scope", String(32), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("text_sha256", ForeignKey("consent_text.sha256"), nullable=False),
    Column("language", String(35), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("user_id", String(32), nullable=False),
)
Table(
    "staff",
    FIRST,
    Column("user_id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("shown_name", String(128), nullable=False),
    Column("roles", String(128), nullable=False),
    Column("secret_hash", String(256), nullable=False),
    Column("must_change_secret", Boolean, nullable=False),
    Column("may_sign_in", Boolean, nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until_ms", BigInteger, nullable=False, default=0),
)
Table(
    "audit",
    FIRST,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("detail", String(256), nullable=False),
    Column("hash", String(64), nullable=False),
)


def upgrade() -> None:
    """Make the first tables."""
    FIRST.create_all(op.get_bind(), checkfirst=False)
