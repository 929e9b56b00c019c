"""Commands of `foreseye-export` that make one finished bundle into another: `seal` and `carry`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from export.reference import target_folder

Source = Annotated[Path, typer.Argument(help="A finished bundle.", exists=True)]
Key = Annotated[Path, typer.Option(envvar="FORESEYE_SIGNING_KEY", help="Private key (PEM).")]
Out = Annotated[Path | None, typer.Option(help="Folder of the new bundle.")]
Reference = Annotated[
    bool, typer.Option("--reference", help="Replace the package's reference bundle.")
]
Evaluations = Annotated[
    list[Path] | None,
    typer.Option(help="Evaluation of folds or of a left-out set, to be sealed. Repeatable."),
]
Repeatability = Annotated[
    Path | None, typer.Option(help="What `foreseye-train repeatability` wrote.", exists=True)
]
Own = Annotated[
    Path | None, typer.Option(help="The bundle's own evaluation, made anew.", exists=True)
]
Samples = Annotated[bool, typer.Option("--samples", help="Draw the golden samples anew.")]
Version = Annotated[
    str | None, typer.Option(help="MAJOR.MINOR.PATCH of what comes out; else as it was.")
]
Also = Annotated[
    list[str] | None,
    typer.Option(help="A model that both have, to be taken over as well. Repeatable."),
]
Of = Annotated[Path, typer.Option(help="The bundle that has more models.", exists=True)]


def seal(
    source: Source,
    key: Key,
    evaluation: Evaluations = None,
    repeatability: Repeatability = None,
    own: Own = None,
    samples: Samples = False,
    version: Version = None,
    out: Out = None,
    reference: Reference = False,
) -> None:
    """Add what was measured with a finished bundle to it, and sign it again."""
    from edge_runtime.bundle.opening import open_bundle
    from export.reference import pin_reference
    from export.sealing import seal as sealed
    from export.signing_key import public_key, read_key

    folder = target_folder(out, reference)
    if not (evaluation or repeatability or own or samples or version):
        raise typer.BadParameter("there is nothing to seal")
    private = read_key(key)
    bundle = open_bundle(source, (public_key(private),))
    sha256 = sealed(
        bundle,
        evaluation or (),
        repeatability,
        folder,
        private,
        own=own,
        draw_samples=samples,
        version=version,
    )
    if reference:
        pin_reference(sha256)
    typer.echo(sha256)


def carry(
    source: Source,
    of: Of,
    key: Key,
    also: Also = None,
    out: Out = None,
    reference: Reference = False,
) -> None:
    """Take over the models that another bundle has beyond this one, figures and all; sign."""
    from edge_runtime.bundle.opening import open_bundle
    from export.carrying import carry as carried
    from export.entry import models_named
    from export.reference import pin_reference
    from export.signing_key import public_key, read_key

    folder = target_folder(out, reference)
    private = read_key(key)
    trusted = (public_key(private),)
    both = open_bundle(source, trusted), open_bundle(of, trusted)
    sha256 = carried(*both, folder, private, models_named(also or ()))
    if reference:
        pin_reference(sha256)
    typer.echo(sha256)
