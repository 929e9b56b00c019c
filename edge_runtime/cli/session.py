"""What a command needs from outside: the settings, a pipeline, and how to speak.

The environment is read here, at the door, and nowhere else in the runtime. A test hands in a
pipeline that it has opened once.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import typer

from edge_runtime.errors import ForeseyeError
from edge_runtime.settings import Settings, settings_from

if TYPE_CHECKING:
    from edge_runtime.pipeline import Pipeline

MAX_DETAIL_CHARACTERS = 300
"""Of the private detail; some libraries tell a whole page."""

OpenPipeline = Callable[[Settings], "AbstractContextManager[Pipeline]"]


@contextmanager
def opened_pipeline(settings: Settings) -> Iterator[Pipeline]:
    """Yield a ready pipeline and close it. Raises a BundleError or an InferenceError."""
    # Here, so that `foreseye --help` loads no engine.
    from edge_runtime.pipeline import Pipeline

    pipeline = Pipeline.open(settings)
    try:
        yield pipeline
    finally:
        pipeline.close()


@dataclass
class Session:
    """One call of the command line."""

    environment: Mapping[str, str]
    open_pipeline: OpenPipeline = opened_pipeline
    as_json: bool = False
    """Standard output carries one JSON object and nothing else."""
    debug: bool = False

    @cached_property
    def settings(self) -> Settings:
        """The settings of the environment. Raises SettingsError."""
        return settings_from(self.environment)

    def pipeline(self) -> AbstractContextManager[Pipeline]:
        """Return a ready pipeline, to be used in a `with`. Raises as `opened_pipeline`."""
        return self.open_pipeline(self.settings)


def session_of(context: typer.Context, as_json: bool) -> Session:
    """Return the session of a command, which now knows whether to speak JSON."""
    session = context.obj
    assert isinstance(session, Session)
    session.as_json = as_json
    return session


def say(sentence: str) -> None:
    """Tell the operator something, on standard error."""
    typer.echo(sentence, err=True)


def print_json(content: Mapping[str, object]) -> None:
    """Print the one JSON object of a command that was called with --json."""
    typer.echo(json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False))


def in_words(error: ForeseyeError) -> str:
    """Return an error for the operator's own terminal: the sentence, then the private detail."""
    detail = textwrap.shorten(str(error), MAX_DETAIL_CHARACTERS, placeholder=" ...")
    if not detail or detail.rstrip(".") == error.public_message.rstrip("."):
        return error.public_message
    return f"{error.public_message} ({detail})"
