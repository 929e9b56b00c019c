"""The service's log: which call a line belongs to, as text or as one JSON object a line.

A call's id is random and says nothing of anybody; its caller gets it in the trailing metadata and
may quote it to support.
"""

from __future__ import annotations

import json
import logging
import secrets
from contextvars import ContextVar
from datetime import datetime, timezone
from enum import Enum
from typing import TextIO

from edge_runtime.errors import SettingsError
from edge_runtime.settings import Settings

REQUEST_KEY = "foreseye-request"
"""Trailing metadata: the id under which the log speaks of the call."""

REQUEST: ContextVar[str] = ContextVar("REQUEST", default="")


class LogFormat(str, Enum):
    """How a line looks."""

    TEXT = "text"
    JSON = "json"


def log_format_of(settings: Settings) -> LogFormat:
    """Return how the settings want the log. Raises SettingsError."""
    try:
        return LogFormat(settings.log_format)
    except ValueError:
        raise SettingsError(
            f"FORESEYE_LOG_FORMAT is text or json, not {settings.log_format!r}"
        ) from None


def begin_request() -> str:
    """Return the id of the call that begins here; lines from here on bear it."""
    request = secrets.token_hex(8)
    REQUEST.set(request)
    return request


class TextLines(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, the call's id and the message."""
        request = REQUEST.get()
        line = f"{_time(record)} {record.levelname} {f'[{request}] ' if request else ''}"
        return line + _whole(self, record)


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs: time (UTC), level, logger, request, message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object as one line; a traceback is part of the message."""
        told = {"time": _time(record), "level": record.levelname, "logger": record.name}
        if REQUEST.get():
            told["request"] = REQUEST.get()
        told["message"] = _whole(self, record)
        return json.dumps(told, ensure_ascii=False)


def log_to(stream: TextIO, kind: LogFormat) -> None:
    """Write this process's log to a stream from now on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if kind is LogFormat.JSON else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, timezone.utc)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _whole(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    message = record.getMessage()
    if record.exc_info:
        message += "\n" + formatter.formatException(record.exc_info)
    return message
