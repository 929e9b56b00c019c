"""A bundle without models, a pipeline that can be held, and a server in front of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge_runtime.bundle.opening import Bundle
from edge_runtime.contracts.bundle import (
    Artefact,
    BundleManifest,
    DataStatement,
    MeasuredQuality,
    ModelEntry,
    ParityReport,
    Preprocessing,
)
from edge_runtime.contracts.tensors import ANATOMY_CHANNELS
from edge_runtime.domain import Evidence
from edge_runtime.settings import Settings
from edge_runtime.wire.client import ScreeningClient
from tests.edge_runtime.service.held_screener import HeldScreener
from tests.edge_runtime.service.live_server import LiveServer, live_server


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """A bundle without graphs: enough to be described."""
    card = "# A drawn bundle\n"
    (tmp_path / "model_card.md").write_text(card, encoding="utf-8")
    digest = hashlib.sha256(card.encode()).hexdigest()
    parity = ParityReport(
        reference="torch", samples=1, largest_difference=0.0, tolerance=1e-3, in_words="equal"
    )
    anatomy = ModelEntry(
        evidence=Evidence.INTERNAL,
        preprocessing=Preprocessing(image_size_px=512, margin=0.02),
        inputs=[],
        outputs=[],
        labels=list(ANATOMY_CHANNELS),
        artefacts={"fp32": Artefact(file="anatomy.onnx", opset=20, golden_tolerance=1e-3)},
        parity={"fp32": parity},
        metrics=[],
    )
    manifest = BundleManifest.model_validate(
        {
            "schema": "foreseye.bundle/1",
            "name": "drawn",
            "version": "1.2.3",
            "made_with": {},
            "models": {"anatomy": anatomy},
            "measured_quality": MeasuredQuality(
                file="quality.json", evidence=Evidence.DRAWN, metrics=[]
            ),
            "golden": [],
            "data_statement": DataStatement(models={}, terms_of_the_weights="none"),
            "model_card": "model_card.md",
            "files": {
                "model_card.md": digest,
                "anatomy.onnx": "0" * 64,
                "quality.json": "0" * 64,
            },
        }
    )
    text = manifest.to_json()
    return Bundle(tmp_path, manifest, text, hashlib.sha256(text.encode()).hexdigest())


@pytest.fixture
def screener(bundle: Bundle) -> HeldScreener:
    return HeldScreener(bundle)


@pytest.fixture
def settings() -> Settings:
    return replace(Settings(), max_queued_exams=1)


@pytest.fixture
def live(screener: HeldScreener, settings: Settings) -> Iterator[LiveServer]:
    with live_server(screener, settings) as live:
        yield live
        screener.release()


@pytest.fixture
def client(live: LiveServer) -> Iterator[ScreeningClient]:
    with ScreeningClient(live.address) as client:
        yield client
