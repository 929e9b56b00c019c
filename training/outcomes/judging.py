"""A bundle's forecasts judged by what came to the people of cohorts, into an evaluation's record.

Legend: N people, S signs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from edge_runtime import __version__
from edge_runtime.contracts.bundle import Split
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.contracts.cohort_tables import read_manifest
from edge_runtime.contracts.evaluation import Evaluation, JudgedBundle, JudgedSet
from edge_runtime.domain import BoolArray, Evidence
from edge_runtime.errors import NotInBundle
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from
from training.forecast.judging import seen_views
from training.forecast.judging_bundle import knows_of
from training.forecast.people import joined
from training.forecast.photographs.seen import MANIFEST, SeenPeople, people_of_cohort
from training.outcomes.definitions import DEFINITIONS
from training.outcomes.figures import Judged, figures
from training.outcomes.plots import plots
from training.signs.bundle_reading import signs_in

Cohorts = Sequence[tuple[Path, Role]]
"""Folders, and whose of each are judged."""


def judged_outcomes(bundle: Path, cohorts: Cohorts) -> Evaluation:
    """Return what a bundle's forecasts are worth by what came to the people of some cohorts.

    Of a bundle that reads signs, those are judged of whom it reads a photograph. Raises NotInBundle
    where it has no forecast, CohortError, and what opening a bundle raises.
    """
    settings = replace(settings_from(os.environ), bundle=str(bundle))
    with closing(Pipeline.open(settings)) as pipeline:
        if "forecast" not in pipeline.loaded:
            raise NotInBundle(f"{bundle} holds no forecast")
        everybody = [people_of_cohort(folder, role) for folder, role in cohorts]
        model = pipeline.loaded["forecast"]
        people = joined([seen.people for seen in everybody])
        knows, read = knows_of(model.entry), np.ones(len(people), bool)
        if knows == "photographs":
            sign_NS = np.concatenate([signs_in(seen, pipeline) for seen in everybody])
            read = ~np.isnan(sign_NS[:, 0])
            people = replace(people.take(read), sign_NS=sign_NS[read])
        names, evidence = of_what_kind(cohorts)
        photographs = sum(len(eyes) for seen in everybody for eyes in seen.eyes)
        views = seen_views(model.run, people, knows)
        if knows != "photographs":
            photographs = 0
        split: Split = "test" if evidence is Evidence.DRAWN else "external"
        judged = Judged(people, views, photographs, names, Role.TEST, split, evidence)
        return outcome_evaluation(pipeline, judged, cohorts, everybody, read)


def outcome_evaluation(
    pipeline: Pipeline,
    judged: Judged,
    cohorts: Cohorts,
    everybody: Sequence[SeenPeople],
    read: BoolArray,
) -> Evaluation:
    """Return the record of figures and plots; `read` is of whom of everybody a photograph was."""
    metrics, missing = figures(judged)
    return Evaluation(
        split=judged.split,
        made_with={"foreseye": __version__},
        bundles=[JudgedBundle(bundle=pipeline.bundle.identity, models=pipeline.models)],
        sets=_sets(cohorts, everybody, read),
        metrics={},
        subgroups={"forecast": metrics},
        missing=missing,
        definitions=DEFINITIONS,
        plots=list(plots(judged)),
        notes=[
            "A bundle is judged before it is sealed: the one above is the draft that these graphs "
            "came in, and its version may be that of the bundle before.",
            "A photograph counts as read where one at least of that person's was.",
            "People are judged at their first visit; intervals draw people anew 200 times.",
            f"Of {int((~read).sum())} people no photograph was read (refused, or unlike all that "
            "were learned from): left out.",
        ],
    )


def of_what_kind(cohorts: Cohorts) -> tuple[str, Evidence]:
    """Return the names of the sets of some cohorts, and drawn or, of real people, external."""
    rows = [row for folder, role in cohorts for row in _rows(folder, role)]
    drawn = all(row.evidence_kind == "drawn" for row in rows)
    names = ", ".join(dict.fromkeys(row.set for row in rows))
    return names, Evidence.DRAWN if drawn else Evidence.EXTERNAL


def _rows(folder: Path, role: Role) -> list[ManifestRow]:
    return [row for row in read_manifest(folder / MANIFEST) if row.role == role]


def _sets(cohorts: Cohorts, everybody: Sequence[SeenPeople], read: BoolArray) -> list[JudgedSet]:
    parts = np.split(read, np.cumsum([len(seen) for seen in everybody])[:-1])
    found: dict[str, JudgedSet] = {}
    for (folder, role), seen, read_N in zip(cohorts, everybody, parts, strict=True):
        rows = _rows(folder, role)
        name = ", ".join(dict.fromkeys(row.set for row in rows))
        shown = [len(eyes) for eyes in seen.eyes]
        before = found.get(name)
        kept = sum(n for n, is_read in zip(shown, read_N, strict=True) if is_read)
        found[name] = JudgedSet(
            set=name,
            terms="; ".join(sorted({row.terms for row in rows})),
            people=len(seen) + (before.people if before else 0),
            photographs=sum(shown) + (before.photographs if before else 0),
            read=kept + (before.read if before else 0),
            ungradable=sum(shown) - kept + (before.ungradable if before else 0),
            unreadable=0,
        )
    return list(found.values())
