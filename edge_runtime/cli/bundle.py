"""`foreseye bundle verify` and `foreseye bundle describe`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.table import Table

from edge_runtime.bundle.opening import Bundle, open_bundle
from edge_runtime.cli.options import AsJson
from edge_runtime.cli.session import Session, print_json, session_of
from edge_runtime.contracts.bundle import ModelEntry, ModelName
from edge_runtime.contracts.strict import contract_dict

bundle_app = typer.Typer(
    help="Verify or describe a model bundle.", no_args_is_help=True, rich_markup_mode="markdown"
)

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="DIR", help="The bundle's folder; the reference bundle if left out."),
]


@bundle_app.command(epilog="Example: foreseye bundle verify bundles/clinic-1.2.0")
def verify(context: typer.Context, folder: Folder = None, as_json: AsJson = False) -> None:
    """Check a bundle's structure, every hash, and that somebody trusted signed it."""
    bundle = _opened(session_of(context, as_json), folder)
    identity = bundle.identity
    num_files = len(bundle.manifest.files)
    if as_json:
        print_json({**identity.model_dump(), "files": num_files, "verified": True})
    else:
        typer.echo(
            f"{identity.name} {identity.version} is whole and trusted: "
            f"{num_files} files, bundle.json {identity.sha256}"
        )


@bundle_app.command(epilog="Example: foreseye bundle describe")
def describe(context: typer.Context, folder: Folder = None, as_json: AsJson = False) -> None:
    """Show what a bundle holds, what it was trained on and how it was judged."""
    bundle = _opened(session_of(context, as_json), folder)
    if as_json:
        content = {"sha256": bundle.sha256, "bundle": contract_dict(bundle.manifest)}
        print_json({**content, "model_card": bundle.model_card})
        return
    console = Console()
    identity = bundle.identity
    console.print(f"[bold]{identity.name} {identity.version}[/bold]  {identity.sha256}")
    console.print(_models(bundle.manifest.models))
    for name, entry in bundle.manifest.models.items():
        for label, rule in (entry.threshold_rules or {}).items():
            console.print(escape(f"{name}, cut of {label}: {rule}"))
    console.print(Markdown(bundle.model_card))


def _models(models: Mapping[ModelName, ModelEntry]) -> Table:
    table = Table("model", "judged on", "image", "labels and their cuts")
    for name, entry in models.items():
        labels = [*entry.labels, *(cut for cut in entry.thresholds if cut not in entry.labels)]
        cuts = {label: f" ({cut:.2f})" for label, cut in entry.thresholds.items()}
        shown = ", ".join(f"{label}{cuts.get(label, '')}" for label in labels)
        image = "none" if entry.preprocessing is None else f"{entry.picture.image_size_px} px"
        table.add_row(name, entry.evidence.value, image, escape(shown))
    return table


def _opened(session: Session, folder: Path | None) -> Bundle:
    keys = [key for key in session.settings.trusted_keys.split(",") if key]
    return open_bundle(folder or session.settings.bundle_path, keys)
