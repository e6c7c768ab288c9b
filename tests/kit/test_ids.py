import pytest
from django.db import connection, transaction

from forum.comments.models import Comment
from forum.kit.ids import reserve_ids
from forum.posts.models import Tag
from tests.factories import make_comment, make_post


def test_reserved_ids_rise_and_are_given_once(mo):
    first, second = reserve_ids(Comment, 3), reserve_ids(Comment, 2)

    assert len(set(first + second)) == 5
    assert first + second == sorted(first + second)


def test_the_first_id_of_an_empty_table_is_reserved_too(db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'posts_tag'")

    reserved = reserve_ids(Tag, 2)

    assert Tag.objects.create(name="one", slug="one").pk > reserved[-1]


def test_rows_written_without_reserving_never_get_a_reserved_id(mo):
    before = make_comment(make_post(mo), mo)
    reserved = reserve_ids(Tag, 50)
    tags = [Tag.objects.create(name=f"t{number}", slug=f"t{number}") for number in range(5)]

    assert reserve_ids(Comment, 1)[0] > before.pk
    assert not {tag.pk for tag in tags} & set(reserved)
    assert reserve_ids(Tag, 1)[0] > max(tag.pk for tag in tags)


def test_a_row_written_with_an_id_of_its_own_is_counted_in_on_sqlite(db):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's sequences know nothing of such rows")
    Tag.objects.create(pk=7000, name="far", slug="far")

    assert reserve_ids(Tag, 1) == [7001]


@pytest.mark.parametrize("count", [0, -1])
def test_nothing_can_be_reserved(db, count):
    with pytest.raises(ValueError, match="at least 1"):
        reserve_ids(Comment, count)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_sqlite_refuses_rather_than_give_an_id_twice():
    if connection.vendor != "sqlite":
        assert reserve_ids(Comment, 1) != reserve_ids(Comment, 1)
        return
    with pytest.raises(transaction.TransactionManagementError, match="open transaction"):
        reserve_ids(Comment, 1)


def test_an_unknown_database_is_named(db, monkeypatch):
    monkeypatch.setattr(connection, "vendor", "oracle")

    with pytest.raises(NotImplementedError, match="oracle"):
        reserve_ids(Comment, 1)
