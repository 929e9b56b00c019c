"""Commands of `foreseye-export` that bring a finished bundle to its devices and servers.

`tensorrt` runs on the device itself, where there is neither torch nor onnx: what a command needs is
imported within it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from export.bundle_commands import Key, Reference, Source
from export.reference import target_folder

console = Console(stderr=True)

Precisions = Annotated[
    list[str] | None,
    typer.Option("--precision", help="int8-cpu (if none is named), fp16, int8-trt. Repeatable."),
]


def precisions(
    source: Source,
    data: Annotated[Path, typer.Option(envvar="FORESEYE_DATA", help="Photographs.", exists=True)],
    key: Key,
    precision: Precisions = None,
    fp32_in_half: Annotated[
        bool, typer.Option("--fp32-in-half", help="Keep the weights of fp32 graphs as halves.")
    ] = False,
    model: Annotated[
        list[str] | None,
        typer.Option(help="A model to make them of; all that can be judged if none."),
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Own cohort manifest; else the public sets.", exists=True)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the new bundle.")] = None,
    reference: Reference = False,
) -> None:
    """Add int8 and fp16 to a finished bundle, each judged against fp32 on tuning people."""
    from edge_runtime.bundle.opening import open_bundle
    from export.entry import models_named
    from export.precisions.bundle import add_precisions, precisions_named
    from export.reference import pin_reference
    from export.signing_key import public_key, read_key
    from training.cohort.assemble import Cohort

    folder = target_folder(out, reference)
    wanted = precisions_named(precision or ["int8-cpu"], fp32_in_half)
    private = read_key(key)
    bundle = open_bundle(source, (public_key(private),))
    cohort = Cohort(data, manifest)
    only = models_named(model or ())
    sha256 = add_precisions(bundle, cohort, wanted, folder, private, console.print, only)
    if reference:
        pin_reference(sha256)
    typer.echo(sha256)


def tensorrt(
    source: Annotated[Path, typer.Argument(help="A bundle with fp16 or int8-trt.", exists=True)],
    engines: Annotated[
        Path, typer.Option(envvar="FORESEYE_ENGINES", help="Folder of this device's engines.")
    ],
    trusted_keys: Annotated[
        str, typer.Option(envvar="FORESEYE_TRUSTED_KEYS", help="Public keys, by commas.")
    ] = "",
    precision: Annotated[str, typer.Option(help="Order of precisions.")] = "int8-trt,fp16",
    workspace_mb: Annotated[
        int, typer.Option(envvar="FORESEYE_ENGINE_WORKSPACE_MB", help="Scratch memory.", min=64)
    ] = 1024,
) -> None:
    """Build the engines of a bundle on the device that runs them, and prove its golden samples."""
    from edge_runtime.pipeline import Pipeline
    from edge_runtime.settings import Settings

    settings = Settings(
        bundle=str(source),
        trusted_keys=trusted_keys,
        backends="tensorrt,onnxruntime-cpu",
        precisions=f"{precision},int8-cpu,fp32",
        engines=str(engines),
        engine_workspace_mb=workspace_mb,
    )
    with console.status("Building engines; the first time takes minutes"):
        pipeline = Pipeline.open(settings)
    models = pipeline.models
    pipeline.close()
    for name, model in models.items():
        typer.echo(f"{name}\t{model.backend}\t{model.precision}")
    if not any(model.backend == "tensorrt" for model in models.values()):
        raise typer.Exit(1)


def triton(
    source: Source,
    out: Annotated[Path, typer.Option(help="Folder of the model repository, new or empty.")],
    trusted_keys: Annotated[
        str, typer.Option(envvar="FORESEYE_TRUSTED_KEYS", help="Public keys, by commas.")
    ] = "",
    precision: Annotated[str, typer.Option(help="fp32, fp16, int8-cpu or int8-trt.")] = "fp32",
    gpu: Annotated[bool, typer.Option("--gpu", help="Run on a GPU.")] = False,
    batch: Annotated[int, typer.Option(help="Largest batch.", min=1, max=16)] = 8,
    threads: Annotated[int, typer.Option(help="Threads of a model on processors.", min=1)] = 2,
    storage: Annotated[
        str, typer.Option(help="Where KServe finds the repository.")
    ] = "pvc://models/foreseye",
) -> None:
    """Write a Triton model repository and KServe YAML, for operators: no quality gate is in it."""
    from typing import cast, get_args

    from edge_runtime.bundle.opening import open_bundle
    from edge_runtime.contracts.bundle import Precision
    from export.serving.repository import write_repository
    from export.serving.triton_config import Deployment

    if precision not in get_args(Precision):
        raise typer.BadParameter(f"--precision is one of {', '.join(get_args(Precision))}")
    bundle = open_bundle(source, [key for key in trusted_keys.split(",") if key])
    held = cast("Precision", precision)
    for name in write_repository(bundle, out, held, Deployment(gpu, batch, threads), storage):
        typer.echo(name)
