"""The DICOM objects that are to be sent: which files they are, and what they say of themselves.

A file is sent byte for byte as it lies there. Only its beginning is read, to know its UIDs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag

from edge_runtime.errors import PhotographError
from edge_runtime.interop.dicom.hospital.errors import (
    NotSendable,
)
from edge_runtime.interop.dicom.meta_group import START, is_dicom, is_uid, stated_meta
from edge_runtime.interop.dicom.sop_classes import DEFLATED

HEAD_BYTES = 65_536
READ: dict[str, BaseTag | int] = {
    "SOPClassUID": 0x00080016,
    "SOPInstanceUID": 0x00080018,
    "StudyInstanceUID": 0x0020000D,
    "SeriesInstanceUID": 0x0020000E,
}


@dataclass(frozen=True)
class Outgoing:
    """One DICOM object in a file."""

    path: Path
    num_bytes: int
    sop_class: str
    transfer_syntax: str
    study: str
    series: str
    instance: str
    """UIDs, each well-formed."""


def files_to_send(sources: Iterable[Path]) -> list[Path]:
    """Return the files that were named and the DICOM objects in the folders that were named.

    Other files in a folder are left out, and links to folders are not followed. Raises NotSendable
    for a source that is not there.
    """
    return [file for source in sources for file in _below(source)]


def outgoing_of(path: Path) -> Outgoing:
    """Return what a file says of itself.

    Raises NotSendable: no DICOM, deflated, cut short before its series, or of two minds about its
    class or instance.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            meta = stated_meta(head)
            if meta.transfer_syntax == DEFLATED:
                raise NotSendable("deflated objects are not sent: they may unpack to any size")
            file.seek(0)
            said = _said(file)
            num_bytes = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise NotSendable(str(error.strerror)) from error
    except PhotographError as error:
        raise NotSendable(str(error)) from error
    if said["SOPClassUID"] != meta.sop_class:
        raise NotSendable("another class inside than the meta group says")
    if said["SOPInstanceUID"] != meta.sop_instance:
        raise NotSendable("another instance inside than the meta group says")
    return Outgoing(
        path,
        num_bytes,
        meta.sop_class,
        meta.transfer_syntax,
        said["StudyInstanceUID"],
        said["SeriesInstanceUID"],
        meta.sop_instance,
    )


def _below(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
    elif source.is_dir():
        for folder, folders, names in os.walk(source):
            folders.sort()
            yield from (Path(folder, n) for n in sorted(names) if _begins_as_dicom(folder, n))
    else:
        raise NotSendable(f"there is nothing at {source}")


def _begins_as_dicom(folder: str, name: str) -> bool:
    path = Path(folder, name)
    try:
        with path.open("rb") as file:
            return is_dicom(file.read(START))
    except OSError:
        # It becomes a row of its own with the reason, if it is called what an object is called.
        return path.suffix.lower() == ".dcm"


def _said(file: BinaryIO) -> dict[str, str]:
    """Return the UIDs inside; nothing behind the series' is read."""
    try:
        last = READ["SeriesInstanceUID"]
        dataset: Dataset = read_partial(
            file,
            stop_when=lambda tag, _vr, _length: tag > last,
            specific_tags=list(READ.values()),
        )
        found = {name: _uid(dataset, tag) for name, tag in READ.items()}
    except RecursionError:
        raise NotSendable("sequences within sequences, too deep") from None
    except Exception as error:  # pydicom raises anything at bytes that it does not expect
        raise NotSendable(f"cannot be read: {type(error).__name__}") from error
    for name, uid in found.items():
        if not is_uid(uid):
            raise NotSendable(f"its {name} is no UID")
    return found


def _uid(dataset: Dataset, tag: BaseTag | int) -> str:
    # The bytes themselves: pydicom's own reading warns of bad ones, and quotes them.
    value = getattr(dataset.get_item(tag), "value", None)
    return value.decode("ascii", "replace").rstrip("\0 ") if isinstance(value, bytes) else ""
