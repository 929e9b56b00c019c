"""`foreseye simulate`: pictures of how one eye may look at later visits, labelled as simulated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from edge_runtime.cli.exports import named
from edge_runtime.cli.options import (
    AgeOption,
    AsJson,
    CovariateOption,
    EyeOption,
    SexOption,
    person_of,
)
from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import print_json, say, session_of
from edge_runtime.contracts.simulation import (
    SIMULATION_FILE,
    SimulatedFile,
    SimulationRecord,
    SpreadFile,
)
from edge_runtime.contracts.strict import contract_dict
from edge_runtime.domain import PhotographFile
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import InvalidField
from edge_runtime.fundus.intake import read_file
from edge_runtime.interop.exam_exports import LANGUAGES
from edge_runtime.interop.report.wording import Language
from edge_runtime.interop.simulated_files import (
    difference_png,
    labelled_jpeg,
    mark_of,
    spread_png,
    unlabelled_png,
)
from edge_runtime.names import shown_name
from edge_runtime.simulation.records import (
    QualityJudged,
    SimulatedSpread,
    SimulatedVisit,
    SimulationEvent,
    wish_of,
)

if TYPE_CHECKING:
    from edge_runtime.contracts.result import BundleIdentity, Quality

Photo = Annotated[Path, typer.Argument(metavar="PHOTO", help="Photograph of one eye.")]
Years = Annotated[str, typer.Option("--years", help="Years ahead, 0 to 10, with commas.")]
Samples = Annotated[int, typer.Option(help="Pictures for each of the years, 3 to 16.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the pictures.")]
Seed = Annotated[int, typer.Option(help="Same seed, same pictures.")]
ForEvaluation = Annotated[
    bool,
    typer.Option("--for-evaluation", help="PNG without label, marked in its metadata alone."),
]
Maps = Annotated[bool, typer.Option("--maps", help="Also write what changes, and the spread.")]
LabelLanguage = Annotated[str, typer.Option("--language", help="Of the label: en, zh or both.")]


def simulate(
    context: typer.Context,
    photograph: Photo,
    out: Out,
    years: Years = "1,3,5",
    samples: Samples = 4,
    for_evaluation: ForEvaluation = False,
    eye: EyeOption = None,
    age: AgeOption = None,
    sex: SexOption = None,
    covariate: CovariateOption = None,
    seed: Seed = 0,
    maps: Maps = False,
    language: LabelLanguage = "en",
    as_json: AsJson = False,
) -> None:
    """Simulate how this eye may look at later visits: several possible appearances a year.

    None of them is a prediction, and each says so in the picture. DIR gets
    year_<Y>_sample_<N>.jpg at the photograph's size, and simulation.json.
    """
    session = session_of(context, as_json)
    wish = wish_of(_years(years), samples, seed)
    languages = [Language(n) for n in named(language, LANGUAGES, "language") or ("en",)]
    person = person_of(age, sex, covariate)
    content = read_file(photograph, session.settings.limits)
    file = PhotographFile(shown_name(photograph.name), content, eye)
    with session.pipeline() as pipeline:
        identity = pipeline.bundle.identity
        writer = _Writer(make_folder(out), identity, languages, for_evaluation, maps)
        with progress_bar("Simulating", len(wish.horizons_years) * wish.samples) as show:
            for done in writer.write(pipeline.simulate(file, person, wish)):
                show(done)
    record = writer.record(file, seed)
    write_whole(out / SIMULATION_FILE, record.to_json().encode())
    _show(record, out, as_json)


class _Writer:
    """Writes the pictures as they come, and keeps account of them."""

    def __init__(
        self,
        out: Path,
        bundle: BundleIdentity,
        languages: list[Language],
        for_evaluation: bool,
        maps: bool,
    ) -> None:
        self._out, self._bundle, self._languages = out, bundle, languages
        self._for_evaluation, self._maps = for_evaluation, maps
        self._simulated: list[SimulatedFile] = []
        self._spread: list[SpreadFile] = []
        self._quality: Quality | None = None
        self._last: SimulatedVisit | None = None

    def write(self, events: Iterator[SimulationEvent]) -> Iterator[int]:
        """Yield how many pictures are written by then."""
        for event in events:
            if isinstance(event, QualityJudged):
                self._quality = event.quality
            elif isinstance(event, SimulatedVisit):
                self._visit(event)
                yield len(self._simulated)
            elif self._maps:
                self._write_spread(event)

    def record(self, file: PhotographFile, seed: int) -> SimulationRecord:
        """Return what was written."""
        assert self._quality is not None
        return SimulationRecord(
            bundle=self._bundle,
            photograph=file.name,
            photograph_sha256=hashlib.sha256(file.content).hexdigest(),
            quality=self._quality,
            seed=seed,
            evidence=None if self._last is None else self._last.evidence,
            simulated=self._simulated,
            spread=self._spread,
        )

    def _visit(self, visit: SimulatedVisit) -> None:
        self._last = visit
        stem = f"year_{visit.horizon_years:g}_sample_{visit.sample + 1}"
        mark = mark_of(visit, self._bundle)
        if self._for_evaluation:
            name, content = f"{stem}.png", unlabelled_png(visit, mark)
        else:
            name, content = f"{stem}.jpg", labelled_jpeg(visit, mark, self._languages)
        write_whole(self._out / name, content)
        difference = None
        if self._maps:
            difference = f"{stem}_difference.png"
            shape = visit.picture_HWC.shape[:2]
            write_whole(
                self._out / difference,
                difference_png(visit.difference_HW, visit.frame, (shape[0], shape[1])),
            )
        self._simulated.append(
            SimulatedFile(
                file=name,
                horizon_years=visit.horizon_years,
                sample=visit.sample + 1,
                mean_change_levels=round(float(np.abs(visit.difference_HW).mean()), 4),
                labelled=not self._for_evaluation,
                difference_map=difference,
            )
        )

    def _write_spread(self, spread: SimulatedSpread) -> None:
        name = f"year_{spread.horizon_years:g}_spread.png"
        content = spread_png(spread.spread_HW, spread.frame, spread.picture_shape)
        write_whole(self._out / name, content)
        self._spread.append(SpreadFile(file=name, horizon_years=spread.horizon_years))


def _years(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise InvalidField("years", f"must be numbers with commas, got {text!r}") from None


def _show(record: SimulationRecord, out: Path, as_json: bool) -> None:
    if as_json:
        print_json({"out": shown_name(out), **contract_dict(record)})
    elif not record.simulated:
        say(f"{record.photograph} is not simulated: {record.quality.reason}")
    else:
        judged = "" if record.evidence is None else f" (judged on {record.evidence.value} eyes)"
        number = len(record.simulated)
        typer.echo(f"{number} simulated pictures in {shown_name(out)}{judged}. {record.use}")
