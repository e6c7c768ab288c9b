"""What a page chooses of more comments than it holds, against what must be true of any choice."""

from collections import Counter
from functools import wraps

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from forum.comments.opening import STEPS, Opening, choose, unfold
from forum.comments.thread import Node, Order, Place, Row, Stub, arrange
from tests.comments.test_arrange import forests, node


def place_of(each: Node) -> Place:
    return (each.published_at, each.pk, each.parent_id, each.hidden_at or each.retracted_at)


def chosen(nodes: list[Node], order: Order = Order.OLD, *, budget: int, **where: int) -> Opening:
    return choose([place_of(each) for each in nodes], order, budget=budget, **where)


def readable(nodes: list[Node]) -> int:
    return sum(not each.is_tombstone for each in nodes)


def branch(nodes: list[Node], top: int) -> list[Node]:
    found = {top}
    while more := {each.pk for each in nodes if each.parent_id in found} - found:
        found |= more
    return [each for each in nodes if each.pk in found]


def in_every_order(check):
    """One forest is looked at in all orders: to draw it takes longer than to look."""

    @wraps(check)
    def checked(**drawn):
        for order in Order:
            note(order)
            check(order=order, **drawn)

    del checked.__wrapped__  # the order is not for hypothesis to draw
    return checked


budgets = st.integers(1, 35)


@given(nodes=forests(), budget=budgets)
@in_every_order
def test_a_choice_keeps_to_the_budget_and_leaves_no_hole(order, nodes, budget):
    opening = chosen(nodes, order, budget=budget)

    assert len(opening.shown) == min(budget, len(nodes))
    parents = {each.pk: each.parent_id for each in nodes}
    assert {parents[pk] for pk in opening.shown} <= opening.shown | {None}
    # Of every list the beginning is shown, in the order in which the whole page shows it.
    whole: dict[int | None, list[int]] = {}
    for row in arrange(nodes, order):
        whole.setdefault(row.node.parent_id, []).append(row.node.pk)
    for parent, shown in opening.lists.items():
        assert shown == whole[parent][: len(shown)]
    assert sorted(pk for shown in opening.lists.values() for pk in shown) == sorted(opening.shown)


@given(nodes=forests(), budget=budgets)
@in_every_order
def test_what_is_shown_and_what_the_stubs_count_is_all_there_is(order, nodes, budget):
    opening = chosen(nodes, order, budget=budget)

    assert opening.total == readable(nodes)
    assert readable([each for each in nodes if each.pk in opening.shown]) + opening.left_out == opening.total
    for parent, (after, count) in opening.rest.items():
        shown = opening.lists.get(parent, [])
        assert after == (shown[-1] if shown else parent)
        left = [each for each in nodes if each.parent_id == parent and each.pk not in shown]
        assert count == sum(readable(branch(nodes, each.pk)) for each in left) > 0


@given(nodes=forests(), budget=budgets, data=st.data())
@in_every_order
def test_the_same_comments_make_the_same_choice_however_they_come(order, nodes, budget, data):
    shuffled = data.draw(st.permutations(nodes))
    assert chosen(nodes, order, budget=budget) == chosen(shuffled, order, budget=budget)


@given(nodes=forests(), budget=budgets)
@in_every_order
def test_more_room_shows_more_and_takes_nothing_away(order, nodes, budget):
    assume(budget // STEPS == (budget + 1) // STEPS)  # another step is another price of the first list
    assert chosen(nodes, order, budget=budget).shown < chosen(nodes, order, budget=budget + 1).shown or (
        budget >= len(nodes)
    )


@given(nodes=forests(), cap=st.integers(0, 4))
@in_every_order
def test_with_room_for_all_it_is_the_whole_page(order, nodes, cap):
    opening = chosen(nodes, order, budget=max(len(nodes), 1))

    assert unfold(opening, nodes, cap=cap) == arrange(nodes, order, cap=cap)


@given(nodes=forests(), budget=budgets, cap=st.integers(0, 4), level=st.integers(0, 5))
@in_every_order
def test_stubs_stand_at_the_end_of_their_lists_and_every_list_is_closed(order, nodes, budget, cap, level):
    opening = chosen(nodes, order, budget=budget)
    lines = unfold(opening, nodes, cap=cap, level=level)

    assert [line.node.pk for line in lines if isinstance(line, Row)] == [
        row.node.pk for row in arrange(nodes, order) if row.node.pk in opening.shown
    ]
    stubs = {line.parent.pk if line.parent else None: line for line in lines if isinstance(line, Stub)}
    assert {parent: (stub.after, stub.count) for parent, stub in stubs.items()} == opening.rest
    depth, last_of = min(level, cap), {}
    for line in lines:
        assert line.depth == depth == min(line.level, cap)
        depth += line.opens - line.closes
        last_of[line.parent.pk if line.parent else None] = line
    assert depth == min(level, cap)
    for parent, stub in stubs.items():
        assert last_of[parent] is stub


@given(nodes=forests().filter(bool), budget=budgets, data=st.data())
@in_every_order
def test_following_every_stub_to_its_end_shows_everything_once(order, nodes, budget, data):
    part = data.draw(budgets)
    opening = chosen(nodes, order, budget=budget)
    seen, stubs = Counter(opening.shown), list(opening.rest.items())
    while stubs:
        parent, (after, count) = stubs.pop()
        where = branch(nodes, parent) if parent else nodes
        more = choose([place_of(each) for each in where], order, budget=part, root=parent, after=after)
        assert more.total == count
        seen += Counter(more.shown)
        stubs += [(parent if owner is None else owner, rest) for owner, rest in more.rest.items()]

    assert max(seen.values()) == 1
    assert {each.pk for each in nodes if not each.is_tombstone} <= seen.keys()


@given(nodes=forests().filter(bool), budget=budgets, data=st.data())
@in_every_order
def test_the_opening_of_a_branch_begins_with_its_comment(order, nodes, budget, data):
    top = data.draw(st.sampled_from(nodes))
    below = branch(nodes, top.pk)

    opening = chosen(below, order, budget=budget, root=top.pk)

    assert len(opening.shown) == min(budget, len(below))
    assert opening.lists[None] == [top.pk]
    assert opening.total == readable(below)
    assert readable([each for each in below if each.pk in opening.shown]) + opening.left_out == opening.total
    lines = unfold(opening, below, cap=8)
    assert isinstance(lines[0], Row)
    assert (lines[0].node, lines[0].level, lines[0].descendants) == (top, 0, opening.total - readable([top]))


def test_every_branch_is_begun_before_one_is_followed_far():
    """A quarrel of 500 in the first of 30 branches, each of which has one answer."""
    tops = [node(pk, at=pk) for pk in range(1, 31)]
    answers = [node(30 + pk, pk, at=40) for pk in range(1, 31)]
    quarrel = [node(100, 1, at=41), *(node(pk, pk - 1, at=41) for pk in range(101, 600))]

    opening = chosen([*tops, *answers, *quarrel], budget=64)

    assert opening.lists[None] == [top.pk for top in tops]
    assert sum(len(opening.lists.get(top.pk, [])) > 0 for top in tops) > len(tops) / 2
    assert sum(pk >= 100 for pk in opening.shown) < 10


@pytest.mark.parametrize(
    "budget, last", [(8, {1, 2, 3, 11, 12, 13, 21, 111}), (9, {4}), (11, {5, 14}), (14, {6, 15, 31})]
)
def test_the_rule_by_hand(budget, last):
    """Of six comments the first has ten replies (11 to 20), the first of these one (111), and two others one each.

    With so small a budget the six cost 1 to 6, 11 costs 2, 12 costs 3, …, 111 and 21 (the reply to 2) 4, 31 costs 6.
    """
    tops = [node(pk, at=pk) for pk in range(1, 7)]
    replies = [node(pk, 1, at=pk) for pk in range(11, 21)]
    nodes = [*tops, *replies, node(111, 11, at=50), node(21, 2, at=51), node(31, 3, at=52)]

    assert last <= chosen(nodes, budget=budget).shown
    assert len(chosen(nodes, budget=budget).shown) == budget
    assert not last <= chosen(nodes, budget=budget - len(last)).shown


def test_the_first_list_costs_more_with_each_eighth_of_the_budget():
    """700 of a flat list cost 7 at most and the next 100 cost 8, as the third of a chain does."""
    tops = [node(pk, at=pk / 1_000) for pk in range(1, 10_001)]
    chain = [node(20_000, 1, at=50), *(node(20_000 + deep, 19_999 + deep, at=50 + deep) for deep in range(1, 7))]

    opening = chosen([*tops, *chain], budget=800)

    assert {pk for pk in opening.shown if pk >= 20_000} == {20_000, 20_001, 20_002}
    assert opening.lists[None] == list(range(1, 798))
    assert opening.rest == {20_002: (20_002, 4), None: (797, 9_203)}


def test_what_nobody_can_read_is_not_announced():
    first, withdrawn = node(1, at=1), node(2, at=2, hidden=True)

    opening = chosen([first, withdrawn], budget=1)

    assert (opening.shown, opening.rest, opening.left_out) == ({1}, {}, 0)


def test_a_chain_of_five_thousand_needs_no_recursion():
    chain = [node(pk, pk - 1 or None, at=pk) for pk in range(1, 5001)]

    opening = chosen(chain, budget=300)

    assert opening.shown == set(range(1, 301))
    assert opening.rest == {300: (300, 4_700)}
    assert unfold(opening, chain, cap=8)[-1].is_flattened


def test_the_place_after_a_comment_that_is_not_there_is_refused():
    nodes = [node(1), node(2, 1), node(3)]
    for where in ({"after": 2}, {"after": 9}, {"root": 1, "after": 3}):
        with pytest.raises(ValueError, match="not in list"):
            chosen(nodes, budget=5, **where)


def test_a_comment_that_was_moved_away_meanwhile_takes_its_branch_along():
    nodes = [node(1, at=1), node(2, 1, at=2), node(3, at=3)]
    lines = unfold(chosen(nodes, budget=9), nodes[1:], cap=8)
    assert [line.node.pk for line in lines if isinstance(line, Row)] == [3]
