"""Nested sets against a naive recursive numbering."""

from hypothesis import given
from hypothesis import strategies as st

from forum.comments.numbering import Position, in_loop, number


@st.composite
def forests(draw) -> dict[int, int | None]:
    """child -> parent, children often before their parents, siblings in any order."""
    size = draw(st.integers(0, 25))
    edges = {pk: draw(st.none() | st.integers(1, pk - 1)) if pk > 1 else None for pk in range(1, size + 1)}
    return {pk: edges[pk] for pk in draw(st.permutations(list(edges)))}


def naive(edges: dict[int, int | None]) -> dict[int, Position]:
    positions = {}

    def walk(pk: int, root: int, bound: int, level: int) -> int:
        lft = bound
        for child in [child for child, parent in edges.items() if parent == pk]:
            bound = walk(child, root, bound + 1, level + 1)
        positions[pk] = Position(root, lft, bound + 1, level)
        return bound + 1

    for root in [pk for pk, parent in edges.items() if parent is None]:
        walk(root, root, 1, 0)
    return positions


@given(forests())
def test_positions_are_those_of_a_walk_through_the_tree(edges):
    assert number(edges) == naive(edges)


@given(forests())
def test_bounds_nest_as_parents_do_and_leave_no_gap(edges):
    positions = number(edges)

    for pk, parent in edges.items():
        place = positions[pk]
        if parent is not None:
            above = positions[parent]
            assert above.tree_id == place.tree_id
            assert above.lft < place.lft < place.rght < above.rght
            assert place.level == above.level + 1
    for tree_id in {place.tree_id for place in positions.values()}:
        bounds = [
            bound for place in positions.values() if place.tree_id == tree_id for bound in (place.lft, place.rght)
        ]
        assert sorted(bounds) == list(range(1, len(bounds) + 1))


@given(forests(), st.data())
def test_a_loop_and_all_that_hangs_on_it_are_left_out_and_the_rest_is_as_ever(edges, data):
    size = len(edges)
    loop = list(range(size + 1, size + 1 + data.draw(st.integers(1, 4))))
    edges |= dict(zip(loop, loop[1:] + loop[:1], strict=True)) | {1000: loop[0]}

    positions = number(edges)

    assert positions.keys() == edges.keys() - set(loop) - {1000}
    assert {pk for pk in edges if in_loop(pk, edges)} == set(loop)


def test_a_comment_whose_parent_is_elsewhere_is_left_out_with_its_replies():
    assert number({1: None, 2: 99, 3: 2}) == {1: Position(1, 1, 2, 0)}
    assert not in_loop(3, {1: None, 2: 99, 3: 2})


def test_a_chain_of_five_thousand_needs_no_recursion():
    positions = number({pk: pk - 1 or None for pk in range(1, 5001)})

    assert positions[5000] == Position(1, 5000, 5001, 4999)
    assert positions[1] == Position(1, 1, 10_000, 0)
