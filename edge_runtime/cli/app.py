"""The console script `foreseye`: its commands, and how errors become sentences and exit codes.

0: all went well. 1: a file could not be read or a check failed; the rest is done. 2: bad usage.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from typer.main import get_command

from edge_runtime import __version__
from edge_runtime.cli.batch import batch
from edge_runtime.cli.bench import bench
from edge_runtime.cli.bench_serve import bench_serve
from edge_runtime.cli.bundle import bundle_app
from edge_runtime.cli.bundle_in_service import roll_back, switch
from edge_runtime.cli.default_command import PHOTO, DefaultsToPhoto
from edge_runtime.cli.deidentify import deidentify
from edge_runtime.cli.demo import demo
from edge_runtime.cli.dicom import dicom_app
from edge_runtime.cli.doctor import doctor
from edge_runtime.cli.records_upkeep import records_app
from edge_runtime.cli.screen import screen
from edge_runtime.cli.serve import serve
from edge_runtime.cli.session import (
    OpenPipeline,
    Session,
    in_words,
    opened_pipeline,
    print_json,
    say,
)
from edge_runtime.cli.simulate import simulate
from edge_runtime.cli.token import token_app
from edge_runtime.errors import ForeseyeError, RequestError, ResumeMismatch, SettingsError

ALL_WELL, SOMETHING_FAILED, BAD_USAGE = 0, 1, 2

USAGE_ERRORS = (RequestError, ResumeMismatch, SettingsError)
"""Errors in what was asked for, rather than in what was found."""


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


Debug = Annotated[bool, typer.Option("--debug", help="Show where an unforeseen failure arose.")]
Version = Annotated[
    bool,
    typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
]

app = typer.Typer(
    name="foreseye",
    rich_markup_mode="markdown",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def foreseye(
    context: typer.Context,
    debug: Debug = False,
    version: Version = False,  # noqa: ARG001 - answered by its own callback
) -> None:
    """Read photographs of the back of the eye. Research use only. Not a medical device."""
    context.obj.debug = debug
    if debug:
        logging.getLogger("edge_runtime").setLevel(logging.DEBUG)


app.command(epilog="Example: foreseye screen left.jpg right.jpg --out results --age 61 --sex F")(
    screen
)
app.command(
    epilog="Example: foreseye batch photographs/ --out results --formats csv,parquet --resume"
)(batch)
app.command(
    epilog="Example: foreseye simulate eye.jpg --years 1,3,5 --out simulated --age 61 --sex F"
)(simulate)
app.command(epilog="Example: foreseye serve --address 127.0.0.1:50051")(serve)
bench_app = typer.Typer(
    cls=DefaultsToPhoto,
    rich_markup_mode="markdown",
    help="Time this machine: one photograph (`foreseye bench [PHOTO]`), or the server.",
)
bench_app.command(PHOTO, epilog="Example: foreseye bench photograph.jpg --repeat 20")(bench)
bench_app.command("serve", epilog="Example: foreseye bench serve --seconds 3")(bench_serve)
app.add_typer(bench_app, name="bench", epilog="Example: foreseye bench photograph.jpg --repeat 20")
app.command(epilog="Example: foreseye doctor --tls-cert box.pem --tls-key box-key.pem")(doctor)
app.command(epilog="Example: foreseye demo --out .demo")(demo)
app.command(
    epilog="Example: foreseye deidentify photographs/ --out clean --keys ~/clean-keys.json"
)(deidentify)
bundle_app.command(epilog="Example: foreseye bundle switch bundles/clinic-1.3.0")(switch)
bundle_app.command("roll-back", epilog="Example: foreseye bundle roll-back")(roll_back)
app.add_typer(bundle_app, name="bundle")
app.add_typer(dicom_app, name="dicom")
app.add_typer(records_app, name="records")
app.add_typer(token_app, name="token")


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    sys.exit(run(sys.argv[1:], os.environ))


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    open_pipeline: OpenPipeline = opened_pipeline,
) -> int:
    """Run one command line and return its exit code; nothing is raised at the user."""
    session = Session(environment, open_pipeline)
    command = get_command(app)
    try:
        command(list(arguments), prog_name="foreseye", obj=session)
    except SystemExit as leaving:
        return _code(leaving)
    except ForeseyeError as error:
        _report(session, type(error).__name__, in_words(error))
        return BAD_USAGE if isinstance(error, USAGE_ERRORS) else SOMETHING_FAILED
    except Exception as error:  # noqa: BLE001 - the last door: a user never sees a traceback
        _report(session, "Unforeseen", _unforeseen(error, session.debug))
        return SOMETHING_FAILED
    return ALL_WELL


def _code(leaving: SystemExit) -> int:
    return leaving.code if isinstance(leaving.code, int) else ALL_WELL


def _report(session: Session, kind: str, sentence: str) -> None:
    say(sentence)
    if session.as_json:
        print_json({"error": kind, "reason": sentence})


def _unforeseen(error: Exception, debug: bool) -> str:
    if debug:
        return "".join(traceback.format_exception(error))
    named = f"{type(error).__name__}: {error}"
    return f"The command failed in a way that was not foreseen ({named}). --debug shows where."
