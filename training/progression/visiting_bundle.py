"""A whole bundle's simulated visits, judged on true later visits of real eyes."""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.bundle import Metric
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import NotInBundle
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from
from training.errors import CohortError
from training.progression.visits import judged_pairs, same_camera_pairs, visit_figures

VISITS_FILE = "visits.json"


def judged_visits(
    bundle: Path, data: Path, run: Path, limit: int | None
) -> tuple[list[Metric], int]:
    """Return the figures, written into `run` too, and how many pairs could not be laid together.

    Raises NotInBundle without a progression, CohortError where no pair is left.
    """
    settings = replace(settings_from(os.environ), bundle=str(bundle))
    pairs = same_camera_pairs(data)[:limit]
    with closing(Pipeline.open(settings)) as pipeline:
        if "progression" not in pipeline.loaded:
            raise NotInBundle(f"{bundle} holds no progression")
        judged = []
        with progress_bar("Judging later visits", len(pairs)) as show:
            for done, pair in enumerate(judged_pairs(data, pairs, dict(pipeline.loaded)), start=1):
                judged.append(pair)
                show(done)
    kept = [pair for pair in judged if pair is not None]
    if not kept:
        raise CohortError(f"of {len(pairs)} pairs of visits none could be laid together")
    metrics, left_out = visit_figures(kept), len(judged) - len(kept)
    content = {"left_out": left_out, "metrics": [m.model_dump(mode="json") for m in metrics]}
    write_whole(make_folder(run) / VISITS_FILE, json.dumps(content).encode())
    return metrics, left_out
