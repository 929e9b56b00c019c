"""Which bundle serves: the next one is proved beside the old, takes its place in one step, and
gives it back when it fails.

Use it from one event loop; opening and closing happen in threads of their own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from edge_runtime.bundle.opening import in_order_of_release
from edge_runtime.contracts.result import BundleIdentity
from edge_runtime.errors import (
    BundleMissing,
    BundleRollback,
    ForeseyeError,
    InferenceError,
    Overloaded,
)
from edge_runtime.fundus.intake import ReadPhotograph
from edge_runtime.service.engines.statistics import ModelStatistics
from edge_runtime.service.generation import Generation
from edge_runtime.service.memory_floor import MemoryFloor
from edge_runtime.service.screener import OpenScreener
from edge_runtime.settings import Settings

log = logging.getLogger("foreseye.service")

RETRY_LOADING_MS = 2_000
RETRY_SWITCHING_MS = 5_000

PROBATION = 20
"""Uses of a new bundle during which the old one stays loaded behind it."""

CLOSING_S = 10.0
"""How long the end waits for the last users of a bundle."""

STRIKES = 2
"""Failures of the engines within the probation that bring the old bundle back."""


class Bundles:
    """The bundle in service, the one before it, and the way between them."""

    def __init__(
        self,
        settings: Settings,
        open_screener: OpenScreener,
        floor: MemoryFloor,
        changed: Callable[[], None],
        read: ReadPhotograph,
    ) -> None:
        """Serve nothing yet. `changed` is called whenever another bundle serves; `read` reads the
        photographs.
        """
        self._read = read
        self._settings = settings
        self._open_screener = open_screener
        self._floor = floor
        self._changed = changed
        self._switching = asyncio.Lock()
        self._current: Generation | None = None
        self._fallback: Generation | None = None
        self._before: Settings | None = None
        self._left_of_probation = 0
        self._strikes = 0
        self.statistics: dict[tuple[str, str], ModelStatistics] = {}

    @property
    def current(self) -> Generation | None:
        """The bundle in service, None before the first is ready and after the end."""
        return self._current

    async def open_first(self) -> Generation:
        """Return the first bundle once it serves. Raises a BundleError or an InferenceError."""
        async with self._switching:
            generation = await self._opened(self._settings)
            self._take_over(generation, fallback=False)
        return generation

    @contextmanager
    def use(self) -> Iterator[Generation]:
        """Keep the bundle that serves now for the length of the block.

        An InferenceError in the block counts against a new bundle. Raises Overloaded while the
        first bundle is being loaded.
        """
        if self._current is None:
            loading = Overloaded("the bundle is being loaded", RETRY_LOADING_MS)
            loading.public_message = (
                "The screening service is starting. Please try again in a moment."
            )
            raise loading
        generation = self._current
        with generation.used():
            try:
                yield generation
            except InferenceError:
                self._judge(generation, failed=True)
                raise
            else:
                self._judge(generation, failed=False)

    async def switch(self, folder: str, *, allow_rollback: bool = False) -> BundleIdentity:
        """Return the identity of the bundle in `folder` once it serves.

        Until then, and when it cannot be opened, the old one serves. Raises Overloaded when another
        switch is under way or memory is short, BundleRollback for an older version unless
        `allow_rollback`, and what opening a bundle raises.
        """
        self._check_idle()
        async with self._switching:
            generation = await self._opened(replace(self._settings, bundle=folder))
            old = self._current
            try:
                if old is not None and not allow_rollback:
                    _check_version(generation, old)
            except ForeseyeError:
                generation.retire()
                raise
            self._take_over(generation, fallback=True)
        return generation.screener.bundle.identity

    async def roll_back(self) -> BundleIdentity:
        """Return the identity of the bundle before this one once it serves again.

        Raises BundleMissing when there was none, and as `switch`.
        """
        self._check_idle()
        async with self._switching:
            back = self._fallback
            if back is None:
                if self._before is None:
                    raise BundleMissing("no other bundle served before this one")
                back = await self._opened(self._before)
            self._fallback = None
            self._take_over(back, fallback=False)
        return back.screener.bundle.identity

    async def close(self) -> None:
        """Serve nothing any more, and return when all memory is given back."""
        closing = [each for each in (self._current, self._fallback) if each is not None]
        self._current = self._fallback = None
        for generation in closing:
            generation.retire()
            if not await asyncio.to_thread(generation.wait_closed, CLOSING_S):
                log.warning("bundle %s is still in use at the end", generation.version)

    async def _opened(self, settings: Settings) -> Generation:
        # The old one stays loaded beside the new.
        self._floor.check(0)
        return await asyncio.to_thread(
            Generation.open, settings, self._open_screener, self._statistics_of, self._read
        )

    def _statistics_of(self, model: str, version: str) -> ModelStatistics:
        return self.statistics.setdefault((model, version), ModelStatistics())

    def _check_idle(self) -> None:
        if self._switching.locked():
            raise Overloaded("a bundle is being loaded", RETRY_SWITCHING_MS)

    def _take_over(self, generation: Generation, *, fallback: bool) -> None:
        old, self._current = self._current, generation
        if self._fallback is not None:
            self._fallback.retire()
        self._fallback = old if fallback else None
        self._left_of_probation, self._strikes = PROBATION, 0
        if old is not None:
            self._before = old.settings
            if not fallback:
                old.retire()
        identity = generation.screener.bundle.identity
        log.info("bundle %s %s (%s) serves", identity.name, identity.version, identity.sha256[:16])
        self._changed()

    def _judge(self, generation: Generation, *, failed: bool) -> None:
        """Count a use of a new bundle; it stays, or the old one comes back."""
        if generation is not self._current or self._fallback is None:
            return
        self._left_of_probation -= 1
        self._strikes += failed
        if self._strikes >= STRIKES:
            log.error("bundle %s fails: the one before it comes back", generation.version)
            back, self._fallback = self._fallback, None
            self._take_over(back, fallback=False)
        elif self._left_of_probation <= 0:
            self._fallback.retire()
            self._fallback = None


def _check_version(new: Generation, old: Generation) -> None:
    if in_order_of_release(new.version) < in_order_of_release(old.version):
        raise BundleRollback(f"version {new.version} is older than {old.version}")
