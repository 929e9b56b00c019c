"""A tree that is still being grown."""

from __future__ import annotations

from itertools import chain

import numpy as np

from training.drawn.anatomy import Points
from training.drawn.vessels.tissue import TissueMap
from training.drawn.vessels.tree import Nodes, Values

SITE_SPACING = 4
"""A vessel may fork at every so many of its nodes."""


class GrowingTree:
    """Vessels laid end to end in arrays, the places where they may still fork, and the tissue."""

    def __init__(self) -> None:
        self.tissue = TissueMap()
        self.curves: list[Points] = []
        self._bends: list[Points] = []
        self._parents: list[list[int]] = []
        self._firsts: list[int] = []
        self.starts: list[int] = []
        """The node that each vessel leaves; -1 where it comes up through the disc."""
        self.num_nodes = 0
        self._site_rows: list[Values] = []
        self._sites = np.empty((0, 7))

    def add(self, curve: Points, bend: Points, start: int, half: float, offset: int) -> int:
        """Append a vessel along a curve (N, 2) that already holds its bends; return its first node.

        The curve's first point is the node `start`, and is left out, unless `start` is -1. `half`
        is -1 above and 1 below; `offset` says which nodes become sites of forks.
        """
        first, keep = self.num_nodes, 0 if start < 0 else 1
        count = len(curve) - keep
        self._parents.append([start, *range(first, first + count - 1)])
        self.curves.append(curve[keep:])
        self._bends.append(bend[keep:])
        self._firsts.append(first)
        self.starts.append(start)
        self.num_nodes += count
        self._add_sites(curve[keep:], first, half, offset)
        self.tissue.fill([curve])
        return first

    def _add_sites(self, curve: Points, first: int, half: float, offset: int) -> None:
        places = np.arange(2 + offset % SITE_SPACING, len(curve), SITE_SPACING)
        if not len(places) or places[-1] < len(curve) - 2:
            places = np.append(places, len(curve) - 1)
        places[-1] = len(curve) - 1
        sites = np.empty((len(places), 7))
        sites[:, :2] = curve[places]
        way = curve[places] - curve[places - 1]
        sites[:, 2:4] = way / np.sqrt((way * way).sum(1))[:, None]
        sites[:, 4], sites[:, 5], sites[:, 6] = half, first + places, 0
        sites[-1, 6] = 1
        self._site_rows.append(sites)

    def take_sites(self) -> Values:
        """Return all open sites (S, 7): x, y, way of the blood x, y, half, node, whether a tip."""
        self._sites = np.concatenate([self._sites, *self._site_rows])
        self._site_rows = []
        return self._sites

    def use_sites(self, rows: list[int]) -> None:
        """Close sites, by their rows in what `take_sites` gave last: a vessel leaves there now."""
        self._sites = np.delete(self._sites, rows, axis=0)

    @property
    def xy(self) -> Points:
        """All nodes (N, 2)."""
        return np.concatenate(self.curves)

    @property
    def parent(self) -> Nodes:
        """(N,); -1 at a root."""
        return np.fromiter(chain.from_iterable(self._parents), np.int64, self.num_nodes)

    def slow_bends(self) -> Points:
        """Return the sideways shift (N, 2) of each node less what its forks and ends share of it.

        What is left is nought at every fork and end, so that vessels can be bent more or less
        while their forks stay where they are.
        """
        bend = np.concatenate(self._bends)
        held = np.zeros(self.num_nodes, bool)
        held[[start for start in self.starts if start >= 0]] = True
        held[self._firsts] = True
        held[np.array(self._firsts[1:]) - 1] = held[-1] = True
        node, fixed = np.arange(self.num_nodes), np.flatnonzero(held)
        return np.stack([axis - np.interp(node, fixed, axis[fixed]) for axis in bend.T], axis=1)

    def side_forks(self) -> tuple[Nodes, Nodes]:
        """Return the forks: the node that a branch leaves, and the branch's first node."""
        tips = {first - 1 for first in self._firsts[1:]} | {self.num_nodes - 1}
        pairs = [
            (start, first)
            for start, first in zip(self.starts, self._firsts, strict=True)
            if start >= 0 and start not in tips
        ]
        both = np.array(pairs, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]
