"""What `foreseye bench` measures: the pipeline's stages, and beside them the floors that no
pipeline with these graphs and photographs can go below.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import onnxruntime as ort

from edge_runtime.batch.workers import in_order
from edge_runtime.contracts.bundle import Precision
from edge_runtime.contracts.result import STAGES, ScreeningResult
from edge_runtime.domain import Exam
from edge_runtime.pipeline import Pipeline
from edge_runtime.stages import PhotographDone, PhotographRefused

WARM_UP = 2
"""Runs before those that count."""

PERCENTILES = (50, 95, 99)
Spread = dict[str, float]


def spread_ms(seconds: Sequence[float]) -> Spread:
    """Return p50, p95 and p99 in milliseconds."""
    values = np.percentile(np.asarray(seconds) * 1000.0, PERCENTILES)
    return {f"p{p}": round(float(v), 2) for p, v in zip(PERCENTILES, values, strict=True)}


def timed(action: Callable[[], object], repeat: int) -> list[float]:
    """Return the seconds that each of `repeat` calls took, after WARM_UP calls."""
    seconds = []
    for run in range(WARM_UP + repeat):
        started = time.perf_counter()
        action()
        if run >= WARM_UP:
            seconds.append(time.perf_counter() - started)
    return seconds


def screened_once(pipeline: Pipeline, exam: Exam) -> ScreeningResult:
    """Return the result of an exam of one photograph. Raises a PhotographError."""
    done: list[ScreeningResult] = []
    for event in pipeline.screen(exam):
        if isinstance(event, PhotographRefused):
            raise event.error
        if isinstance(event, PhotographDone):
            done.append(event.result)
    return done[0]


def seen(pipeline: Pipeline, exam: Exam) -> dict[str, object]:
    """Return what the measured photograph is, and whether it went all the way."""
    result = screened_once(pipeline, exam)
    return {
        "name": result.photograph.name,
        "num_bytes": len(exam.photographs[0].content),
        "width_px": result.photograph.width_px,
        "height_px": result.photograph.height_px,
        "gradable": result.quality.gradable,
    }


def pipeline_spreads(pipeline: Pipeline, exam: Exam, repeat: int) -> dict[str, object]:
    """Return the spread of each stage, and of bytes in memory to the result in memory."""
    results: list[ScreeningResult] = []
    seconds = timed(lambda: results.append(screened_once(pipeline, exam)), repeat)
    counted = results[WARM_UP:]
    stages = {
        stage: spread_ms([result.timings_ms[stage] / 1000.0 for result in counted])
        for stage in STAGES
        if stage != "total" and stage in counted[0].timings_ms
    }
    return {"stages_ms": stages, "end_to_end_ms": spread_ms(seconds)}


def throughput_per_s(pipeline: Pipeline, exam: Exam, repeat: int, num_workers: int) -> float:
    """Return photographs a second when several threads work ahead, as `foreseye batch` does."""
    started = time.perf_counter()
    for _ in in_order(lambda each: screened_once(pipeline, each), [exam] * repeat, num_workers):
        pass
    return round(repeat / (time.perf_counter() - started), 2)


def decode_floor(content: bytes, repeat: int) -> Spread:
    """Return the spread of decoding the file at full size with OpenCV and nothing else."""
    encoded = np.frombuffer(content, dtype=np.uint8)
    return spread_ms(timed(lambda: cv2.imdecode(encoded, cv2.IMREAD_COLOR), repeat))


def session_run_floors(pipeline: Pipeline, threads: int, repeat: int) -> dict[str, Spread]:
    """Return, for each graph, the spread of ONNX Runtime's bare `session.run` on its golden
    input, in the precision and with as many threads as the pipeline uses, its other options as
    they come.
    """
    bundle = pipeline.bundle
    floors: dict[str, Spread] = {}
    for name, model in pipeline.loaded.items():
        entry, precision = model.entry, cast("Precision", model.identity.precision)
        golden = next(s.expected[name] for s in bundle.manifest.golden if name in s.expected)
        with np.load(io.BytesIO(bundle.read(golden)), allow_pickle=False) as arrays:
            inputs = {tensor.name: arrays[f"input.{tensor.name}"] for tensor in entry.inputs}
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        session = ort.InferenceSession(
            bundle.read(entry.artefacts[precision].file),
            sess_options=options,
            providers=["CPUExecutionProvider"],
        )
        floors[name] = spread_ms(timed(partial(session.run, None, inputs), repeat))
    return floors


def start_up(
    photograph: Path, environment: Mapping[str, str], screenings: int = 1
) -> dict[str, object]:
    """Return how long a fresh process takes to its first result, and its memory then and later.

    The whole process's time holds all its screenings.
    """
    started = time.perf_counter()
    child = subprocess.run(
        [sys.executable, "-m", "edge_runtime.cli.start_up", str(photograph), str(screenings)],
        env=dict(environment),
        capture_output=True,
        check=True,
        text=True,
    )
    whole_ms = (time.perf_counter() - started) * 1000.0
    told: dict[str, object] = json.loads(child.stdout)
    return {**told, "whole_process_ms": round(whole_ms, 1)}
