"""A model's second engine: there only where it says the same to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from edge_runtime.domain import Tensors
from edge_runtime.models import LoadedModel
from edge_runtime.pipeline import Pipeline
from edge_runtime.service.engines.narrow import narrow_engine
from edge_runtime.service.generation import golden_inputs
from edge_runtime.settings import Settings
from tests.edge_runtime.service.engines.counting_engine import CountingEngine

pytestmark = pytest.mark.slow

TWO = Settings(threads=2)


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    opened = Pipeline.open(TWO)
    yield opened
    opened.close()


def samples_of(pipeline: Pipeline, model: LoadedModel) -> list[Tensors]:
    return golden_inputs(pipeline.bundle, model.name, model.entry)


def test_a_narrow_engine_says_what_the_wide_one_says(pipeline: Pipeline) -> None:
    model = pipeline.loaded["findings"]
    samples = samples_of(pipeline, model)

    narrow = narrow_engine(pipeline.bundle, model, samples, TWO)

    assert narrow is not None
    for sample in samples:
        for name, values in narrow.run(sample).items():
            np.testing.assert_array_equal(values, model.run(sample)[name])
    narrow.close()


def test_an_engine_that_says_something_else_is_not_used(pipeline: Pipeline) -> None:
    model = pipeline.loaded["findings"]
    samples = samples_of(pipeline, model)

    class Another(CountingEngine):
        def run(self, inputs: Tensors) -> Tensors:
            return {name: values + 1e-7 for name, values in model.backend.run(inputs).items()}

    other = replace(model, backend=Another())
    assert narrow_engine(pipeline.bundle, other, samples, TWO) is None


def test_a_single_processor_a_foreign_engine_and_no_samples_give_none(pipeline: Pipeline) -> None:
    model = pipeline.loaded["findings"]
    samples = samples_of(pipeline, model)
    on_a_card = replace(model, backend=CountingEngine("tensorrt"))

    assert narrow_engine(pipeline.bundle, model, samples, Settings(threads=1)) is None
    assert narrow_engine(pipeline.bundle, on_a_card, samples, TWO) is None
    assert narrow_engine(pipeline.bundle, model, [], TWO) is None
