"""Sends objects to an archive, a few at a time, and asks it afterwards whether it has them.

An archive that says success and keeps nothing is a known failure (a proxy that drops the body, a
disk that is full later on), so what counts is that it lists the object when asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from edge_runtime.interop.dicom.hospital.errors import (
    HospitalError,
    HospitalRefused,
    NotArchived,
    NotSendable,
)
from edge_runtime.interop.dicom.hospital.outgoing import Outgoing, outgoing_of

log = logging.getLogger("foreseye.dicom")

OBJECTS_AT_A_TIME = 50
LISTED_WITHIN_S = 15.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0


class OpenArchive(Protocol):
    """An archive that is being spoken to."""

    def store(self, outgoing: Outgoing) -> None:
        """Send one object.

        Raises HospitalRefused when it does not want this one, NotSendable; any other
        HospitalError means that it is no use to go on.
        """

    def listed(self, objects: Sequence[Outgoing]) -> set[str]:
        """Return which of these objects' instances it lists. Raises HospitalError."""


class Archive(Protocol):
    """An archive of the hospital's."""

    def opened(self, objects: Sequence[Outgoing]) -> AbstractContextManager[OpenArchive]:
        """Return the archive, ready to take these objects. Raises HospitalError."""


@dataclass(frozen=True)
class Sent:
    """What became of one file."""

    path: Path
    error: HospitalError | None = None
    """None: the archive has it."""


def send(
    paths: Iterable[Path], archive: Archive, within_s: float = LISTED_WITHIN_S
) -> Iterator[Sent]:
    """Send files and yield what became of each, in groups, their own order kept within a group.

    Files that the archive does not want, or that cannot be sent, are told of, and the others go on.
    Raises HospitalError when going on makes no sense: nobody answers, or nobody knows us. What was
    yielded by then lies there, and sending all of it again does no harm.
    """
    waiting = iter(paths)
    while group := tuple(islice(waiting, OBJECTS_AT_A_TIME)):
        yield from _sent(group, archive, within_s)


def _sent(paths: Sequence[Path], archive: Archive, within_s: float) -> Iterator[Sent]:
    done: dict[Path, HospitalError | None] = {}
    objects = list(_readable(paths, done))
    if objects:
        taken: list[Outgoing] = []
        with archive.opened(objects) as opened:
            for outgoing in objects:
                try:
                    opened.store(outgoing)
                except (HospitalRefused, NotSendable) as error:
                    done[outgoing.path] = error
                else:
                    taken.append(outgoing)
            missing = _not_listed(opened, taken, within_s)
        for outgoing in taken:
            lost = outgoing.instance in missing
            done[outgoing.path] = NotArchived("not listed when asked") if lost else None
        log.info("%d objects sent, %d of them not listed", len(taken), len(missing))
    for path in paths:
        yield Sent(path, done[path])


def _readable(paths: Sequence[Path], done: dict[Path, HospitalError | None]) -> Iterator[Outgoing]:
    for path in paths:
        try:
            yield outgoing_of(path)
        except NotSendable as error:
            done[path] = error


def _not_listed(opened: OpenArchive, taken: list[Outgoing], within_s: float) -> set[str]:
    """Return the instances that the archive does not list, after giving it time to."""
    missing = {outgoing.instance for outgoing in taken}
    until, pause = time.monotonic() + within_s, FIRST_PAUSE_S
    while missing:
        missing -= opened.listed([one for one in taken if one.instance in missing])
        if not missing or time.monotonic() + pause > until:
            break
        time.sleep(pause)
        pause = min(2.0 * pause, LONGEST_PAUSE_S)
    return missing
