"""The forecast's checkpoint as a graph, calibrated on tuning people and proved equal to torch.

Legend: N people, D covariates, K conditions.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.contracts.bundle import Artefact, ModelEntry, SetCount
from edge_runtime.contracts.exam import ForecastCondition
from edge_runtime.contracts.tensors import LAYOUTS
from edge_runtime.domain import Evidence
from edge_runtime.forecast.covariates import AGE, NAMES
from edge_runtime.forecast.signs import SIGN_NAMES
from export.entry import graph_tensors
from export.errors import ExportError, OutputNameError
from export.forecast_parity import GOLDEN_TOLERANCE, forecast_parity
from export.to_onnx import OPSET, check_contract, file_of
from training.drawn.cohort.manifest_rows import TERMS
from training.drawn.population.oracle import HORIZONS_YEARS
from training.drawn.population.parameters import reference_population
from training.drawn.population.person import SET
from training.forecast.deployed import DeployedForecast, deployed_forecast
from training.forecast.people import People
from training.forecast.task import ForecastRecipe, inputs_of, tune_views
from training.forecast.train import trained_recipe, tune_people

PARITY_PEOPLE = 512
YOUNG_YEARS = 30.0
"""Drawn people are schoolchildren or adults of 40 and over; this lies between."""
CODES = ("sex", "smoking")


@dataclass(frozen=True)
class ForecastPart:
    """What a bundle holds of a forecast."""

    graph: bytes
    entry: ModelEntry
    counts: list[SetCount]
    horizons_years: list[float]
    reference_population: str
    learned_spans: dict[str, list[tuple[float, float]]]


def exported_forecast(run: Path, file: str, say: Callable[[str], None]) -> ForecastPart:
    """Return the graph of a finished run and what the bundle says of it, without metrics yet.

    Raises ParityError, or ExportError for a run that was told the true signs.
    """
    recipe = trained_recipe(run)
    if recipe.knows == "signs":
        raise ExportError(f"{run} was told the true signs of the retina: it never ships")
    if recipe.control != "none":
        raise ExportError(f"{run} is a control, which must learn nothing: it never ships")
    say("forecast: calibrating on tuning people")
    tune = tune_people(recipe, run)
    deployed = deployed_forecast(run, tune)
    say(f"forecast: exporting to ONNX opset {OPSET}")
    content = forecast_graph(deployed)
    say("forecast: proving parity")
    few = tune.take(np.arange(min(PARITY_PEOPLE, len(tune))))
    views = tune_views(*inputs_of(few, recipe.knows)).values()
    value_ND, known_ND = (np.concatenate(parts) for parts in zip(*views, strict=True))
    backend = OnnxRuntimeCpu(content, threads=1)
    parity = forecast_parity(deployed, backend, value_ND, known_ND, "fp32")
    backend.close()
    inputs, outputs = graph_tensors(content)
    entry = ModelEntry(
        evidence=Evidence.DRAWN,
        inputs=inputs,
        outputs=outputs,
        labels=[
            *NAMES,
            *(SIGN_NAMES if recipe.knows == "photographs" else ()),
            *(condition.value for condition in ForecastCondition),
        ],
        artefacts={"fp32": Artefact(file=file, opset=OPSET, golden_tolerance=GOLDEN_TOLERANCE)},
        parity={"fp32": parity},
        metrics=[],
    )
    return ForecastPart(
        graph=content,
        entry=entry,
        counts=[_counts(recipe)],
        horizons_years=[float(h) for h in HORIZONS_YEARS],
        reference_population=reference_population().statement,
        learned_spans=learned_spans(tune),
    )


def forecast_graph(deployed: DeployedForecast) -> bytes:
    """Return the graph as ONNX bytes, its number of people free.

    Raises OutputNameError when it breaks the contract of edge_runtime/contracts/tensors.py.
    """
    layout = LAYOUTS["forecast"]
    shape = 2, len(deployed.hazards.mean_D)
    example = torch.zeros(shape), torch.ones(shape)
    people = torch.export.Dim("N", min=1, max=1_000_000)
    with warnings.catch_warnings():
        # The exporter itself uses calls that Python and torch have deprecated.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            deployed.eval(),
            example,
            dynamo=True,
            opset_version=OPSET,
            external_data=False,
            input_names=[tensor.name for tensor in layout.inputs],
            output_names=[tensor.name for tensor in layout.outputs],
            dynamic_shapes=({0: people}, {0: people}),
            verbose=False,
        )
    if program is None:
        raise OutputNameError("the exporter gave no program")
    graph = program.model_proto
    check_contract(graph, "forecast")
    return file_of(graph)


def learned_spans(people: People) -> dict[str, list[tuple[float, float]]]:
    """Return the values that people had, by covariate; of ages a span each of young and adults."""
    found: dict[str, list[tuple[float, float]]] = {}
    for place, name in enumerate(NAMES):
        value_N = people.value_ND[people.known_ND[:, place] > 0, place]
        if name in CODES or name.startswith("has_") or not len(value_N):
            continue
        young = value_N < YOUNG_YEARS if name == AGE else np.zeros(len(value_N), bool)
        parts = [part for part in (value_N[young], value_N[~young]) if len(part)]
        found[name] = [(float(np.floor(part.min())), float(np.ceil(part.max()))) for part in parts]
    return found


def _counts(recipe: ForecastRecipe) -> SetCount:
    people = {"train": recipe.train_people, "tune": recipe.tune_people}
    return SetCount(
        set=SET,
        evidence_kind="drawn",
        terms=TERMS,
        people=people,
        eyes=dict.fromkeys(people, 0),
        photographs=dict.fromkeys(people, 0),
    )
