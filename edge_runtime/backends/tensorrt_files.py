"""Engines on the disk: which file belongs to a model on this device, and whether to trust it.

A plan is code: TensorRT runs what it holds and has no check of its own before it does. So each lies
beside a manifest that says what it was built from, for and by, its name is a hash of all that, and
the folder is one that only its owner may write. Everything is compared before a byte is
deserialised. The name holds the model's hash: TensorRT's own caches know a graph by its structure
and would serve one model's engine for another's weights (onnxruntime#32254).
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from edge_runtime.backends.cuda_driver import Device
from edge_runtime.contracts.strict import Sha256, Strict
from edge_runtime.durable import make_folder, write_whole
from edge_runtime.errors import EngineRefused, SettingsError

ENGINE_SCHEMA: Final = "foreseye.engine/1"
WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class EngineBuild(Strict):
    """Everything that an engine depends on; two that differ in any of it are two engines."""

    model_sha256: Sha256
    precision: str
    largest_batch: int = Field(ge=1)
    workspace_mb: int = Field(ge=1)
    tensorrt: str
    """Its version: an engine runs on the one that built it."""
    device: str
    capability: str
    multiprocessors: int

    @property
    def key(self) -> str:
        """The engine's name: a hash of all of the above."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class EngineManifest(Strict):
    """`<key>.json`, beside `<key>.plan`."""

    schema_: Literal["foreseye.engine/1"] = Field(default=ENGINE_SCHEMA, alias="schema")
    build: EngineBuild
    engine_sha256: Sha256
    driver: int
    build_seconds: float


def build_of(
    graph: bytes, precision: str, batch: int, workspace_mb: int, tensorrt: str, device: Device
) -> EngineBuild:
    """Return what an engine for this graph on this device would be built from."""
    return EngineBuild(
        model_sha256=hashlib.sha256(graph).hexdigest(),
        precision=precision,
        largest_batch=batch,
        workspace_mb=workspace_mb,
        tensorrt=tensorrt,
        device=device.name,
        capability=device.capability,
        multiprocessors=device.multiprocessors,
    )


def engine_folder(named: str) -> Path:
    """Return the folder of engines, made if need be.

    Raises SettingsError where none is named, EngineRefused where others may write into it.
    """
    if not named:
        raise SettingsError("tensorrt needs a folder for its engines (FORESEYE_ENGINES)")
    folder = Path(named)
    if not folder.exists():
        make_folder(folder)
        folder.chmod(0o700)
    status = folder.stat()
    if status.st_uid != os.geteuid() or status.st_mode & WRITABLE_BY_OTHERS:
        raise EngineRefused(f"{folder} may be written by others than this user")
    return folder


def kept_engine(folder: Path, wanted: EngineBuild) -> bytes | None:
    """Return the plan that was built from `wanted`, None where there is none yet.

    Raises EngineRefused, naming what differs, for a plan without its manifest, one whose bytes
    changed, or a manifest that tells of another model, precision, device or version.
    """
    plan, told = folder / f"{wanted.key}.plan", folder / f"{wanted.key}.json"
    if not plan.exists() and not told.exists():
        return None
    try:
        content = plan.read_bytes()
        manifest = EngineManifest.model_validate_json(told.read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError) as error:
        raise EngineRefused(f"engine {wanted.key[:16]}: {error}") from None
    held = manifest.build.model_dump()
    other = [f"{k} {held[k]}, not {v}" for k, v in wanted.model_dump().items() if held[k] != v]
    if other:
        raise EngineRefused(f"engine {wanted.key[:16]} was built for {'; '.join(other)}")
    if hashlib.sha256(content).hexdigest() != manifest.engine_sha256:
        raise EngineRefused(f"engine {wanted.key[:16]} is not the one that was built: it changed")
    return content


def keep_engine(
    folder: Path, build: EngineBuild, plan: bytes, driver: int, build_seconds: float
) -> None:
    """Write a plan and its manifest, each whole or not at all, the manifest last."""
    manifest = EngineManifest(
        schema="foreseye.engine/1",
        build=build,
        engine_sha256=hashlib.sha256(plan).hexdigest(),
        driver=driver,
        build_seconds=build_seconds,
    )
    write_whole(folder / f"{build.key}.plan", plan)
    write_whole(folder / f"{build.key}.json", manifest.model_dump_json(by_alias=True, indent=1))
