"""Nested sets from parents: arithmetic, no database. Nothing recurses over depth."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """What the tree stores of a comment beside its parent."""

    tree_id: int
    lft: int
    rght: int
    level: int


def number(edges: Mapping[int, int | None]) -> dict[int, Position]:
    """Positions of a forest given as child -> parent; siblings stand in the order of ``edges``. No recursion.

    A parent that is not itself a key, and a loop, leave their nodes out: the caller decides what that means.
    """
    children: dict[int | None, list[int]] = defaultdict(list)
    for child, parent in edges.items():
        children[parent].append(child)
    positions: dict[int, Position] = {}
    for root in children[None]:
        opened: dict[int, tuple[int, int]] = {}  # id -> (lft, level)
        bound = 0
        pending: list[tuple[int, int, bool]] = [(root, 0, False)]
        while pending:
            node, level, done = pending.pop()
            bound += 1
            if done:
                lft, level = opened[node]
                positions[node] = Position(root, lft, bound, level)
                continue
            opened[node] = (bound, level)
            pending.append((node, level, True))
            pending += [(child, level + 1, False) for child in reversed(children.get(node, ()))]
    return positions


def in_loop(pk: int, edges: Mapping[int, int | None]) -> bool:
    """Whether following the parents from ``pk`` leads back to it."""
    seen = set()
    node: int | None = pk
    while node is not None and node not in seen:
        seen.add(node)
        node = edges.get(node)
        if node == pk:
            return True
    return False
