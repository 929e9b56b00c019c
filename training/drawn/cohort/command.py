"""`foreseye-train draw`: a drawn cohort with its truth; or the two sample eyes."""

from __future__ import annotations

import json
import os
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge_runtime.cli.progress import progress_bar
from edge_runtime.cli.session import say
from edge_runtime.errors import ResumeMismatch
from training.drawn.camera.presets import Preset

if TYPE_CHECKING:
    from training.drawn.cohort.drawing import Cohort
    from training.drawn.cohort.record import Wish

EXAMPLE = (
    "Example: foreseye-train draw --people 100 --visits 3 --preset mixed --seed 7 --out cohorts/a"
)
MIN_SIDE_PX, MAX_SIDE_PX = 128, 4096
INTERRUPTED = 130

Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the drawn eyes.")]
People = Annotated[int | None, typer.Option("--people", min=1, max=10_000_000, help="How many.")]
Visits = Annotated[int, typer.Option("--visits", min=1, max=16, help="Visits of each person.")]
Shots = Annotated[
    int, typer.Option("--shots", min=1, max=10, help="Photographs of an eye at each visit.")
]
PresetOption = Annotated[Preset, typer.Option("--preset", help="The cameras.")]
Seed = Annotated[
    int, typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same people, same bytes.")
]
Side = Annotated[
    int,
    typer.Option("--side-px", min=MIN_SIDE_PX, max=MAX_SIDE_PX, help="Height of a photograph."),
]
Require = Annotated[
    str,
    typer.Option("--require", metavar="TEXT", help="Only people who meet this at their first "
                 "visit, for example 'dr_grade>=3,glaucoma'."),
]  # fmt: skip
Masks = Annotated[bool, typer.Option("--masks/--no-masks", help="Write the masks.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=256, help="Processes; by default one a processor."),
]
Samples = Annotated[
    bool, typer.Option("--samples", help="Write the two sample eyes of one person and no cohort.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def draw(
    out: Out,
    people: People = None,
    visits: Visits = 3,
    preset: PresetOption = Preset.MIXED,
    seed: Seed = 0,
    side_px: Side = 512,
    shots: Shots = 1,
    require: Require = "",
    masks: Masks = True,
    workers: Workers = None,
    samples: Samples = False,
    as_json: Json = False,
) -> None:
    """Draw a cohort: photographs, masks, cohort.parquet, outcomes.parquet and truth.parquet.

    A killed run goes on when the same command is given again, whatever --workers says. With
    --samples, write sample_OD.jpg and sample_OS.jpg instead.
    """
    if samples == (people is not None):
        raise typer.BadParameter("give either --people N or --samples", param_hint="--people")
    if people is None:
        _write_samples(out, as_json)
        return
    # Here and below: what draws loads only when it is needed.
    from training.drawn.cohort.record import Wish

    wish = Wish(
        people=people,
        visits=visits,
        shots=shots,
        preset=preset.value,
        seed=seed,
        side_px=side_px,
        masks=masks,
        require=require.strip(),
    )
    started = time.perf_counter()
    cohort = _drawn(out, wish, workers or len(os.sched_getaffinity(0)))
    _tell(cohort, time.perf_counter() - started, as_json)


def _write_samples(out: Path, as_json: bool) -> None:
    from training.drawn.sample_eyes import write_sample_eyes

    paths = [str(path) for path in write_sample_eyes(out)]
    typer.echo(json.dumps({"photographs": paths}) if as_json else "\n".join(paths))


def _drawn(out: Path, wish: Wish, num_workers: int) -> Cohort:
    from training.drawn.cohort.drawing import draw_cohort, finish, prepare
    from training.drawn.population.requirement import RequirementError

    try:
        with prepare(out, wish) as cohort, progress_bar("Drawing", cohort.photographs) as show:
            with closing(draw_cohort(cohort, num_workers)) as counts:
                for done in counts:
                    show(done)
            finish(cohort)
            return cohort
    except KeyboardInterrupt:
        say("Stopped. The same command goes on from here.")
        raise typer.Exit(INTERRUPTED) from None
    except ResumeMismatch as error:
        raise typer.BadParameter(str(error), param_hint="--out") from None
    except RequirementError as error:
        raise typer.BadParameter(str(error), param_hint="--require") from None


def _tell(cohort: Cohort, seconds: float, as_json: bool) -> None:
    record, drawn_now = cohort.record, cohort.photographs - cohort.earlier
    facts = {
        "out": str(cohort.out),
        "people": record.people,
        "looked_at": record.looked_at,
        "sampling_weight": record.sampling_weight,
        "photographs": cohort.photographs,
        "drawn_now": drawn_now,
        "seconds": round(seconds, 1),
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    typer.echo(
        f"{cohort.out}: {record.people} people, {cohort.photographs} photographs, "
        f"{drawn_now} of them drawn now in {seconds:.0f} s"
    )
    if record.require:
        typer.echo(f"{record.people} of {record.looked_at} people meet {record.require!r}.")
