"""The parts of a cohort at work: part k holds the k-th few people, and one file says it is done.

Pictures are written in their places as they are drawn. The part's file is written last, whole or
not at all, and holds the rows of all tables and the size of each picture: a part counts as done
when its file stands and every picture has its size, so that neither a kill nor a power cut leaves
a photograph out. When all is drawn the tables are written from the parts, and the parts go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge_runtime.contracts.table_files import Cell
from edge_runtime.durable import write_whole
from edge_runtime.errors import OutputError

PARTS = ".drawing"
"""Folder of the parts' files."""

Row = dict[str, Cell]


@dataclass(frozen=True)
class Part:
    """Some people of a cohort, by their numbers in the population."""

    number: int
    people: tuple[int, ...]


@dataclass
class Drawing:
    """What came of a part: rows of the three tables, and the pictures' sizes in bytes."""

    manifest: list[dict[str, Any]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    truth: list[Row] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def write_picture(self, out: Path, name: str, content: bytes) -> None:
        """Write a picture and remember its size. Raises OutputError."""
        path = out / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
        self.sizes[name] = len(content)


def parts_of(people: Sequence[int], people_per_part: int) -> list[Part]:
    """Return the parts of a cohort, in order."""
    starts = range(0, len(people), people_per_part)
    return [
        Part(number, tuple(people[start : start + people_per_part]))
        for number, start in enumerate(starts)
    ]


def write_part(out: Path, part: Part, drawing: Drawing) -> None:
    """Say that a part is done. Raises OutputError."""
    write_whole(_path(out, part), json.dumps(vars(drawing), allow_nan=False))


def read_part(out: Path, part: Part) -> Drawing:
    """Return a part that is done. Raises OutputError."""
    path = _path(out, part)
    try:
        return Drawing(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise OutputError(f"{path} cannot be read: {error}") from error


def is_done(out: Path, part: Part) -> bool:
    """Return whether a part's file stands and each of its pictures has its size."""
    if not _path(out, part).exists():
        return False
    return all(_size(out / name) == size for name, size in read_part(out, part).sizes.items())


def read_parts(out: Path, parts: Sequence[Part]) -> Iterator[Drawing]:
    """Yield the parts in order, one in memory at a time. Raises OutputError."""
    return (read_part(out, part) for part in parts)


def _path(out: Path, part: Part) -> Path:
    return out / PARTS / f"part-{part.number:07d}.json"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
