"""People may come in by an account of the clinic's: its e-mail address, issuer and number there."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; whoever was there before has no account."""
    for name, length in (("email", 254), ("issuer", 255), ("subject", 255)):
        op.add_column("staff", Column(name, String(length), nullable=False, server_default=""))


def downgrade() -> None:
    """Take the columns away again."""
    for name in ("email", "issuer", "subject"):
        op.drop_column("staff", name)
