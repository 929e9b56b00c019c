"""`foreseye-export peers`: PyTorch beside a bundle's graphs on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table


def peers(
    source: Annotated[Path, typer.Argument(help="A finished bundle.", exists=True)],
    threads: Annotated[int, typer.Option(help="Threads of each.", min=1)] = 2,
    rounds: Annotated[
        int, typer.Option(help="Rounds, in each of which all take a turn.", min=1)
    ] = 10,
    compiled: Annotated[
        bool, typer.Option("--compile", help="torch.compile too; it takes minutes to begin.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    trusted_keys: Annotated[
        str, typer.Option(envvar="FORESEYE_TRUSTED_KEYS", help="Public keys, by commas.")
    ] = "",
) -> None:
    """Time the same networks on the same picture in PyTorch and as our graphs, in turns."""
    import torch

    from edge_runtime.bundle.opening import open_bundle
    from export.torch_peers import torch_peers

    bundle = open_bundle(source, [key for key in trusted_keys.split(",") if key])
    say = Console(stderr=True).print
    report: dict[str, Any] = {
        "schema": "foreseye.peers/1",
        "bundle": bundle.identity.model_dump(),
        "torch": torch.__version__,
        "threads": threads,
        "rounds": rounds,
        "models": torch_peers(bundle, threads, rounds, compiled, say),
    }
    if as_json:
        typer.echo(json.dumps(report, indent=2, allow_nan=False))
    else:
        _show(report["models"], Console())


def _show(models: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    table = Table("model", "run", "ms", "processor ms")
    for name, runs in models.items():
        for run, told in runs.items():
            if "missing_because" in told:
                table.add_row(name, run, told["missing_because"], "")
            else:
                table.add_row(name, run, f"{told['wall_ms']:.1f}", f"{told['processor_ms']:.1f}")
        table.add_section()
    console.print(table)
