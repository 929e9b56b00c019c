"""A whole bundle's simulated visits, judged on drawn test eyes it never saw; resumable."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from edge_runtime.cli.progress import progress_bar
from edge_runtime.contracts.bundle import Metric
from edge_runtime.contracts.cohort import Role
from edge_runtime.contracts.tensors import NOISE_SHAPE
from edge_runtime.domain import Eye, FloatArray
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import NotInBundle
from edge_runtime.forecast.covariates import Known
from edge_runtime.models import LoadedModel
from edge_runtime.pipeline import Pipeline
from edge_runtime.settings import settings_from
from training.drawn.cohort.people import parameters
from training.drawn.population.drawing import draw_block
from training.progression.courses import SeenEye
from training.progression.drawing import Wanted, chosen_eyes
from training.progression.figures import figures
from training.progression.judged import write_judged
from training.progression.judging import JudgedEye, JudgingPlan, Peer, judged_eye
from training.progression.train import trained_progression

EYES = "judged_eyes"


def judged_bundle(
    bundle: Path, run: Path, eyes: int, plan: JudgingPlan, peer_run: Path | None, seed: int
) -> list[Metric]:
    """Return the figures of a bundle's simulated visits; `run` keeps each eye's and gets the file.

    `peer_run` holds a trained regression to stand beside. Raises NotInBundle where the bundle has
    no progression, and what opening a bundle raises.
    """
    settings = replace(settings_from(os.environ), bundle=str(bundle))
    with closing(Pipeline.open(settings)) as pipeline:
        if "progression" not in pipeline.loaded:
            raise NotInBundle(f"{bundle} holds no progression")
        models = dict(pipeline.loaded)
        plan = replace(plan, side_px=models["progression"].entry.picture.image_size_px)
        graph_sha256 = pipeline.bundle.manifest.sha256_of("progression")
        peer = None if peer_run is None else peer_of(peer_run)
        folder = make_folder(run / EYES / graph_sha256[:12])
        judged = _eyes(models, folder, eyes, plan, peer, seed)
    metrics = figures(judged, plan.years)
    write_judged(run, graph_sha256, metrics)
    return metrics


def peer_of(run: Path) -> Peer:
    """Return the regression of a run, which gives one change and knows no chance."""
    network = trained_progression(run, "regression")

    def change_of(seen: SeenEye, known: Known, years: float) -> FloatArray:
        with torch.no_grad():
            change = network(
                torch.from_numpy(seen.seen.image_HWC)[None],
                torch.zeros(1, *NOISE_SHAPE),
                torch.tensor([years]),
                torch.from_numpy(known.value_D)[None],
                torch.from_numpy(known.known_D)[None],
            )
        return np.asarray(change[0].numpy(), np.float32)

    return change_of


def _eyes(
    models: dict[str, LoadedModel],
    folder: Path,
    eyes: int,
    plan: JudgingPlan,
    peer: Peer | None,
    seed: int,
) -> list[JudgedEye]:
    wanted = Wanted(seed, Role.TEST, eyes, 1, plan.side_px, plan.height_px)
    found = []
    with progress_bar("Judging simulated visits", eyes) as show:
        for done, (block, place, eye) in enumerate(chosen_eyes(wanted), start=1):
            path = folder / f"{seed}_{block:06d}_{place:03d}_{eye.value}_{plan.years:g}y.json"
            of_this = plan if done <= plan.read_eyes else replace(plan, read=0)
            judge = _judge(block, place, eye, models, peer, of_this, seed)
            told = {**asdict(of_this), "read_eyes": 0, "peer": peer is not None}
            found.append(_kept(path, told, judge))
            show(done)
    return [each for each in found if each is not None]


def _judge(
    block: int,
    place: int,
    eye: Eye,
    models: dict[str, LoadedModel],
    peer: Peer | None,
    plan: JudgingPlan,
    seed: int,
) -> Callable[[], JudgedEye | None]:
    def judge() -> JudgedEye | None:
        bodies = draw_block(seed, block, parameters(), visits=1, indices=[place])
        return judged_eye(bodies.person(0), eye, models, peer, plan)

    return judge


def _kept(
    path: Path, plan: dict[str, object], judge: Callable[[], JudgedEye | None]
) -> JudgedEye | None:
    """Return what lies in a file, judged by the same plan, or judge and write it."""
    if path.exists():
        kept = json.loads(path.read_bytes())
        if kept["plan"] == plan:
            return JudgedEye(**kept["judged"]) if kept["judged"] else None
    judged = judge()
    content = {"plan": plan, "judged": None if judged is None else asdict(judged)}
    write_whole(path, json.dumps(content).encode())
    return judged
