"""Which eye a scheduled procedure asks for, where the hospital says so in codes.

A worklist has no attribute for it alone. What hospitals send is the laterality of the protocol
(PS3.3 table 10-12, Protocol Context Sequence, with a concept of CID 244), or Laterality
(0020,0060) beside the procedure. Words such as "fundus OD" are shown and never read: a side is
nothing to guess.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset

LATERALITY = {("272741003", "SCT"), ("G-C171", "SRT")}
RIGHT, LEFT, BOTH = "R", "L", "B"
SIDE_OF = {
    ("24028007", "SCT"): RIGHT,
    ("G-A100", "SRT"): RIGHT,
    ("7771000", "SCT"): LEFT,
    ("G-A101", "SRT"): LEFT,
    ("51440002", "SCT"): BOTH,
    ("G-A102", "SRT"): BOTH,
}


def ask_for_laterality(asked: Dataset, step: Dataset) -> None:
    """Have a question ask for the side, in each place where it may stand."""
    step.ScheduledProtocolCodeSequence = []
    for dataset in (asked, step):
        dataset.Laterality = ""


def laterality_of(identifier: Dataset, step: Dataset) -> str | None:
    """Return R, L or B, None where nothing is said or two places say different things."""
    said = {
        *_coded(step),
        *(str(dataset.get("Laterality") or "").strip() for dataset in (identifier, step)),
    } & {RIGHT, LEFT, BOTH}
    return said.pop() if len(said) == 1 else None


def _coded(step: Dataset) -> Iterator[str]:
    for protocol in step.get("ScheduledProtocolCodeSequence") or ():
        for context in protocol.get("ProtocolContextSequence") or ():
            if not {_code(c) for c in context.get("ConceptNameCodeSequence") or ()} & LATERALITY:
                continue
            for value in context.get("ConceptCodeSequence") or ():
                yield SIDE_OF.get(_code(value), "")


def _code(item: Dataset) -> tuple[str, str]:
    return str(item.get("CodeValue", "")), str(item.get("CodingSchemeDesignator", ""))
