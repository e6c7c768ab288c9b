from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Max
from django.db.models.functions import Length

from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.comments.queries import miscounted
from forum.management.bench import bulk, shape, text
from forum.management.bench import load as loading
from forum.posts.models import Post, PostRevision


def load(**options) -> str:
    out = StringIO()
    call_command("bench_data", stdout=out, **options)
    return out.getvalue()


def test_the_threads_are_whole_counted_and_of_the_shape_of_real_ones(db):
    said = load(posts=12, comments=600)

    assert said.startswith("12 posts and 600 comments written in ")
    assert find_broken() == []
    assert list(miscounted()) == []
    assert Post.objects.count() == PostRevision.objects.count() == 12
    assert Comment.objects.count() == CommentBody.objects.count() == 600
    top_level = Comment.objects.filter(parent=None).count()
    assert 0.10 < top_level / 600 < 0.25
    assert Comment.objects.aggregate(deepest=Max("level"))["deepest"] > 4
    assert len({post.comment_count for post in Post.objects.all()}) > 6
    assert not Comment.objects.filter(body__published_at__lt=F("parent__body__published_at")).exists()
    assert not Comment.objects.filter(body__published_at__lt=F("post__published_at")).exists()
    assert Comment.objects.filter(retracted_at__isnull=False).exists()


def test_every_state_of_a_text_has_its_revision(db):
    load(posts=1, comments=300)

    assert CommentBody.objects.filter(revision=2).exists()
    kept = {(row.comment_id, row.number): row.source for row in CommentRevision.objects.all()}
    assert len(kept) == sum(CommentBody.objects.values_list("revision", flat=True))
    assert all(kept[body.pk, body.revision] == body.source for body in CommentBody.objects.all())


def test_one_thread_takes_all_comments(db):
    said = load(posts=3, comments=250, one_thread=True)

    assert set(Comment.objects.values_list("post", flat=True)) == {Post.objects.earliest("pk").pk}
    assert "longest thread has 250 comments" in said


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans without statistics")
def test_postgresql_knows_at_once_how_much_there_is(db):
    load(posts=3, comments=250)

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'comments_comment'")
        assert cursor.fetchone() == (250,)


@pytest.mark.django_db(transaction=True)
def test_what_was_written_before_it_was_stopped_stays_and_is_whole(monkeypatch):
    """In one transaction a big thread would take longer for each batch than for the one before."""
    write = bulk.write

    def write_until_stopped(model, columns, rows):
        if model is CommentRevision and CommentRevision.objects.exists():
            raise KeyboardInterrupt
        write(model, columns, rows)

    monkeypatch.setattr(bulk, "write", write_until_stopped)
    monkeypatch.setattr(loading, "BATCH", 20)

    with pytest.raises(KeyboardInterrupt):
        load(posts=1, comments=400, one_thread=True)

    assert 20 <= Comment.objects.count() == CommentBody.objects.count() < 400
    assert find_broken() == []


def test_loading_again_adds_to_what_is_there(db):
    load(posts=1, comments=50)
    load(posts=1, comments=50, seed=2)

    assert (Post.objects.count(), Comment.objects.count()) == (2, 100)
    assert find_broken() == []


def test_texts_are_as_long_as_people_write_and_of_every_kind(db):
    load(posts=1, comments=400)

    lengths = sorted(CommentBody.objects.annotate(length=Length("source")).values_list("length", flat=True))
    assert lengths[0] >= 90
    assert lengths[-1] <= 8_600
    assert 300 < lengths[200] < 1_200
    sources = set(CommentBody.objects.values_list("source", flat=True))
    assert all(any(mark in source for source in sources) for mark in ("$$", "```", "> "))
    assert "<blockquote>" in "".join(CommentBody.objects.values_list("html", flat=True))


def test_the_same_seed_gives_the_same_texts_and_shapes():
    first, second = text.texts(Random(7)), text.texts(Random(7))

    assert first == second != text.texts(Random(8))
    assert shape.sizes(Random(7), posts=5, comments=100, one_thread=False) == shape.sizes(
        Random(7), posts=5, comments=100, one_thread=False
    )


@pytest.mark.parametrize(
    "options, says",
    [
        ({"posts": 0, "comments": 5}, "--posts must be from 1"),
        ({"posts": -3, "comments": 5}, "not -3"),
        ({"posts": 1, "comments": -1}, "--comments must be from 0"),
        ({"posts": 1, "comments": 10**9}, "not 1,000,000,000"),
        ({"posts": 10**12, "comments": 1}, "--posts must be from 1"),
    ],
)
def test_nonsense_is_refused_by_name_and_nothing_is_written(db, options, says):
    with pytest.raises(CommandError, match=says):
        load(**options)
    assert not Post.objects.exists()


def test_words_for_numbers_are_refused(db):
    with pytest.raises(CommandError, match="invalid int value: 'many'"):
        call_command("bench_data", "--posts", "many", "--comments", "5")
