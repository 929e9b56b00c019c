"""What a tree of retinal vessels is: nodes, the way the blood takes between them, and calibres."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from edge_runtime.domain import BoolArray
from training.drawn.anatomy import Points

Values = npt.NDArray[np.float64]
Nodes = npt.NDArray[np.int64]


class Kind(Enum):
    """Which way the blood goes."""

    ARTERIOLE = "arteriole"
    VENULE = "venule"


@dataclass(frozen=True)
class VesselTree:
    """One kind's vessels: N nodes; lengths are in disc diameters.

    A parent comes before its children. There may be several roots: vessels that come up through
    the disc apart from each other, and cilioretinal arterioles.
    """

    kind: Kind
    xy: Points
    """Positions (N, 2)."""

    parent: Nodes
    """(N,); -1 at a root."""

    radius: Values
    """(N,)."""

    course: Points
    """Positions (N, 2) of the vessels without their small bends; the same at forks and ends."""

    focal: Values
    """(N,) gentle changes of calibre along a vessel, about 1; not yet in a grown tree's radius."""

    @property
    def pieces(self) -> Nodes:
        """The nodes that have a parent: each is the far end of one piece of vessel."""
        return np.flatnonzero(self.parent >= 0)

    @property
    def num_children(self) -> Nodes:
        """How many vessels go on from each node (N,): 0 at a tip, 2 at a fork."""
        return np.bincount(self.parent[self.pieces], minlength=len(self.parent))


@dataclass(frozen=True)
class Crossings:
    """The M places where an arteriole and a venule cross."""

    xy: Points
    """(M, 2)."""

    arteriole: Nodes
    """(M,) the node at the far end of the piece of arteriole that crosses."""

    venule: Nodes

    arteriole_over: BoolArray
    """Whether the arteriole lies before the venule, as it mostly does."""


@dataclass(frozen=True)
class VesselTrees:
    """Both trees of one eye."""

    arterioles: VesselTree
    venules: VesselTree
    crossings: Crossings
