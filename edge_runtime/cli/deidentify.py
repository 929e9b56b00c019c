"""`foreseye deidentify`: photographs and DICOM files without anything that says whose they are."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from edge_runtime.cli.options import AsJson
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import in_words, print_json, say, session_of
from edge_runtime.errors import InvalidField
from edge_runtime.names import shown_name

Sources = Annotated[
    list[Path], typer.Argument(metavar="FILE_OR_FOLDER", help="Photographs and DICOM files.")
]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the new files.")]
Keys = Annotated[
    Path,
    typer.Option(
        "--keys",
        metavar="FILE",
        help="The key file: what leads back to the people. Made where there is none, never in DIR.",
    ),
]


def deidentify(
    context: typer.Context, sources: Sources, out: Out, keys: Keys, as_json: AsJson = False
) -> None:
    """Write photographs anew without anything that says whose they are.

    Only pixels inside the field of view stay, unchanged; of DICOM files also eye, device and a
    date, shifted by the same span for all of a person's. Names of files are replaced.
    deidentification.json in DIR tells what was done. A picture without a field of view is refused.
    Text that is burnt in inside the field stays: look before you give pictures away.
    """
    session = session_of(context, as_json)
    if find_spec("pydicom") is None:
        raise InvalidField("deidentify", "needs the extra foreseye[interop]")
    from edge_runtime.interop.deidentification import run
    from edge_runtime.interop.deidentification.key_file import key_file

    held = key_file(keys, out)
    paths = run.files_below(sources)
    written = refused = 0
    with progress_bar("De-identifying", len(paths)) as show:
        for done in run.deidentify(paths, out, held, session.settings.limits):
            if isinstance(done, run.Refused):
                refused += 1
                say(f"{shown_name(done.path)}: {in_words(done.error)}")
            else:
                written += 1
            show(written + refused)
    if as_json:
        print_json({"out": shown_name(out), "written": written, "refused": refused})
    else:
        typer.echo(f"{written} files written to {shown_name(out)}, {refused} refused. Key: {keys}")
    if refused:
        raise typer.Exit(1)
