"""What lies in a folder that a user downloaded, found by name wherever an archive put it.

The sets' archives unpack differently (one folder more or less, `.JPG` for `.jpg`), so files are
looked up by their own name, in any case of letters, and a name that fits twice is refused rather
than guessed.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from edge_runtime.errors import ManifestError

PHOTOGRAPH_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
NOT_OF_THE_SET = ("__macosx",)


class HeldFolder:
    """An index of a folder's files; every path it gives is relative to the folder, with `/`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: dict[str, list[PurePosixPath]] = {}
        self._photographs: dict[str, list[PurePosixPath]] = {}
        self._folders: dict[str, list[PurePosixPath]] = {}
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if _of_the_set(name))
            inside = PurePosixPath(Path(folder).relative_to(path).as_posix())
            self._folders.setdefault(inside.name.lower(), []).append(inside)
            for name in sorted(filter(_of_the_set, files)):
                self._add(inside / name)

    def _add(self, file: PurePosixPath) -> None:
        self._files.setdefault(file.name.lower(), []).append(file)
        if file.suffix.lower() in PHOTOGRAPH_SUFFIXES:
            self._photographs.setdefault(file.stem.lower(), []).append(file)

    def table(self, *names: str) -> Path | None:
        """Return the one file that has one of the names, or None. Raises ManifestError for two."""
        found = [file for name in names for file in self._files.get(name.lower(), [])]
        one = self._one(found, " or ".join(names))
        return None if one is None else self.path / one

    def needed_table(self, *names: str) -> Path:
        """Return the one file that has one of the names. Raises ManifestError for none or two."""
        table = self.table(*names)
        if table is None:
            reason = f"no {' or '.join(names)} in the folder"
            raise ManifestError(str(self.path), None, None, reason)
        return table

    def folder(self, name: str) -> str | None:
        """Return the one folder of a name, or None. Raises ManifestError for two."""
        return self._one(self._folders.get(name.lower(), []), name)

    def has_folder(self, name: str) -> bool:
        """Return whether there is a folder of a name, or several."""
        return name.lower() in self._folders

    def file(self, name: str, within: str = "") -> str | None:
        """Return the one file of a name under `within`, or None. Raises ManifestError for two."""
        return self._one(_under(self._files.get(name.lower(), []), within), name)

    def photograph(self, name: str, parents: tuple[str, ...] = (), within: str = "") -> str | None:
        """Return the one photograph of a name, or None; its suffix may be given or left out.

        `parents` are the names that the folder it lies in may have, `within` is a folder above it.
        Raises ManifestError for two.
        """
        found = _under(self._photographs.get(photograph_stem(name).lower(), []), within)
        return self._one(_directly_in(found, parents), name)

    def photographs(self, within: str, parents: tuple[str, ...]) -> list[str]:
        """Return all photographs under `within` whose own folder has one of the names, sorted."""
        every = [file for files in self._photographs.values() for file in files]
        return sorted(map(str, _directly_in(_under(every, within), parents)))

    def _one(self, found: list[PurePosixPath], name: str) -> str | None:
        if len(found) > 1:
            reason = f"{name} is there twice, as {found[0]} and as {found[1]}"
            raise ManifestError(str(self.path), None, None, reason)
        return str(found[0]) if found else None


def photograph_stem(name: str) -> str:
    """Return a photograph's name without its suffix; `1.1` of mBRSET has none to lose."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot + suffix.lower() in PHOTOGRAPH_SUFFIXES else name


def _of_the_set(name: str) -> bool:
    return not name.startswith(".") and name.lower() not in NOT_OF_THE_SET


def _under(files: list[PurePosixPath], within: str) -> list[PurePosixPath]:
    return [file for file in files if file.is_relative_to(within)] if within else files


def _directly_in(files: list[PurePosixPath], parents: tuple[str, ...]) -> list[PurePosixPath]:
    if not parents:
        return files
    allowed = {parent.lower() for parent in parents}
    return [file for file in files if file.parent.name.lower() in allowed]
