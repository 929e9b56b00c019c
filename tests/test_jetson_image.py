"""The Jetson image: pinned, hashed, and nothing of training's or of a GPU wheel's in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tomllib
import yaml

ROOT = Path(__file__).resolve().parents[1]
JETSON = ROOT / "deploy" / "jetson"
PIN = re.compile(r"^([a-z0-9_.-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}$", re.M)


def pins(jetpack: int) -> set[str]:
    text = (JETSON / f"requirements-jetpack{jetpack}.txt").read_text(encoding="ascii")
    names = PIN.findall(text)
    assert text.count("==") == len(names), "each wheel has one hash"
    return set(names)


@pytest.mark.parametrize("jetpack", [6, 7])
def test_every_dependency_of_the_runtime_is_pinned_with_its_hash(jetpack: int):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["cpu"]]

    names = {re.split(r"[<>=\[; ]", line)[0].lower() for line in wanted}

    assert names <= pins(jetpack)


@pytest.mark.parametrize("jetpack", [6, 7])
def test_neither_torch_nor_a_gpu_wheel_is_in_the_image(jetpack: int):
    assert not {"torch", "onnx", "onnxruntime-gpu", "opencv-python", "tensorrt"} & pins(jetpack)


def test_the_image_installs_by_hash_alone_and_runs_as_nobody_in_particular():
    image = (ROOT / "Dockerfile.jetson").read_text(encoding="utf-8")

    assert "--require-hashes" in image
    assert "--no-deps" in image
    assert re.findall(r"^USER (\S+)", image, re.M) == ["10001"]
    assert "edge_runtime.service.probe" in image
    assert "FORESEYE_BACKENDS=tensorrt,onnxruntime-cpu" in image


def test_compose_gives_the_service_what_it_needs_and_nothing_else():
    told = yaml.safe_load((JETSON / "compose.yaml").read_text(encoding="utf-8"))

    service = told["services"]["foreseye"]
    assert service["runtime"] == "nvidia"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["mem_limit"] == "4g"
    assert "engines:/var/lib/foreseye" in service["volumes"]


def test_settings_named_for_the_device_are_settings():
    from edge_runtime.settings import settings_from

    texts = [(ROOT / "Dockerfile.jetson").read_text(), (JETSON / "compose.yaml").read_text()]
    named = {name for text in texts for name in re.findall(r"\b(FORESEYE_[A-Z_]+)(?:=|:)", text)}

    settings_from(dict.fromkeys(named, "1"))
