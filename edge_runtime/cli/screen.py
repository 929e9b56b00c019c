"""`foreseye screen`: a few photographs of one person, their results into a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.exports import Export, Formats, Languages, wanted_exports
from edge_runtime.cli.files_read import DicomPatient
from edge_runtime.cli.options import (
    AgeOption,
    AsJson,
    CovariateOption,
    EyeOption,
    SexOption,
    person_of,
)
from edge_runtime.cli.planning import one_exam, planned_by_manifest
from edge_runtime.cli.progress import Show, progress_bar
from edge_runtime.cli.results_on_screen import show_exam
from edge_runtime.cli.session import Session, in_words, print_json, say, session_of
from edge_runtime.contracts.exam import RefusedPhotograph
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import Eye, Sex
from edge_runtime.durable import make_folder
from edge_runtime.errors import InvalidField, PhotographError
from edge_runtime.exam_files import ListedExam, ReadContent, open_exam
from edge_runtime.interop.dicom.photographs import PatientPolicy, files_read
from edge_runtime.names import FolderNames, shown_name
from edge_runtime.results import WrittenExam, refusal, write_exam
from edge_runtime.stages import PhotographDone, PhotographRefused, StageEvent

if TYPE_CHECKING:
    from edge_runtime.pipeline import Pipeline

Photographs = Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Photograph files.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the results.")]
Manifest = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        metavar="FILE",
        help="CSV or Parquet table that says whose eyes the photographs show, and when.",
    ),
]
Maps = Annotated[bool, typer.Option("--maps", help="Also write evidence maps.")]


def screen(
    context: typer.Context,
    photographs: Photographs,
    out: Out,
    eye: EyeOption = None,
    age: AgeOption = None,
    sex: SexOption = None,
    covariate: CovariateOption = None,
    manifest: Manifest = None,
    maps: Maps = False,
    dicom_patient: DicomPatient = PatientPolicy.DROP,
    formats: Formats = "",
    language: Languages = "en,zh",
    as_json: AsJson = False,
) -> None:
    """Screen photographs of one person and write what was found.

    For a photograph a.jpg, DIR/a/ gets result.json and, when it is gradable, pictures of its
    vessels and disc; DIR/exam.json is about the person. The photographs are one exam, unless a
    manifest says otherwise. --formats fhir,dicom,pdf adds what hospitals take.
    """
    session = session_of(context, as_json)
    export = Export(*wanted_exports(formats, language))
    exams = _planned(photographs, manifest, eye, age, sex, covariate)
    with session.pipeline() as pipeline, files_read(dicom_patient) as read:
        if maps and not _makes_maps(pipeline):
            say("The bundle holds no model that makes evidence maps, so none are written.")
        num_photographs = sum(len(exam.photographs) for exam in exams)
        with progress_bar("Screening", num_photographs) as show:
            road = _Road(session, pipeline, read, make_folder(out), export, maps)
            done = _screened(road, exams, show)
    _show(session, out, done)
    if done.refused:
        raise typer.Exit(1)


@dataclass
class Screened:
    """What came of one call."""

    exams: list[WrittenExam] = field(default_factory=list)
    refused: list[RefusedPhotograph] = field(default_factory=list)
    """Photographs that could not be read; where an exam has no other, it is not written."""


def _makes_maps(pipeline: Pipeline) -> bool:
    """True where the bundle forecasts from photographs: a map says where in them."""
    return "signs" in pipeline.loaded


def _planned(
    photographs: list[Path],
    manifest: Path | None,
    eye: Eye | None,
    age: float | None,
    sex: Sex | None,
    covariate: list[str] | None,
) -> list[ListedExam]:
    if manifest is None:
        return [one_exam(photographs, eye, person_of(age, sex, covariate))]
    if (eye, age, sex, covariate or None) != (None, None, None, None):
        raise InvalidField("manifest", "excludes --eye, --age, --sex and --covariate")
    return planned_by_manifest(photographs, manifest)


@dataclass(frozen=True)
class _Road:
    """What every exam of one call goes through."""

    session: Session
    pipeline: Pipeline
    read: ReadContent
    out: Path
    export: Export
    maps: bool


def _screened(road: _Road, exams: list[ListedExam], show: Show) -> Screened:
    names, screened, num_done = FolderNames(), Screened(), 0
    for listed in exams:
        opened = open_exam(listed, Path(), road.session.settings.limits, road.read)
        unopened = [_unopened(listed, place, error) for place, error in opened.unopened]
        num_done += len(unopened)
        refused = unopened
        if opened.exam is not None:
            events = _followed(road.pipeline.screen(opened.exam), num_done, show)
            written = write_exam(road.out, names, events, unopened, maps=road.maps)
            screened.exams.append(written)
            road.export.write(road.pipeline, opened, written)
            refused = screened.exams[-1].record.refused
            num_done += len(opened.opened)
        screened.refused += refused
        show(num_done)
    return screened


def _unopened(listed: ListedExam, place: int, error: PhotographError) -> RefusedPhotograph:
    name = shown_name(Path(listed.photographs[place].path).name)
    say(f"{name}: {in_words(error)}")
    return refusal(name, error)


def _followed(events: Iterator[StageEvent], done: int, show: Show) -> Iterator[StageEvent]:
    """Yield the events, and tell of those that are refused and how many are done."""
    for event in events:
        if isinstance(event, PhotographRefused):
            say(f"{event.name}: {in_words(event.error)}")
        if isinstance(event, (PhotographRefused, PhotographDone)):
            done += 1
            show(done)
        yield event


def _show(session: Session, out: Path, done: Screened) -> None:
    if not session.as_json:
        for exam in done.exams:
            show_exam(exam)
        return
    print_json(
        {
            "out": shown_name(out),
            "exams": [contract_dict(exam.record) for exam in done.exams],
            "results": [contract_dict(result) for exam in done.exams for result in exam.results],
            "refused": [contract_dict(refused) for refused in done.refused],
        }
    )
