"""The `foreseye-export` command line."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from edge_runtime import __version__
from edge_runtime.errors import ForeseyeError
from export.bundle_commands import Evaluations, Key, Reference, Source, carry, seal
from export.device_commands import precisions, tensorrt, triton
from export.peer_command import peers
from export.reference import target_folder

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Make signed model bundles from trained weights. Research use only.",
)
console = Console(stderr=True)

FindingsRun = Annotated[
    Path | None, typer.Option(help="Run folder of the findings model.", exists=True)
]
ForecastRun = Annotated[Path | None, typer.Option(help="Run folder of the forecast.", exists=True)]
ImageSize = Annotated[
    int | None, typer.Option(help="Side of the anatomy model's image, a multiple of 16.")
]


@app.command(epilog="Example: foreseye-export keygen ~/foreseye-signing.key")
def keygen(path: Annotated[Path, typer.Argument(help="File for the new private key.")]) -> None:
    """Make an Ed25519 key; print its public half, as FORESEYE_TRUSTED_KEYS takes it."""
    from export.signing_key import make_key

    typer.echo(make_key(path))


@app.command(
    epilog="Example: foreseye-export bundle --anatomy runs/anatomy --quality runs/quality "
    "--findings runs/findings --data ../shared/data --key ~/foreseye-signing.key --out my-bundle"
)
def bundle(
    anatomy: Annotated[Path, typer.Option(help="Run folder of the anatomy model.", exists=True)],
    quality: Annotated[Path, typer.Option(help="Run folder of the quality fit.", exists=True)],
    data: Annotated[Path, typer.Option(envvar="FORESEYE_DATA", help="Photographs.", exists=True)],
    key: Key,
    evaluation: Evaluations = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the new bundle.")] = None,
    reference: Reference = False,
    findings: FindingsRun = None,
    forecast: ForecastRun = None,
    image_size: ImageSize = None,
    name: Annotated[str, typer.Option(help="The bundle's name.")] = "foreseye-reference",
    version: Annotated[str, typer.Option(help="MAJOR.MINOR.PATCH.")] = __version__,
) -> None:
    """Export, calibrate on tune, prove parity, judge on test, sign. Writes nothing if one fails."""
    from export.forecast_bundle import bundle_with_forecast
    from export.make_bundle import Sources, make_bundle
    from export.reference import pin_reference
    from export.signing_key import read_key

    folder = target_folder(out, reference)
    sources = Sources(
        data=data,
        anatomy_run=anatomy,
        quality_run=quality,
        findings_run=findings,
        name=name,
        version=version,
        commit=commit(),
        evaluations=tuple(evaluation or ()),
        image_size_px=image_size,
    )
    private = read_key(key)
    if forecast is None:
        sha256 = make_bundle(sources, folder, private, console.print)
    else:
        sha256 = bundle_with_forecast(sources, forecast, folder, private, console.print)
    if reference:
        pin_reference(sha256)
    typer.echo(sha256)


@app.command(
    epilog="Example: foreseye-export forecast my-bundle --run runs/forecast "
    "--key ~/foreseye-signing.key --out my-bundle-with-forecast"
)
def forecast(
    source: Source,
    run: Annotated[Path, typer.Option(help="Run folder of the forecast.", exists=True)],
    key: Key,
    signs: Annotated[
        Path | None,
        typer.Option(help="Run folder of `signs`, for a forecast from photographs.", exists=True),
    ] = None,
    judged: Annotated[
        Path | None,
        typer.Option(help="What `judge-photographs` wrote of these models.", exists=True),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the new bundle.")] = None,
    reference: Reference = False,
) -> None:
    """Add a forecast to a finished bundle: exported, proved, judged on drawn people, signed."""
    from edge_runtime.bundle.opening import open_bundle
    from export.forecast_bundle import add_forecast
    from export.reference import pin_reference
    from export.signing_key import public_key, read_key

    folder = target_folder(out, reference)
    private = read_key(key)
    bundle = open_bundle(source, (public_key(private),))
    sha256 = add_forecast(bundle, run, folder, private, console.print, signs=signs, judged=judged)
    if reference:
        pin_reference(sha256)
    typer.echo(sha256)


@app.command(
    epilog="Example: foreseye-export progression my-bundle --run runs/progression "
    "--judged runs/judged/progression.json --key ~/foreseye-signing.key --out with-progression"
)
def progression(
    source: Source,
    run: Annotated[Path, typer.Option(help="Run folder of the progression.", exists=True)],
    key: Key,
    judged: Annotated[
        Path | None,
        typer.Option(help="What `foreseye-train judge-progression` wrote.", exists=True),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the new bundle.")] = None,
    reference: Reference = False,
) -> None:
    """Add simulated visits to a finished bundle: exported, proved, their figures sealed, signed.

    Without --judged the bundle has no figures of them: make it, judge it, and make it again.
    """
    from edge_runtime.bundle.opening import open_bundle
    from export.progression_bundle import add_progression
    from export.reference import pin_reference
    from export.signing_key import public_key, read_key

    folder = target_folder(out, reference)
    private = read_key(key)
    bundle = open_bundle(source, (public_key(private),))
    sha256 = add_progression(bundle, run, folder, private, console.print, judged)
    if reference:
        pin_reference(sha256)
    typer.echo(sha256)


@app.command(
    epilog="Example: foreseye-export weights edge_runtime/reference_bundle --out runs/reference"
)
def weights(
    source: Source,
    out: Annotated[Path, typer.Option(help="Where the run folders go.")],
    trusted_keys: Annotated[
        str, typer.Option(envvar="FORESEYE_TRUSTED_KEYS", help="Public keys, else the reference.")
    ] = "",
) -> None:
    """Read the networks' weights back from a bundle, to export or to train them again."""
    from edge_runtime.bundle.opening import open_bundle
    from export.weights_of_graph import write_weights

    keys = [key for key in trusted_keys.split(",") if key]
    write_weights(open_bundle(source, keys), out, console.print)


app.command(
    epilog="Example: foreseye-export seal my-bundle --evaluation runs/cv "
    "--repeatability runs/repeatability.json --key ~/foreseye-signing.key --out my-sealed-bundle"
)(seal)
app.command(
    epilog="Example: foreseye-export carry my-new-bundle --of edge_runtime/reference_bundle "
    "--key ~/foreseye-signing.key --out my-bundle"
)(carry)
app.command(
    epilog="Example: foreseye-export precisions my-bundle --data ../shared/data "
    "--key ~/foreseye-signing.key --precision int8-cpu --precision fp16 --out my-smaller-bundle"
)(precisions)
app.command(
    epilog="Example: foreseye-export tensorrt my-bundle --engines /var/lib/foreseye/engines"
)(tensorrt)
app.command(
    epilog="Example: foreseye-export triton my-bundle --out repository --precision fp16 --gpu"
)(triton)

app.command(epilog="Example: foreseye-export peers edge_runtime/reference_bundle --compile")(peers)


def commit() -> str:
    """Return the commit of the code that makes the bundle, or `unknown` outside of a checkout."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    answer = subprocess.run(
        [git, "rev-parse", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() if answer.returncode == 0 else "unknown"


def main() -> None:
    """Run the command line; a refusal is one sentence and exit code 1."""
    try:
        app()
    except ForeseyeError as error:
        console.print(f"[bold red]{error.public_message}[/] {error}", highlight=False)
        raise SystemExit(1) from None
