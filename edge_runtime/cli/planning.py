"""Which photographs of one call belong together: one exam, unless a manifest says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from edge_runtime.batch.manifests import exams_of_manifest
from edge_runtime.domain import Eye, Person
from edge_runtime.errors import InvalidField
from edge_runtime.exam_files import ListedExam, ListedPhotograph
from edge_runtime.names import shown_name


def one_exam(photographs: Sequence[Path], eye: Eye | None, person: Person) -> ListedExam:
    """Return all the photographs as one exam of one person."""
    return ListedExam(tuple(ListedPhotograph(str(path), eye) for path in photographs), person)


def planned_by_manifest(photographs: Sequence[Path], manifest: Path) -> list[ListedExam]:
    """Return the manifest's exams, each with those of its photographs that were asked for.

    Raises ManifestError, and InvalidField for a photograph without a row.
    """
    asked = {path.resolve(): path for path in photographs}
    planned, found = [], set()
    for exam in exams_of_manifest(manifest):
        chosen = []
        for listed in exam.photographs:
            place = (manifest.parent / listed.path).resolve()
            if place in asked:
                found.add(place)
                chosen.append(replace(listed, path=str(asked[place])))
        if chosen:
            planned.append(replace(exam, photographs=tuple(chosen)))
    missing = [path for place, path in asked.items() if place not in found]
    if missing:
        raise InvalidField("manifest", f"{manifest} has no row for {shown_name(missing[0])}")
    return planned
