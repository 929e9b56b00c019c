"""How a manifest points at a mask: a picture's path, and which of its values are inside.

    vessels.png             every value but 0
    arteries_veins.png#1    exactly 1
    arteries_veins.png#1,3  1 or 3
    disc_soft.png#>=128     128 and above

The selector follows the last `#` and only digits, commas and `>=` make one, so that a file whose
own name holds a `#` can still be named. Reading the picture itself is `training.cohort.mask_file`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SELECTOR = re.compile(
    r"^(?P<path>.+)#(?:>=(?P<at_least>\d{1,5})|(?P<values>\d{1,5}(?:,\d{1,5})*))$"
)


@dataclass(frozen=True)
class MaskReference:
    """A mask picture's path and its selector; with neither `values` nor `at_least`: not zero."""

    path: str
    values: frozenset[int] | None = None
    """The pixel values that are inside."""
    at_least: int | None = None
    """The smallest pixel value that is inside."""


def mask_reference(text: str) -> MaskReference:
    """Return what a mask column says: the path and the selector, when there is one."""
    match = _SELECTOR.match(text)
    if match is None:
        return MaskReference(text)
    if match["at_least"] is not None:
        return MaskReference(match["path"], at_least=int(match["at_least"]))
    return MaskReference(match["path"], values=frozenset(map(int, match["values"].split(","))))
