"""Makes one precision of one model and proves it; what loses too much in int8 stays in fp32."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import onnx

from edge_runtime.backends.opening import RUNS
from edge_runtime.contracts.bundle import Artefact, ParityReport, Precision
from export.entry import GOLDEN_TOLERANCE_FP32
from export.errors import ExportError, ToleranceError
from export.precisions.gate import Judged, check, in_words
from export.precisions.half import halved, kept_in_half
from export.precisions.int8 import CPU, TRT, Kind, quantised, rounded_places
from export.precisions.network import activation_after, convolutions, network_nodes
from export.precisions.ranges import ranges_of
from export.precisions.sensitivity import most_sensitive_first
from export.precisions.subject import Subject
from export.precisions.tensorrt_graph import cast_before_transposed, complaints
from export.to_onnx import OPSET, file_of

Say = Callable[[str], None]

KINDS: dict[Precision, Kind] = {"int8-cpu": CPU, "int8-trt": TRT}

OUTERMOST_SHARE = 1e-4
"""Of an activation's values, left out at either end of its range."""

SPARED_EACH_ROUND, MOST_ROUNDS = 1 / 16, 4
"""Share of the convolutions that go back to fp32 when the gate refuses, and how often."""

RANKED_ON = 2
"""Photographs on which convolutions are ranked."""

HALVED: dict[Precision, tuple[Callable[[onnx.ModelProto], onnx.ModelProto], str]] = {
    "fp16": (halved, "Light, contrast and output stay in fp32"),
    "fp32": (kept_in_half, "The arithmetic is in fp32, the weights are kept as halves"),
}

GOLDEN_TOLERANCE: dict[Precision, float] = {
    "fp32": GOLDEN_TOLERANCE_FP32,
    "fp16": 0.05,
    "int8-cpu": 0.1,
    "int8-trt": 0.2,
}
"""int8 is held against its own golden outputs: another processor rounds the fp32 light and contrast
in their last digit, which turns a step here and there. A kernel that saturates moves far more."""


@dataclass(frozen=True)
class Candidate:
    """A graph in fewer bits, and what of it is not."""

    graph: bytes
    kept: str


@dataclass(frozen=True)
class Derived:
    """One precision of one model, proved."""

    graph: bytes
    artefact: Artefact
    parity: ParityReport


def derived(subject: Subject, precision: Precision, before: Judged, say: Say) -> Derived:
    """Return the first candidate that passes the gate; `before` holds the figures in fp32.

    Raises ToleranceError when none passes.
    """
    refusal: ToleranceError | None = None
    for candidate in _candidates(subject, precision, say):
        try:
            return _proved(subject, precision, candidate, before)
        except ToleranceError as error:
            refusal = error
            say(f"refused: {error}")
    assert refusal is not None, "there is at least one candidate"
    raise refusal


def _candidates(subject: Subject, precision: Precision, say: Say) -> Iterator[Candidate]:
    """Yield graphs, each with more of it in higher precision than the one before."""
    if precision in HALVED:
        make, kept = HALVED[precision]
        yield Candidate(_finished(make(subject.graph), precision), kept)
        return
    kind = KINDS[precision]
    nodes = network_nodes(subject.graph)
    images = subject.images()
    say(f"{subject.name}: {precision}, calibrating on {len(images)} tuning photographs")
    places = rounded_places(subject.graph, nodes, kind)
    ranges = ranges_of(subject.graph, places, images, OUTERMOST_SHARE)
    total = len(convolutions(subject.graph))
    ranked: list[str] = []
    for tried in range(MOST_ROUNDS):
        if tried == 1:
            say(f"{subject.name}: ranking {total} convolutions by what int8 costs at each")
            ranked = most_sensitive_first(subject.graph, nodes, ranges, images[:RANKED_ON], kind)
        spared = set(ranked[: round(tried * total * SPARED_EACH_ROUND)])
        chosen = _without(subject.graph, nodes, spared)
        num_kept = total - sum(node.op_type == "Conv" for node in chosen)
        made = quantised(subject.graph, chosen, ranges, kind)
        kept = f"{num_kept} of {total} convolutions stay in fp32"
        yield Candidate(_finished(made, precision), kept)


def _finished(graph: onnx.ModelProto, precision: Precision) -> bytes:
    """Return the file of a graph. Raises ExportError for one that TensorRT would not read."""
    if precision not in RUNS["tensorrt"]:
        return file_of(graph)
    made = cast_before_transposed(graph)
    found = complaints(made)
    if found:
        raise ExportError(f"TensorRT would not read the {precision} graph: {'; '.join(found)}")
    return file_of(made)


def _without(
    graph: onnx.ModelProto, nodes: list[onnx.NodeProto], spared: set[str]
) -> list[onnx.NodeProto]:
    """Return the nodes but for the spared convolutions and the activations after them."""
    left_out = set(spared)
    for node in nodes:
        after = activation_after(graph, node) if node.output[0] in spared else None
        if after is not None:
            left_out.add(after.output[0])
    return [node for node in nodes if node.output[0] not in left_out]


def _proved(
    subject: Subject, precision: Precision, candidate: Candidate, before: Judged
) -> Derived:
    changes = subject.changes(before, subject.judged(candidate.graph))
    check(subject.name, precision, changes)
    difference = subject.largest_difference(candidate.graph, RANKED_ON)
    told = "; ".join(in_words(change) for change in changes)
    parity = ParityReport(
        reference="the same graph in fp32, same machine",
        samples=RANKED_ON,
        largest_difference=difference,
        tolerance=1.0,
        in_words=f"{candidate.kept}. On tuning people's photographs, from fp32: {told}.",
        clinical=changes,
    )
    artefact = Artefact(
        file=f"{subject.name}.{precision}.onnx",
        opset=OPSET,
        golden_tolerance=GOLDEN_TOLERANCE[precision],
    )
    return Derived(candidate.graph, artefact, parity)
