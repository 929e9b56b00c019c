"""A findings checkpoint becomes a calibrated graph and an entry that the runtime takes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from edge_runtime.backends.onnxruntime_cpu import OnnxRuntimeCpu
from edge_runtime.bundle.opening import reference_bundle_path
from edge_runtime.contracts.bundle import ModelEntry
from edge_runtime.contracts.cohort import ManifestRow, Role
from edge_runtime.domain import Evidence, UInt8Array
from edge_runtime.fundus.findings import conditions_of, findings_of
from export.errors import ExportError, ToleranceError
from export.findings import exported_findings, findings_parity
from training.checkpoint import save_weights
from training.findings.eyes import graded_eyes
from training.findings.networks import DeployedFindings, FindingsNetwork, findings_network, seen
from training.findings.task import FindingsRecipe

pytestmark = pytest.mark.slow

SIDE = 96
EYES = 14
RECIPE = FindingsRecipe(
    model="findings",
    image_size_px=SIDE,
    batch_size=2,
    total_steps=1,
    warm_up_steps=0,
    learning_rate=1e-3,
    weight_decay=0.0,
    ema_decay=0.9,
    evaluate_every_steps=1,
    patience_evaluations=1,
    sets=("drawn",),
    start="random",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn eyes as many cameras would show them."""
    folder = tmp_path_factory.mktemp("drawn")
    rng = np.random.default_rng(11)
    samples = [cv2.imread(str(p)) for p in sorted(reference_bundle_path().rglob("*.jpg"))]
    for n in range(EYES):
        tinted = samples[n % len(samples)] / 255.0 * rng.uniform(0.6, 1.0, 3)
        grainy = tinted ** rng.uniform(0.7, 1.4) + rng.normal(0, 0.02, tinted.shape)
        picture = (np.clip(grainy * (tinted.max(axis=2, keepdims=True) > 0.05), 0, 1) * 255).round()
        small = cv2.resize(picture.astype(np.uint8), (400, 300), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / f"{n}.jpg"), small)
    return folder


def a_row(n: int, grade: int, ill: bool) -> ManifestRow:
    return ManifestRow.model_validate(
        {
            "set": "drawn",
            "person_id": str(n // 2),
            "photograph": f"{n}.jpg",
            "role": Role.TUNE,
            "fold": 0,
            "evidence_kind": "drawn",
            "terms": "drawn for this test",
            "dr_grade": grade,
            "maculopathy": ill,
        }
    )


@pytest.fixture(scope="module")
def network(folder: Path) -> FindingsNetwork:
    """Untrained, but its logits spread about zero over the drawn eyes."""
    torch.manual_seed(5)
    network = findings_network("random")
    with torch.no_grad():
        # Without the pictures' own averages in its batch norms a random network's signal dies.
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.momentum = None
        network.train()(seen(torch.from_numpy(images_of(folder))))
        network.eval()
        logits_NK = logits_of(network, folder)
        network.head.weight.mul_(2.0 / logits_NK.std(dim=0)[:, None])
        network.head.bias.zero_()
        network.head.bias.sub_(logits_of(network, folder).mean(dim=0))
    return network


def images_of(folder: Path) -> UInt8Array:
    rows = [a_row(n, 0, False) for n in range(EYES)]
    return np.stack([eye.image_HWC for eye in graded_eyes(rows, folder, SIDE)])


def logits_of(network: FindingsNetwork, folder: Path) -> torch.Tensor:
    with torch.no_grad():
        logits: torch.Tensor = network(seen(torch.from_numpy(images_of(folder))))
        return logits


@pytest.fixture(scope="module")
def rows(network: FindingsNetwork, folder: Path) -> list[ManifestRow]:
    """Labels that the network mostly gets right, as one that has learned would."""
    logits_NK = logits_of(network, folder).numpy()
    best_NK, ill = np.argsort(-logits_NK[:, :5], axis=1), logits_NK[:, 5] > 0
    wrong = {0, 5, 9}
    return [
        a_row(n, int(best_K[1 if n in wrong else 0]), bool(i) != (n in wrong))
        for n, (best_K, i) in enumerate(zip(best_NK, ill, strict=True))
    ]


@pytest.fixture(scope="module")
def weights(network: FindingsNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    return save_weights(run, RECIPE, network.state_dict(), {"step": 1})


@pytest.fixture(scope="module")
def exported(weights: Path, rows: list[ManifestRow], folder: Path) -> tuple[bytes, ModelEntry]:
    return exported_findings(weights, rows, folder, "findings.fp32.onnx", lambda _: None)


@pytest.fixture(scope="module")
def images(rows: list[ManifestRow], folder: Path) -> UInt8Array:
    return np.stack([eye.image_HWC for eye in graded_eyes(rows[:4], folder, SIDE)])


@pytest.mark.slow
def test_the_runtime_takes_the_graph_and_its_entry(
    exported: tuple[bytes, ModelEntry], images: UInt8Array
):
    graph, entry = exported
    backend = OnnxRuntimeCpu(graph, threads=1)

    outputs = backend.run({"image_NHWC": images})
    alone = backend.run({"image_NHWC": images[:1]})

    assert conditions_of(entry) == ["maculopathy"]
    findings = findings_of(outputs["dr_grade_NK"][0], outputs["condition_NK"][0], entry)
    assert findings.dr_grade is not None
    assert findings.dr_grade.referable_threshold == entry.thresholds["referable"]
    assert outputs["dr_grade_NK"][:1] == pytest.approx(alone["dr_grade_NK"], abs=1e-5)
    assert entry.evidence is Evidence.INTERNAL
    assert entry.preprocessing.image_size_px == SIDE


@pytest.mark.slow
def test_parity_is_said_in_probabilities(exported: tuple[bytes, ModelEntry]):
    report = exported[1].parity["fp32"]

    assert 0 <= report.largest_difference <= report.tolerance == 1e-3
    assert "referable retinopathy changes by at most" in report.in_words


@pytest.mark.slow
def test_each_cut_finds_what_its_rule_says_on_the_tuning_people(
    exported: tuple[bytes, ModelEntry], rows: list[ManifestRow], folder: Path
):
    graph, entry = exported
    backend = OnnxRuntimeCpu(graph, threads=1)
    images = np.stack([eye.image_HWC for eye in graded_eyes(rows, folder, SIDE)])
    outputs = backend.run({"image_NHWC": images})
    said = {
        "referable": outputs["dr_grade_NK"][:, 2:].sum(axis=1),
        "maculopathy": outputs["condition_NK"][:, 0],
    }
    there = {
        "referable": np.array([(row.dr_grade or 0) >= 2 for row in rows]),
        "maculopathy": np.array([bool(row.maculopathy) for row in rows]),
    }

    for name, threshold in entry.thresholds.items():
        assert (said[name][there[name]] >= threshold).mean() >= 0.9
        assert entry.threshold_rules is not None
        assert "7 tuning people of drawn" in entry.threshold_rules[name]


@pytest.mark.slow
def test_a_graph_of_another_calibration_fails_the_gate(
    exported: tuple[bytes, ModelEntry], network: FindingsNetwork, images: UInt8Array
):
    other = DeployedFindings(network, 4.0, [1.0], [0.0])

    with pytest.raises(ToleranceError, match="a probability changes by"):
        findings_parity(other, OnnxRuntimeCpu(exported[0], threads=1), images, "fp32")


def test_without_graded_tuning_people_nothing_is_exported(
    weights: Path, rows: list[ManifestRow], folder: Path
):
    learned = [row.model_copy(update={"role": Role.TRAIN}) for row in rows]

    with pytest.raises(ExportError, match="no graded photographs"):
        exported_findings(weights, learned, folder, "findings.fp32.onnx", lambda _: None)
