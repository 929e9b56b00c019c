"""Names of photographs, which anybody may have chosen, made safe for folders, tables and screens.

A name never reaches the disk as it came: `../x`, `a/b`, NUL, `CON`, a leading dash or 4,000
letters must give a folder inside the output and nowhere else.
"""

from __future__ import annotations

import os
import re
import unicodedata

MAX_NAME_BYTES = 120
"""Of a folder name in UTF-8; file systems allow 255, and pictures and suffixes need room."""

FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$", re.IGNORECASE)
"""Device names of Windows, whatever their suffix."""

OUR_FILES = re.compile(r"^exam(-[0-9]+)?\.json$")
"""Files that `screen` writes beside the photographs' folders."""

NAMELESS = "photograph"


def shown_name(path: str | os.PathLike[str]) -> str:
    """Return a path as text that can always be encoded; bytes that are no UTF-8 in hexadecimal."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def safe_stem(name: str) -> str:
    """Return a folder name for a photograph: its last part without its suffix, made harmless.

    Never empty, never `.` or `..`, never starts with a dot or a dash, at most MAX_NAME_BYTES.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = last.rpartition(".")[0] if "." in last.strip(".") else last
    plain = "".join("_" if _unprintable(letter) else letter for letter in stem)
    plain = FORBIDDEN.sub("_", plain).strip().rstrip(". ")
    plain = _at_most(plain, MAX_NAME_BYTES).rstrip(". ")
    if plain[:1] in (".", "-"):
        plain = "_" + plain[1:]
    if RESERVED.match(plain):
        plain = "_" + plain
    return plain if plain.strip("_") else NAMELESS


class FolderNames:
    """Gives each photograph of one output folder its own folder name: `a`, then `a-2`.

    Names that differ only in case count as the same, since the folder may be copied to a disk
    that thinks so.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._num_exams = 0

    def for_photograph(self, name: str) -> str:
        """Return the folder name for the next photograph called `name`."""
        stem = safe_stem(name)
        folder, number = stem, 1
        while folder.casefold() in self._taken or OUR_FILES.match(folder.casefold()):
            number += 1
            folder = f"{stem}-{number}"
        self._taken.add(folder.casefold())
        return folder

    def for_exam(self) -> str:
        """Return the file name for the next exam: `exam.json`, then `exam-2.json`."""
        self._num_exams += 1
        return "exam.json" if self._num_exams == 1 else f"exam-{self._num_exams}.json"


def _unprintable(letter: str) -> bool:
    # Control, format (bidi overrides among them), lone surrogates, private use, unassigned,
    # line and paragraph separators.
    return unicodedata.category(letter)[0] == "C" or unicodedata.category(letter) in ("Zl", "Zp")


def _at_most(text: str, num_bytes: int) -> str:
    return text.encode()[:num_bytes].decode(errors="ignore")
