"""The display order of a thread, against a naive recursive one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.comments.thread import Author, Node, Order, arrange

LATER = "2026-01-02 00:00:00"  # than all comments


def node(pk: int, parent: int | None = None, *, at: float = 0, hidden: bool = False, retracted: bool = False) -> Node:
    return Node(
        pk=pk,
        parent_id=parent,
        published_at=f"2026-01-01 00:{at:013.6f}",
        hidden_at=LATER if hidden else None,
        retracted_at=LATER if retracted else None,
        author=Author(1, "ann", "", placeholder=False),
        revision=1,
        post_revision=1,
        said="",
    )


@st.composite
def forests(draw) -> list[Node]:
    """Comments in any order: each answers an earlier one, or the post; times may be equal or run against the ids."""
    size = draw(st.integers(0, 30))
    nodes = []
    for pk in range(1, size + 1):
        parent = draw(st.none() | st.integers(1, pk - 1)) if pk > 1 else None
        state = draw(st.sampled_from(["", "", "hidden", "retracted"]))
        nodes.append(
            node(pk, parent, at=draw(st.integers(0, 9)), hidden=state == "hidden", retracted=state == "retracted")
        )
    return draw(st.permutations(nodes))


def children_of(nodes: list[Node], pk: int | None) -> list[Node]:
    return [each for each in nodes if each.parent_id == pk]


def branch(nodes: list[Node], top: Node) -> list[Node]:
    return [top] + [below for child in children_of(nodes, top.pk) for below in branch(nodes, child)]


def naive_key(nodes: list[Node], order: Order):
    def newest(each: Node):
        visible = [below.published_at for below in branch(nodes, each) if not below.is_tombstone]
        return (bool(visible), max(visible, default=""), each.pk)

    match order:
        case Order.OLD:
            return lambda each: (each.published_at, each.pk), False
        case Order.NEW:
            return lambda each: (each.published_at, each.pk), True
        case Order.ACTIVE:
            return newest, True


def naive_order(nodes: list[Node], order: Order, pk: int | None = None, level: int = 0) -> list[tuple[int, int]]:
    key, reverse = naive_key(nodes, order)
    return [
        placed
        for child in sorted(children_of(nodes, pk), key=key, reverse=reverse)
        for placed in [(child.pk, level), *naive_order(nodes, order, child.pk, level + 1)]
    ]


@pytest.mark.parametrize("order", Order)
@given(nodes=forests())
def test_every_comment_stands_once_in_its_place(order, nodes):
    rows = arrange(nodes, order)

    assert [(row.node.pk, row.level) for row in rows] == naive_order(nodes, order)


@pytest.mark.parametrize("order", Order)
@given(nodes=forests(), cap=st.none() | st.integers(0, 4))
def test_what_is_opened_is_closed_and_nothing_stands_deeper_than_the_cap(order, nodes, cap):
    depth = 0
    rows = arrange(nodes, order, cap=cap)
    for row in rows:
        assert row.depth == depth
        assert row.depth == (row.level if cap is None else min(row.level, cap))
        assert not (row.opens and row.closes)
        assert row.is_flattened == (cap is not None and row.level > cap)
        depth += row.opens - row.closes
    assert depth == 0


@given(nodes=forests(), cap=st.none() | st.integers(0, 4))
def test_each_row_knows_its_parent_and_how_many_can_be_seen_below_it(nodes, cap):
    for row in arrange(nodes, cap=cap):
        assert (row.parent.pk if row.parent else None) == row.node.parent_id
        assert row.descendants == sum(not below.is_tombstone for below in branch(nodes, row.node)[1:])


@given(nodes=forests().filter(bool), data=st.data())
def test_a_branch_is_arranged_as_it_stands_in_the_thread(nodes, data):
    top = data.draw(st.sampled_from(nodes))

    rows = arrange(branch(nodes, top))

    whole = [pk for pk, _ in naive_order(nodes, Order.OLD)]
    place = whole.index(top.pk)
    assert [row.node.pk for row in rows] == whole[place : place + len(rows)]
    assert (rows[0].parent, rows[0].level) == (None, 0)
    assert len(rows) == len(branch(nodes, top))


@pytest.mark.parametrize("order", Order)
def test_a_chain_of_five_thousand_needs_no_recursion(order):
    rows = arrange([node(pk, pk - 1 or None, at=pk) for pk in range(1, 5001)], order)

    assert [row.level for row in rows] == list(range(5000))
    assert [row.descendants for row in rows] == list(range(4999, -1, -1))
    assert rows[-1].closes == 4999


def test_no_comments_are_no_rows():
    assert arrange([]) == []


def test_a_branch_of_tombstones_alone_stands_last_when_the_active_come_first():
    rows = arrange([node(1, at=1), node(2, at=9, hidden=True), node(3, at=2)], Order.ACTIVE)

    assert [row.node.pk for row in rows] == [3, 1, 2]


def test_moments_a_microsecond_apart_are_told_apart():
    first, second = node(1, at=0.000001), node(2, at=0)

    assert [row.node.pk for row in arrange([first, second], Order.NEW)] == [1, 2]
    assert [row.node.pk for row in arrange([first, second], Order.OLD)] == [2, 1]
