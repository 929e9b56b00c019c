"""Refusals in Triton's own words and codes, which its clients and their users know.

Observed on Triton 2.51.0; docs/serving.md lists each.
"""

from __future__ import annotations

from typing import TypeVar

from edge_runtime.errors import ForeseyeError, InvalidField, NotInBundle, NotOffered

UNKNOWN_ID = "<id_unknown>"

Error = TypeVar("Error", bound=ForeseyeError)


def named(request_id: str, text: str) -> str:
    """Return a text with the request's id before it."""
    return f"[request id: {request_id or UNKNOWN_ID}] {text}"


def invalid(field: str, text: str) -> InvalidField:
    """Return INVALID_ARGUMENT with a text of Triton's."""
    return worded(InvalidField(field, "is not what the model takes"), text)


def unknown_model(name: str, rest: str = "is not found") -> NotInBundle:
    """Return NOT_FOUND for a model, a version, or a model without any."""
    text = f"Request for unknown model: '{name}' {rest}"
    return worded(NotInBundle("no such model or version"), text)


def not_offered(text: str) -> NotOffered:
    """Return UNIMPLEMENTED with a text."""
    return worded(NotOffered(text), text)


def worded(error: Error, text: str) -> Error:
    """Return the error with another public sentence."""
    error.public_message = text
    return error
