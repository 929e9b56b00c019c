"""A real server in front of tiny models, and how a stock client asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import tritonclient.grpc as triton

from edge_runtime.cli.session import opened_pipeline
from tests.edge_runtime.service.live_server import READY_PATIENCE_S, LiveServer, live_server
from tests.edge_runtime.service.tiny_bundle import TinyBundle


@contextmanager
def tiny_server(bundle: TinyBundle, **changes: Any) -> Iterator[LiveServer]:
    """Yield a ready server with the Open Inference Protocol on; `changes` are settings."""
    settings = replace(bundle.settings, **changes)
    with live_server(opened_pipeline, settings, open_inference=True) as live:
        live.submit(live.server.ready()).result(READY_PATIENCE_S)
        yield live


def image_input(image_NHWC: np.ndarray) -> triton.InferInput:
    tensor = triton.InferInput("image_NHWC", list(image_NHWC.shape), "UINT8")
    tensor.set_data_from_numpy(image_NHWC)
    return tensor


def inferred(
    client: triton.InferenceServerClient, model: str, image_NHWC: np.ndarray, **options: Any
) -> triton.InferResult:
    return client.infer(model, [image_input(image_NHWC)], **options)


def outputs_of(answer: triton.InferResult) -> dict[str, np.ndarray]:
    return {output.name: answer.as_numpy(output.name) for output in answer.get_response().outputs}
