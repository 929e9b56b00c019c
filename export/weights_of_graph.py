"""The weights of a bundle's networks, read back from its graphs: a bundle outlives its run folders.

The exporter folds each batch normalisation into the convolution before it. Here it comes back as
one that only adds the folded bias, so the network gives what its graph gives, may be exported
again, and may be trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from edge_runtime.bundle.opening import Bundle
from export.anatomy import STRUCTURES, VESSELS
from export.disc import DISC
from export.errors import WeightsError
from export.precisions.half import unhalved
from training.anatomy.disc_network import disc_network
from training.anatomy.disc_task import DiscRecipe
from training.anatomy.structure_network import structure_network
from training.anatomy.structure_task import StructureRecipe
from training.anatomy.vessel_network import vessel_network
from training.anatomy.vessel_task import VesselRecipe
from training.checkpoint import save_weights
from training.findings.networks import findings_network
from training.findings.task import FindingsRecipe
from training.recipe import Recipe, read_recipe, shipped_recipe

Part = tuple[str, Recipe, dict[str, Tensor]]


def write_weights(bundle: Bundle, out: Path, say: Callable[[str], None]) -> None:
    """Write the run folders of a bundle's networks under `out`, as `foreseye-export bundle` reads.

    Each bears the recipe that ships, with the bundle's fold: a bundle does not say by which it was
    made. Raises WeightsError where a graph is not that of this version's network.
    """
    for name, recipe, weights in _parts(bundle):
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        fold = bundle.manifest.held_out_fold
        held = recipe if fold is None or name.endswith(VESSELS) else replace(recipe, fold=fold)
        save_weights(folder, held, weights, {"read_from": bundle.sha256})
        say(f"{name}: {sum(tensor.numel() for tensor in weights.values())} numbers")


def _parts(bundle: Bundle) -> Iterator[Part]:
    anatomy = _graph(bundle, "anatomy")
    vessels = read_recipe(VesselRecipe, shipped_recipe("vessels"), "cpu-finish")
    network = vessel_network(vessels.features, square_px=vessels.square_px)
    yield f"anatomy/{VESSELS}", vessels, unfolded(network, anatomy, "vessels.")
    structures = read_recipe(StructureRecipe, shipped_recipe("structures"), "cpu")
    network = structure_network("random")
    yield f"anatomy/{STRUCTURES}", structures, unfolded(network, anatomy, "structures.")
    if "disc" in bundle.manifest.models:
        disc = read_recipe(DiscRecipe, shipped_recipe("disc"), "cpu")
        yield (
            f"anatomy/{DISC}",
            disc,
            unfolded(disc_network("random"), _graph(bundle, "disc"), "network."),
        )
    if "findings" in bundle.manifest.models:
        findings = read_recipe(FindingsRecipe, shipped_recipe("findings"), "cpu")
        graph = _graph(bundle, "findings")
        yield "findings", findings, unfolded(findings_network("random"), graph, "network.")


def _graph(bundle: Bundle, model: str) -> onnx.ModelProto:
    artefacts = bundle.manifest.models[model].artefacts  # type: ignore[index]
    if "fp32" not in artefacts:
        raise WeightsError(f"{model} is not in the bundle as fp32")
    return unhalved(onnx.load_from_string(bundle.read(artefacts["fp32"].file)))


def unfolded(network: nn.Module, graph: onnx.ModelProto, prefix: str) -> dict[str, Tensor]:
    """Return a state of `network` with which it gives what its part of the graph gives.

    Raises WeightsError where a weight is missing, of another shape, or left over.
    """
    held = {
        tensor.name.removeprefix(prefix): torch.from_numpy(numpy_helper.to_array(tensor).copy())
        for tensor in graph.graph.initializer
        if tensor.name.startswith(prefix)
    }
    modules = dict(network.named_modules())
    state = network.state_dict()
    for name, module in modules.items():
        if isinstance(module, nn.BatchNorm2d):
            state.update(_that_only_adds(name, module))
    for name, module in modules.items():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and module.bias is None:
            parent, _, place = name.rpartition(".")
            follower = f"{parent}.{int(place) + 1}.bias"
            held[follower] = _taken(held, f"{name}.weight_bias")
    for name, value in held.items():
        if name not in state or state[name].shape != value.shape:
            raise WeightsError(f"{prefix}{name} of shape {tuple(value.shape)} has no place")
        state[name] = value
    missing = [name for name in state if name.endswith("weight") and name not in held]
    left = [name for name in missing if not isinstance(modules[name[:-7]], nn.BatchNorm2d)]
    if left:
        raise WeightsError(f"the graph does not hold {prefix}{left[0]}")
    return state


def _taken(held: dict[str, Tensor], name: str) -> Tensor:
    if name not in held:
        raise WeightsError(f"the graph does not hold {name}")
    return held.pop(name)


def _that_only_adds(name: str, module: nn.BatchNorm2d) -> dict[str, Tensor]:
    """Return a batch normalisation's state that adds nothing yet and scales by one."""
    assert module.running_mean is not None
    assert module.running_var is not None
    return {
        f"{name}.running_mean": torch.zeros_like(module.running_mean),
        f"{name}.running_var": torch.ones_like(module.running_var),
        f"{name}.weight": torch.full_like(module.weight, (1.0 + module.eps) ** 0.5),
        f"{name}.bias": torch.zeros_like(module.bias),
    }
