"""The same work without a server, for `foreseye bench serve`: what serving is compared with."""

from __future__ import annotations

import time

from edge_runtime.batch.workers import in_order
from edge_runtime.cli.measuring import screened_once
from edge_runtime.domain import Exam, PhotographFile, Tensors
from edge_runtime.errors import NotInBundle
from edge_runtime.pipeline import Pipeline
from edge_runtime.service.generation import golden_inputs
from edge_runtime.service.open_inference.served_model import DATATYPE
from edge_runtime.stages import QualityRead
from edge_runtime.wire.convert_request import exam_to_wire
from edge_runtime.wire.open_inference import message

AT_LEAST = 3
"""Runs of each measurement, however short."""


def exam_of(pipeline: Pipeline) -> Exam:
    """Return the exam that is measured: the bundle's first sample. Raises NotInBundle."""
    bundle = pipeline.bundle
    if not bundle.manifest.golden:
        raise NotInBundle("the bundle holds no sample to measure with")
    sample = bundle.manifest.golden[0].photograph
    return Exam("bench", (PhotographFile("sample.jpg", bundle.read(sample)),))


def quality_s(pipeline: Pipeline, exam: Exam, seconds: float) -> float:
    """Return the median time to the quality verdict."""
    times: list[float] = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(times) < AT_LEAST:
        started = time.perf_counter()
        for stage in pipeline.screen(exam):
            if isinstance(stage, QualityRead):
                times.append(time.perf_counter() - started)
                break
    return sorted(times)[len(times) // 2]


def exams_per_s(pipeline: Pipeline, exam: Exam, seconds: float, at_once: int) -> float:
    """Return exams a second when so many threads work on one each."""
    screened_once(pipeline, exam)
    started = time.perf_counter()
    screened_once(pipeline, exam)
    count = max(AT_LEAST * at_once, int(seconds / (time.perf_counter() - started) * at_once))
    started = time.perf_counter()
    for _ in in_order(lambda each: screened_once(pipeline, each), [exam] * count, at_once):
        pass
    return count / (time.perf_counter() - started)


def runs_per_s(pipeline: Pipeline, seconds: float) -> dict[str, float]:
    """Return how often a second each model runs on its golden input, one after the other."""
    rates = {}
    for name, model in pipeline.loaded.items():
        inputs = _golden(pipeline, name)
        model.run(inputs)
        count, started = 0, time.perf_counter()
        while time.perf_counter() < started + seconds or count < AT_LEAST:
            model.run(inputs)
            count += 1
        rates[name] = count / (time.perf_counter() - started)
    return rates


def screen_request(exam: Exam) -> bytes:
    """Return the request that screens an exam, without pictures in the answer."""
    return bytes(exam_to_wire(exam, False, 0).SerializeToString())


def infer_request(pipeline: Pipeline, name: str) -> bytes:
    """Return the raw ModelInferRequest of a model's golden input."""
    request = message("ModelInferRequest")(model_name=name)
    for tensor, array in _golden(pipeline, name).items():
        datatype = DATATYPE[array.dtype.name]
        request.inputs.add(name=tensor, datatype=datatype, shape=array.shape)
        request.raw_input_contents.append(array.tobytes())
    return bytes(request.SerializeToString())


def _golden(pipeline: Pipeline, name: str) -> Tensors:
    model = pipeline.loaded[name]
    samples = golden_inputs(pipeline.bundle, name, model.entry)
    if not samples:
        raise NotInBundle(f"the bundle holds no golden input of {name}")
    return samples[0]
