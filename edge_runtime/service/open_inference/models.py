"""Which models stock clients find, and which the operator has withdrawn from them.

Withdrawing a model takes it from this protocol alone: the clinic's own screening goes on, and the
engine, which both share, stays loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from edge_runtime.errors import NotAllowed, ServerFailed
from edge_runtime.service.bundles import Bundles
from edge_runtime.service.generation import Generation
from edge_runtime.service.open_inference.refused import (
    invalid,
    not_offered,
    unknown_model,
    worded,
)
from edge_runtime.service.open_inference.served_model import ServedModel

WITHDRAWN = "unloaded"
ONE_REPOSITORY = "'repository_name' specification is not supported"
SIGNED_ONLY = "models come from a signed bundle; a file or a config in the request is refused"


class OfferedModels:
    """The models of the bundle in service, but those that were withdrawn."""

    def __init__(self, bundles: Bundles, max_items: int) -> None:
        """Offer all models of whichever bundle serves; `max_items` in one request."""
        self._bundles = bundles
        self._max_items = max_items
        self._withdrawn: set[str] = set()
        self._described: tuple[Generation, dict[str, ServedModel]] | None = None

    @contextmanager
    def use(self, name: str, version: str) -> Iterator[tuple[Generation, ServedModel]]:
        """Keep the bundle open during the block, and give one of its models.

        Raises NotInBundle in Triton's words, and Overloaded while no bundle serves.
        """
        with self._bundles.use() as generation:
            yield generation, self.named(generation, name, version)

    def named(self, generation: Generation, name: str, version: str) -> ServedModel:
        """Return a model that is offered; `version` empty for the one in service."""
        if name not in generation.models:
            raise unknown_model(name)
        if version not in ("", generation.version):
            raise unknown_model(name, f"version {version} is not found")
        if name in self._withdrawn:
            raise unknown_model(name, "has no available versions")
        return self._served(generation, name)

    def offered(self) -> dict[str, bool]:
        """Return every model of the bundle in service, and whether it is offered."""
        current = self._bundles.current
        names = () if current is None else current.models
        return {name: name not in self._withdrawn for name in names}

    def is_ready(self, name: str, version: str) -> bool:
        """Return whether a model is offered, in that version."""
        current = self._bundles.current
        right = current is not None and version in ("", current.version)
        return right and self.offered().get(name, False)

    def all(self, generation: Generation) -> list[ServedModel]:
        """Return every model of a bundle, withdrawn or not."""
        return [self._served(generation, name) for name in sorted(generation.models)]

    def load(self, request: Any) -> None:
        """Offer a model again. Raises NotOffered, NotAllowed, InvalidField or ServerFailed."""
        check_repository(request)
        for key in request.parameters:
            if key == "config" or key.startswith("file:"):
                raise worded(NotAllowed(f"load parameter {key[:40]}"), SIGNED_ONLY)
            raise invalid("parameters", f"unrecognized load parameter '{key}'.")
        name = request.model_name
        if name not in self.offered():
            text = f"failed to load '{name}', failed to poll from model repository"
            raise worded(ServerFailed("no such model to load"), text)
        self._withdrawn.discard(name)

    def unload(self, request: Any) -> None:
        """Withdraw a model; one that is not known is withdrawn already. Raises NotOffered."""
        check_repository(request)
        if request.model_name in self.offered():
            self._withdrawn.add(request.model_name)

    def _served(self, generation: Generation, name: str) -> ServedModel:
        # Made once for each bundle, not for each request.
        if self._described is None or self._described[0] is not generation:
            made = {each: self._describe(generation, each) for each in generation.models}
            self._described = (generation, made)
        return self._described[1][name]

    def _describe(self, generation: Generation, name: str) -> ServedModel:
        model = generation.models[name]
        bundle = generation.screener.bundle.identity
        bounds = generation.room.bounds(name)
        items = max(self._max_items, bounds.max_batch_size)
        return ServedModel(name, model.entry, model.identity, bundle, bounds, items)


def check_repository(request: Any) -> None:
    """Return when the request asks for the one repository there is. Raises NotOffered."""
    if request.repository_name:
        raise not_offered(ONE_REPOSITORY)
