"""The first elements of a DICOM file, read by hand before any library sees it.

They say what class the object is of and how it is coded. That is where deflated files end: their
65 kB may unpack to any size, and pydicom unpacks them whole.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from edge_runtime.errors import DamagedPicture, NotAPicture, UnsupportedPicture
from edge_runtime.interop.dicom.sop_classes import (
    ENCAPSULATED_JPEG,
    KIND_OF,
    NATIVE,
    NOT_READ,
)

PREAMBLE_BYTES = 128
MAGIC = b"DICM"
START = PREAMBLE_BYTES + len(MAGIC)

META_GROUP, SOP_CLASS, SOP_INSTANCE, TRANSFER_SYNTAX = 0x0002, 0x0002, 0x0003, 0x0010
MAX_ELEMENTS = 64
MAX_ELEMENT_BYTES = 65_536
LONG_FORM = {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UR", b"UT", b"UN"}
UID = re.compile(r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+$")
MAX_UID_CHARACTERS = 64


@dataclass(frozen=True)
class MetaGroup:
    """What a DICOM file says of itself."""

    sop_class: str
    transfer_syntax: str
    sop_instance: str = ""
    """Empty where it is not said."""


def is_dicom(content: bytes) -> bool:
    """Return whether bytes are a DICOM file, whatever its 128 bytes of preamble hold."""
    return content[PREAMBLE_BYTES:START] == MAGIC


def meta_group(content: bytes) -> MetaGroup:
    """Return the meta group of a DICOM file that may hold a photograph that is read here.

    Raises NotAPicture, DamagedPicture for a group that is cut short or lies about its lengths,
    UnsupportedPicture for another class or coding.
    """
    found = stated_meta(content)
    if found.transfer_syntax not in NATIVE | ENCAPSULATED_JPEG:
        named = NOT_READ.get(found.transfer_syntax, "not a coding of photographs")
        raise UnsupportedPicture(f"DICOM: {found.transfer_syntax} is {named}")
    if found.sop_class not in KIND_OF:
        raise UnsupportedPicture(f"DICOM: {found.sop_class} is no class of photographs")
    return found


def stated_meta(content: bytes) -> MetaGroup:
    """Return the meta group of any DICOM file.

    Raises NotAPicture, DamagedPicture for a group that is cut short or lies about its lengths.
    """
    if not is_dicom(content):
        raise NotAPicture("no DICM after 128 bytes")
    try:
        stated = _elements(content)
        instance = _uid(stated, SOP_INSTANCE) if SOP_INSTANCE in stated else ""
        return MetaGroup(_uid(stated, SOP_CLASS), _uid(stated, TRANSFER_SYNTAX), instance)
    except struct.error as error:
        raise DamagedPicture(f"DICOM: the meta group is cut short: {error}") from error


def _elements(content: bytes) -> dict[int, bytes]:
    """Return the elements of the meta group: always little endian with explicit VR (PS3.10)."""
    position = START
    found: dict[int, bytes] = {}
    for _ in range(MAX_ELEMENTS):
        group, element, vr = struct.unpack_from("<HH2s", content, position)
        if group != META_GROUP:
            return found
        if vr in LONG_FORM:
            (length,) = struct.unpack_from("<I", content, position + 8)
            position += 12
        else:
            (length,) = struct.unpack_from("<H", content, position + 6)
            position += 8
        if length > MAX_ELEMENT_BYTES or position + length > len(content):
            raise DamagedPicture(f"DICOM: element (0002,{element:04x}) of {length} bytes")
        found[element] = content[position : position + length]
        position += length
    raise DamagedPicture(f"DICOM: more than {MAX_ELEMENTS} elements in the meta group")


def _uid(elements: dict[int, bytes], element: int) -> str:
    text = elements.get(element, b"").rstrip(b"\0 ").decode("ascii", errors="replace")
    if not is_uid(text):
        raise DamagedPicture(f"DICOM: (0002,{element:04x}) is no UID: {text[:80]!r}")
    return text


def is_uid(text: str) -> bool:
    """Return whether a text is a UID as PS3.5 section 9.1 has it."""
    return len(text) <= MAX_UID_CHARACTERS and UID.match(text) is not None
