"""A tree cut at its forks into segments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.drawn.vessels.tree import Nodes, Values, VesselTree


@dataclass(frozen=True)
class Segments:
    """The S pieces of vessel between two forks, or a fork and an end, of a tree of N nodes."""

    start: Nodes
    """(S,) the fork or root that each leaves."""

    last: Nodes
    """(S,) the fork or tip at its far end."""

    of_node: Nodes
    """(N,) the segment that ends at or passes each node; a root's own is that of no piece: 0."""

    step: Values
    """(N,) length of the piece that ends at each node; 0 at a root."""


def segments_of(tree: VesselTree) -> Segments:
    """Return the segments of a tree, each with the nodes that are its own."""
    parent, children = tree.parent.tolist(), tree.num_children.tolist()
    of_node = [0] * len(parent)
    start: list[int] = []
    last: list[int] = []
    for node, up in enumerate(parent):
        if up < 0:
            continue
        if children[up] != 1 or parent[up] < 0:
            of_node[node] = len(start)
            start.append(up)
            last.append(node)
        else:
            of_node[node] = of_node[up]
            last[of_node[node]] = node
    ends = np.maximum(tree.parent, 0)
    step = np.sqrt(((tree.xy - tree.xy[ends]) ** 2).sum(1)) * (tree.parent >= 0)
    found = [np.array(nodes, np.int64) for nodes in (start, last, of_node)]
    return Segments(found[0], found[1], found[2], np.asarray(step))
