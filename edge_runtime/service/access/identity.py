"""Who makes the call that is being answered, as the gate found out."""

from __future__ import annotations

from contextvars import ContextVar

from edge_runtime.service.access.tokens import Holder

HOLDER: ContextVar[Holder | None] = ContextVar("HOLDER", default=None)
"""The holder of the call's token, None where no tokens are asked for."""
