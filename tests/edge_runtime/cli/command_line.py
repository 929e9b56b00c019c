"""Drives the command line in this process, on a pipeline that is opened once.

The bundle is the one that the environment names, the reference bundle by default. Nothing here
stands in for anything: the pipeline, the photographs and the files are real.
"""

from __future__ import annotations

import functools
import io
import json
import os
from collections.abc import Mapping
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_runtime.cli.app import run
from edge_runtime.domain import Eye
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from


@dataclass(frozen=True)
class Told:
    """What a command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)


@functools.cache
def opened_once() -> Pipeline:
    return Pipeline.open(settings_from(os.environ))


@functools.cache
def sample_eye(eye: Eye = Eye.OD) -> bytes:
    """A drawn eye that passes our own quality gate: a JPEG of the bundle's golden samples."""
    bundle = opened_once().bundle
    sample = next(s for s in bundle.manifest.golden if s.eye == eye)
    return bundle.read(sample.photograph)


def foreseye(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Told:
    """Run a command line on the pipeline that is opened once."""
    return _run(arguments, environment, open_pipeline=lambda _: nullcontext(opened_once()))


def foreseye_afresh(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Told:
    """Run a command line that opens its own bundle, as a user's does."""
    return _run(arguments, environment)


def _run(
    arguments: tuple[str | Path, ...], environment: Mapping[str, str] | None, **options: Any
) -> Told:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(a) for a in arguments], {**os.environ, **(environment or {})}, **options)
    return Told(code, out.getvalue(), err.getvalue())
