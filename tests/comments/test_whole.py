"""The quick look at a tree, row by row, finds broken what the thorough one does, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from forum.comments.checking import _faults, _is_whole
from forum.comments.numbering import number
from forum.comments.tree import Stored


@st.composite
def trees(draw) -> list[Stored]:
    """A tree of some comments, as it is stored; mostly with some numbers that are not right."""
    size = draw(st.integers(1, 9))
    edges = {pk: draw(st.integers(1, pk - 1)) if pk > 1 else None for pk in range(1, size + 1)}
    places = number(edges)
    rows = [Stored(pk, edges[pk], 1, 1, places[pk].lft, places[pk].rght, places[pk].level) for pk in edges]
    for _ in range(draw(st.integers(0, 3))):
        which = draw(st.integers(0, size - 1))
        field = draw(st.sampled_from(["parent_id", "post_id", "lft", "rght", "level"]))
        value = draw(st.integers(0, 2 * size + 1))
        rows[which] = rows[which]._replace(**{field: None if field == "parent_id" and value == 0 else value})
    return sorted(rows, key=lambda row: (row.lft, row.pk))


@given(trees())
def test_both_agree(rows):
    assert _is_whole(rows) == (_faults({row.pk: row for row in rows}) == [])


def test_a_tree_of_another_number_is_not_whole():
    assert not _is_whole([Stored(1, None, 1, 2, 1, 2, 0)])
    assert _is_whole([Stored(2, None, 1, 2, 1, 2, 0)])
