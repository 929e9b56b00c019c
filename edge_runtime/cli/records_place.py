"""Which records a command means: their folder, key store, database and master key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.errors import SettingsError
from edge_runtime.settings import Settings

if TYPE_CHECKING:
    from edge_runtime.records.opening import Place
    from edge_runtime.records.vault import Vault

NEEDED = 'the records need their extra: pip install "foreseye[records]"'

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The records' folder.")]


def place_of(settings: Settings, folder: Path) -> Place:
    """Return where the parts of the records lie. Raises SettingsError without the extra."""
    try:
        from edge_runtime.records.opening import Place
    except ModuleNotFoundError as error:
        raise SettingsError(f"{NEEDED} ({error.name} is missing)") from None
    keys = Path(settings.records_keys) if settings.records_keys else None
    return Place(folder, keys, settings.records_database)


def opened(settings: Settings, folder: Path) -> Vault:
    """Return the records in a folder, proved. Raises what `open_records` raises."""
    place = place_of(settings, folder)
    from edge_runtime.records.master_key import master_key_of
    from edge_runtime.records.opening import open_records

    return open_records(place, master_key_of(settings))


@contextmanager
def vault_at(settings: Settings, folder: Path) -> Iterator[Vault]:
    """Yield the records in a folder and close them."""
    vault = opened(settings, folder)
    try:
        yield vault
    finally:
        vault.close()


def secret_from(file: Path | None) -> str:
    """Return a PIN or password: the first line of a file, or as it is typed, twice.

    Raises SettingsError for a file that cannot be read.
    """
    if file is None:
        typed: str = typer.prompt("PIN or password", hide_input=True, confirmation_prompt=True)
        return typed
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"the password file {file} cannot be read") from None
