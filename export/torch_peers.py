"""PyTorch beside the graphs of a bundle: the same networks, the same pixels, in turns.

The networks are read back from the bundle's graphs and give what these give but for the shifts and
scales of calibration, which take no time.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import ModelName
from edge_runtime.domain import UInt8Array
from export.anatomy import trained_anatomy
from export.disc import trained_disc
from export.weights_of_graph import write_weights
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.findings.networks import DeployedFindings, findings_network
from training.findings.task import FindingsRecipe

OURS = ("int8-cpu", "fp32")
"""Precisions of ours that stand beside PyTorch, where the bundle holds them."""

CONDITIONS = 2
WARM_UP = 2
Runs = dict[str, Callable[[], object]]


@dataclass(frozen=True)
class Taken:
    """Milliseconds of each run: on the clock, and of all processors."""

    wall_ms: list[float]
    processor_ms: list[float]

    def medians(self) -> dict[str, float]:
        """Return both medians."""
        return {
            "wall_ms": round(median(self.wall_ms), 2),
            "processor_ms": round(median(self.processor_ms), 2),
        }


def torch_peers(
    bundle: Bundle, threads: int, rounds: int, compiled: bool, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return, by model, the medians of our graphs and of PyTorch's ways to run the same network.

    All take turns for `rounds` rounds, on one picture and `threads` threads. With `compiled`
    torch.compile is among them, whose first call takes minutes; where it needs a compiler that is
    not there, the reason stands in its place. Raises WeightsError, InferenceFailed.
    """
    torch.set_num_threads(threads)
    peers: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="foreseye-peers-") as folder:
        write_weights(bundle, Path(folder), say)
        for name, network in _networks(bundle, Path(folder)):
            say(f"{name}: in turns")
            picture_NHWC = _picture(bundle, name)
            runs, reasons = _torch_runs(network, torch.from_numpy(picture_NHWC), compiled)
            runs = {**_our_runs(bundle, name, picture_NHWC, threads), **runs}
            taken = in_turns(runs, rounds)
            peers[name] = {run: taken[run].medians() for run in runs}
            peers[name] |= {run: {"missing_because": reason} for run, reason in reasons.items()}
    return peers


def in_turns(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Taken]:
    """Return what each run took; they take turns, so that a busy machine slows all alike."""
    taken = {name: Taken([], []) for name in runs}
    for turn in range(WARM_UP + rounds):
        for name, run in runs.items():
            wall, processor = time.perf_counter(), time.process_time()
            run()
            if turn >= WARM_UP:
                taken[name].wall_ms.append(1000.0 * (time.perf_counter() - wall))
                taken[name].processor_ms.append(1000.0 * (time.process_time() - processor))
    return taken


def _networks(bundle: Bundle, runs: Path) -> Iterator[tuple[ModelName, nn.Module]]:
    """Yield the picture models as PyTorch runs them."""
    anatomy = bundle.manifest.models["anatomy"]
    yield "anatomy", trained_anatomy(runs / "anatomy", anatomy.picture.image_size_px).deployed
    disc = trained_disc(runs / "anatomy")
    if disc is not None:
        yield "disc", disc.deployed
    weights = runs / "findings" / WEIGHTS_FILE
    if weights.is_file():
        network = findings_network("random")
        network.load_state_dict(load_weights(FindingsRecipe, weights)[1])
        yield "findings", DeployedFindings(network, 1.0, [1.0] * CONDITIONS, [0.0] * CONDITIONS)


def _picture(bundle: Bundle, name: ModelName) -> UInt8Array:
    """Return the golden picture of a model, shape (1, H, W, C)."""
    (tensor,) = bundle.manifest.models[name].inputs
    golden = next(s.expected[name] for s in bundle.manifest.golden if name in s.expected)
    with np.load(io.BytesIO(bundle.read(golden)), allow_pickle=False) as arrays:
        return np.asarray(arrays[f"input.{tensor.name}"][:1], np.uint8)


def _our_runs(bundle: Bundle, name: ModelName, picture_NHWC: UInt8Array, threads: int) -> Runs:
    entry, runs = bundle.manifest.models[name], Runs()
    inputs = {entry.inputs[0].name: picture_NHWC}
    for precision in OURS:
        if precision in entry.artefacts:
            graph = bundle.read(entry.artefacts[precision].file)
            runs[f"foreseye {precision}"] = partial(OnnxRuntimeCpu(graph, threads).run, inputs)
    return runs


def _torch_runs(
    network: nn.Module, picture_NHWC: Tensor, compiled: bool
) -> tuple[Runs, dict[str, str]]:
    """Return PyTorch's ways to run a network, and why one cannot be had."""
    network = network.eval()
    runs: Runs = {"torch eager": partial(_run, network, picture_NHWC, False)}
    last = deepcopy(network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    runs["torch channels_last"] = partial(_run, last, picture_NHWC, False)
    runs["torch bf16, channels_last"] = partial(_run, last, picture_NHWC, True)
    if not compiled:
        return runs, {"torch.compile": "not asked for"}
    run = partial(_run, torch.compile(deepcopy(network)), picture_NHWC, False)
    try:
        run()
    except RuntimeError as error:  # what torch raises where a compiler is not there, or fails
        return runs, {"torch.compile": f"{type(error).__name__}: {error}"[:300]}
    return {**runs, "torch.compile": run}, {}


def _run(network: Callable[[Tensor], object], picture_NHWC: Tensor, in_bf16: bool) -> object:
    narrow = torch.autocast("cpu", dtype=torch.bfloat16) if in_bf16 else nullcontext()
    with torch.inference_mode(), narrow:
        return network(picture_NHWC)
