"""Masks that people paint: kept beside the models' own, with who, from what, when, how long."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable

import cv2
import numpy as np
from sqlalchemy import Connection, insert

from edge_runtime.domain import BoolArray
from edge_runtime.errors import DamagedPicture, InvalidField
from edge_runtime.fundus.intake import ReadPhotograph, read_photograph
from edge_runtime.records import tables
from edge_runtime.records.access import Action
from edge_runtime.records.errors import NotKept, WrongState
from edge_runtime.records.exam_reading import exam_row, whole_exam
from edge_runtime.records.exams import changed_exam
from edge_runtime.records.kept import KeptPhotograph, KeptPicture
from edge_runtime.records.sight import as_seen_by
from edge_runtime.records.vault import Actor, Vault, told_as_full
from edge_runtime.records.words import OPEN_FOR_READING, ExamState
from edge_runtime.settings import Limits

LAYER = re.compile(r"vessel|arteriole|venule|disc|cup|lesion_[a-z][a-z0-9_]{0,40}")
MAX_MASK_BYTES = 16_000_000
MAX_SPENT_S = 86_400.0

DecodeMask = Callable[[bytes], BoolArray]
"""Decodes a mask; the service does it in a process of its own, for its bytes come from outside."""


def correct_mask(
    vault: Vault,
    actor: Actor,
    exam_id: str,
    photograph_id: str,
    layer: str,
    png: bytes,
    *,
    parent_id: str = "",
    spent_s: float = 0.0,
    decode: DecodeMask | None = None,
) -> KeptPicture:
    """Keep a painted mask and return it. `png` is 0 outside; at full or smaller size.

    Raises InvalidField for a layer, size or parent that is none, WrongState once signed,
    DamagedPicture, and RecordsFull.
    """
    mask_HW = _checked(layer, png, spent_s, decode or decoded_mask)
    key, photograph = _photograph_with_key(vault, actor, exam_id, photograph_id)
    _check_fits(photograph, mask_HW)
    if parent_id and parent_id not in {each.picture_id for each in photograph.pictures}:
        raise InvalidField("parent_id", "is no picture of this photograph")
    with told_as_full():
        file_id = vault.files.keep(key, encoded_mask(mask_HW))
    with vault.changing(actor, Action.CORRECT_MASK, exam_id, f"{photograph_id} {layer}") as changes:
        _check_open(changes, exam_id)
        changes.execute(
            insert(tables.picture).values(
                picture_id=secrets.token_hex(16),
                exam_id=exam_id,
                photograph_id=photograph_id,
                kind=layer,
                media_type="image/png",
                source=actor.user_id,
                by_person=True,
                parent_id=parent_id,
                made_ms=vault.clock_ms(),
                width_px=mask_HW.shape[1],
                height_px=mask_HW.shape[0],
                spent_s=spent_s,
                file_id=file_id,
            )
        )
        after = changed_exam(vault, changes, exam_id)
    return _photograph(after.photographs, photograph_id).pictures[-1]


def _photograph_with_key(
    vault: Vault, actor: Actor, exam_id: str, photograph_id: str
) -> tuple[bytes, KeptPhotograph]:
    with vault.reading() as connection:
        row = exam_row(connection, exam_id)
        exam = as_seen_by(actor, whole_exam(vault, connection, row))
    return vault.keys.of(row["person_id"]), _photograph(exam.photographs, photograph_id)


def _check_open(connection: Connection, exam_id: str) -> None:
    state = ExamState(exam_row(connection, exam_id)["state"])
    if state not in OPEN_FOR_READING:
        raise WrongState(f"The exam is {state.value}: no mask can be corrected in it now.")


def encoded_mask(mask_HW: BoolArray) -> bytes:
    """Return a mask as a PNG, 255 inside."""
    written, content = cv2.imencode(".png", mask_HW.astype(np.uint8) * 255)
    assert written
    return bytes(content.tobytes())


def decoded_mask(
    png: bytes, limits: Limits | None = None, read: ReadPhotograph = read_photograph
) -> BoolArray:
    """Return a mask, True where a sample is not 0. Raises a PhotographError."""
    pixels_HWC = read(png, "mask.png", limits or Limits()).pixels_HWC
    return np.asarray(pixels_HWC.max(axis=2) > 0)


def _checked(layer: str, png: bytes, spent_s: float, decode: DecodeMask) -> BoolArray:
    if not LAYER.fullmatch(layer):
        raise InvalidField(
            "layer", "must be vessel, arteriole, venule, disc, cup or lesion_<class>"
        )
    if not 0.0 <= spent_s <= MAX_SPENT_S:
        raise InvalidField("spent_s", f"must be 0 to {MAX_SPENT_S:g}")
    if not 0 < len(png) <= MAX_MASK_BYTES:
        raise InvalidField("png", f"has 1 to {MAX_MASK_BYTES} bytes")
    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise DamagedPicture("a mask that is no PNG")
    return decode(png)


def _check_fits(photograph: KeptPhotograph, mask_HW: BoolArray) -> None:
    if not photograph.result_json:
        raise WrongState("The photograph has not been screened yet.")
    shown = json.loads(photograph.result_json)["photograph"]
    height_px, width_px = mask_HW.shape
    scale = width_px / shown["width_px"]
    if scale > 1.0 or abs(height_px - scale * shown["height_px"]) > 1.0:
        raise InvalidField("png", "must have the photograph's shape, at full or smaller size")


def _photograph(photographs: tuple[KeptPhotograph, ...], photograph_id: str) -> KeptPhotograph:
    for photograph in photographs:
        if photograph.photograph_id == photograph_id:
            return photograph
    raise NotKept("no such photograph in the exam")
