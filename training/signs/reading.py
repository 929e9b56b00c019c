"""Signs of people as a trained network reads them in their photographs.

Legend: N people, S signs, H rows, W columns, C colours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from edge_runtime.cli.progress import progress_bar
from edge_runtime.domain import Eye, FloatArray
from edge_runtime.forecast.signs import of_person
from training.checkpoint import WEIGHTS_FILE, load_weights
from training.forecast.photographs.seen import SeenPeople
from training.signs.network import SignsNetwork
from training.signs.pictures import Pictures
from training.signs.task import SignsRecipe

TOGETHER = 32
VIEWS: tuple[tuple[Eye, ...], ...] = ((Eye.OD, Eye.OS), (Eye.OD,), (Eye.OS,))
"""Both eyes, or one alone."""


def trained_signs(run: Path) -> tuple[SignsRecipe, SignsNetwork]:
    """Return the recipe and the best network of a run."""
    recipe, state, _ = load_weights(SignsRecipe, run / WEIGHTS_FILE)
    network = SignsNetwork(recipe.start, recipe.width, recipe.frozen_stages)
    network.load_state_dict(state)
    return recipe, network.eval()


@torch.no_grad()
def read_signs(network: SignsNetwork, pictures: Pictures) -> FloatArray:
    """Return the signs (N, S) of each picture in their own units."""
    read = []
    with progress_bar("Reading signs", len(pictures)) as show:
        for start in range(0, len(pictures), TOGETHER):
            numbers = range(start, min(start + TOGETHER, len(pictures)))
            images = torch.from_numpy(np.stack([pictures.image(i) for i in numbers]))
            read.append(network.in_units(network(images)[0]).numpy())
            show(numbers.stop)
    return np.concatenate(read)


def read_people(
    seen: SeenPeople, pictures: Pictures, sign_NS: FloatArray, eyes: Sequence[Eye] = VIEWS[0]
) -> FloatArray:
    """Return each person's signs (N, S) from these eyes' photographs, NaN of whom none was read."""
    of_path = {eye.path: sign for eye, sign in zip(pictures.eyes, sign_NS, strict=True)}
    return np.stack(list(_read(seen, of_path, eyes)))


def _read(
    seen: SeenPeople, of_path: dict[Path, FloatArray], eyes: Sequence[Eye]
) -> Iterator[FloatArray]:
    for photographs in seen.eyes:
        read: dict[Eye | None, list[FloatArray]] = defaultdict(list)
        for photograph in photographs:
            if photograph.eye in eyes and photograph.path in of_path:
                read[photograph.eye].append(of_path[photograph.path])
        found = of_person(read)
        width = len(next(iter(of_path.values())))
        yield np.full(width, np.nan, np.float32) if found is None else found
