"""Corrections become training data: a cohort manifest of exams whose people allowed it.

Only people whose last word on training is yes. Photographs are written anew from their pixels,
black outside of the field where cameras burn in names; people and exams get pseudonyms that only
the records can undo; times become years since the first visit. Of each mask the last one that a
person painted is taken, else none: a model does not learn from itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sqlalchemy import select

from edge_runtime.contracts.cohort import LESION_PREFIX, EvidenceKind, ManifestRow, Role
from edge_runtime.contracts.cohort_tables import write_manifest
from edge_runtime.domain import UInt8Array
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import PhotographError, SettingsError, UnsupportedPicture
from edge_runtime.fundus.field_of_view import find_field_of_view
from edge_runtime.fundus.intake import read_photograph
from edge_runtime.records import tables
from edge_runtime.records.consents import has_consented
from edge_runtime.records.decision_rules import GRADES, QUALITY
from edge_runtime.records.exam_reading import whole_exam
from edge_runtime.records.judgement import eye_of
from edge_runtime.records.kept import Decision, KeptExam, KeptPhotograph, KeptPicture
from edge_runtime.records.masks import decoded_mask, encoded_mask
from edge_runtime.records.picture_reading import picture_content
from edge_runtime.records.vault import THE_OPERATOR, Vault, told_as_full
from edge_runtime.records.words import ConsentScope, DecisionKind, ExamState
from edge_runtime.settings import Limits

MS_PER_YEAR = 365.25 * 24 * 3600 * 1000
TERMS = "Consent to training given in the clinic; may be withdrawn: export again before each use."
PSEUDONYM_DIGITS = 16
FOLDS = 5
"""A person's fold comes from the pseudonym, so that it is the same in every export."""


@dataclass(frozen=True)
class Exported:
    """What was exported."""

    manifest: Path
    photographs: int
    people: int
    masks: int
    left_out: int
    """Photographs of people who allow it that could not be read."""


def export_cohort(vault: Vault, out: Path, name: str, limits: Limits | None = None) -> Exported:
    """Write `out/manifest.csv` with its pictures and return what it holds.

    Raises SettingsError for a folder that is not empty, RecordsFull, RecordsDamaged.
    """
    if out.exists() and any(out.iterdir()):
        raise SettingsError(f"{out} is not empty")
    rows: list[ManifestRow] = []
    num_masks, left_out, people = 0, 0, 0
    with told_as_full():
        make_folder(out)
        for person_id, exams in _allowed(vault):
            people += 1
            person = _Person(vault, out, name, vault.digest("cohort", person_id), exams[0])
            for exam, photograph in _photographs(exams):
                try:
                    row = person.row(exam, photograph, limits or Limits())
                except PhotographError:
                    left_out += 1
                    continue
                rows.append(row)
                num_masks += len(row.masks())
        with vault.changing(THE_OPERATOR, "export_cohort", detail=f"{len(rows)} photographs"):
            classes = sorted({name for row in rows for name in row.lesions})
            write_manifest(rows, out / "manifest.csv", classes)
    return Exported(out / "manifest.csv", len(rows), people, num_masks, left_out)


def _allowed(vault: Vault) -> Iterable[tuple[str, list[KeptExam]]]:
    exam = tables.exam.c
    with vault.reading() as connection:
        people = connection.execute(
            select(tables.person.c.person_id).where(~tables.person.c.erased)
        ).scalars()
        for person_id in people.all():
            if not has_consented(connection, person_id, ConsentScope.TRAINING):
                continue
            kept = select(tables.exam).where(
                exam.person_id == person_id, exam.state != ExamState.ERASED.value
            )
            rows = connection.execute(kept.order_by(exam.number)).mappings().all()
            exams = [whole_exam(vault, connection, row) for row in rows]
            if exams:
                yield person_id, exams


def _photographs(exams: list[KeptExam]) -> Iterable[tuple[KeptExam, KeptPhotograph]]:
    for exam in exams:
        for photograph in exam.photographs:
            if photograph.result_json and not photograph.same_as:
                yield exam, photograph


@dataclass(frozen=True)
class _Person:
    """One person's part of the cohort."""

    vault: Vault
    out: Path
    set_name: str
    digest: str
    first: KeptExam

    def row(self, exam: KeptExam, photograph: KeptPhotograph, limits: Limits) -> ManifestRow:
        """Write a photograph and its masks, and return its row. Raises a PhotographError."""
        pseudonym = self.digest[:PSEUDONYM_DIGITS]
        stem = self.vault.digest("cohort", photograph.photograph_id)[:PSEUDONYM_DIGITS]
        content = picture_content(self.vault, exam.exam_id, photograph.photograph_id)[2]
        pixels_HWC = inside_the_field(content, limits)
        height_px, width_px = pixels_HWC.shape[:2]
        relative = f"photographs/{pseudonym}/{stem}.png"
        write_whole(self.out / relative, _png(pixels_HWC))
        years = max(0.0, (exam.opened_ms - self.first.opened_ms) / MS_PER_YEAR)
        cells: dict[str, Any] = {
            "set": self.set_name,
            "person_id": pseudonym,
            "eye": eye_of(photograph),
            "visit_time_years": round(years, 3),
            "photograph": relative,
            "role": Role.TRAIN,
            "fold": int(self.digest[:8], 16) % FOLDS,
            "evidence_kind": EvidenceKind.REAL,
            "terms": TERMS,
            "age_years": exam.person.age_years,
            "sex": exam.person.sex,
            "lesions": {},
            **exam.person.covariates,
            **labels_of(exam.decisions, photograph.photograph_id),
        }
        for layer, path in self._masks(exam, photograph, stem, (height_px, width_px), limits):
            if layer.startswith(LESION_PREFIX):
                cells["lesions"][layer.removeprefix(LESION_PREFIX)] = path
            else:
                cells[layer] = path
        return ManifestRow.model_validate(cells)

    def _masks(
        self,
        exam: KeptExam,
        photograph: KeptPhotograph,
        stem: str,
        shape: tuple[int, int],
        limits: Limits,
    ) -> Iterable[tuple[str, str]]:
        last = {each.kind: each for each in photograph.pictures if each.by_person}
        for layer, picture in last.items():
            content = picture_content(self.vault, exam.exam_id, picture.picture_id)[2]
            mask = decoded_mask(content, limits).astype(np.uint8)
            full = cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST)
            relative = f"masks/{stem}/{layer}.png"
            write_whole(self.out / relative, encoded_mask(full > 0))
            provenance = {
                "by": self.vault.digest("cohort", picture.user_id)[:PSEUDONYM_DIGITS],
                **begun_from(photograph, picture),
                "made_ms_after_first_visit": picture.made_ms - self.first.opened_ms,
                "spent_s": picture.spent_s,
            }
            write_whole(self.out / f"{relative}.json", json.dumps(provenance) + "\n")
            yield layer, relative


def begun_from(photograph: KeptPhotograph, mask: KeptPicture) -> dict[str, object]:
    """Return which model a painted mask goes back to, and over how many masks of people."""
    by_id = {each.picture_id: each for each in photograph.pictures}
    over, parent = 0, by_id.get(mask.parent_id)
    while parent is not None and parent.by_person:
        over, parent = over + 1, by_id.get(parent.parent_id)
    model = "" if parent is None else parent.source
    return {"from_model": parent is not None, "model": model, "masks_between": over}


def labels_of(decisions: tuple[Decision, ...], photograph_id: str) -> dict[str, object]:
    """Return what people said of a photograph, by manifest column; the last word counts."""
    labels: dict[str, object] = {}
    columns = {"findings.maculopathy": "maculopathy", QUALITY: "gradable"}
    columns |= dict.fromkeys(GRADES, "dr_grade")
    for decision in decisions:
        if decision.photograph_id != photograph_id or decision.finding not in columns:
            continue
        column = columns[decision.finding]
        labels.pop(column, None)
        if decision.kind is DecisionKind.CORRECT:
            labels[column] = json.loads(decision.value_json)
        elif decision.kind is DecisionKind.OVERRIDE:
            labels[column] = True
    return labels


def inside_the_field(content: bytes, limits: Limits) -> UInt8Array:
    """Return a photograph's pixels at full size, black outside of its field.

    Raises a PhotographError; UnsupportedPicture without a field, for then nobody can say what is
    burnt in beside it.
    """
    photograph = read_photograph(content, "photograph", limits)
    pixels_HWC = photograph.pixels_HWC.copy()
    field = find_field_of_view(photograph)
    if field is None:
        raise UnsupportedPicture("no field of view")
    pixels_HWC[~field.mask_HW] = 0
    return pixels_HWC


def _png(pixels_HWC: UInt8Array) -> bytes:
    _, content = cv2.imencode(".png", cv2.cvtColor(pixels_HWC, cv2.COLOR_RGB2BGR))
    return bytes(content.tobytes())
