import base64
import json
from datetime import datetime

import pytest
from django.http import Http404
from django.utils import timezone

from forum.kit.paging import Page, page_of
from forum.posts.models import Post, Tag
from tests.factories import make_post

BY_AGE = {"published_at": datetime, "pk": int}


def all_pages(size: int) -> list[Page[Post]]:
    pages = [page_of(Post.objects.all(), by=BY_AGE, size=size)]
    while key := pages[-1].next_key:
        pages.append(page_of(Post.objects.all(), by=BY_AGE, size=size, key=key))
    return pages


def key_of(words: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(words).encode()).decode().rstrip("=")


def test_pages_together_show_every_row_once(mo):
    made = [make_post(mo) for _ in range(7)]

    pages = all_pages(3)

    assert [len(page.items) for page in pages] == [3, 3, 1]
    assert [post.pk for page in pages for post in page.items] == [post.pk for post in reversed(made)]


def test_rows_of_one_moment_are_divided_by_their_id(mo):
    now = timezone.now()
    made = [make_post(mo, published_at=now, active_at=now).pk for _ in range(5)]

    shown = [post.pk for page in all_pages(2) for post in page.items]

    assert shown == sorted(made, reverse=True)


def test_a_list_that_ends_with_its_page_has_no_further_one(mo):
    for _ in range(3):
        make_post(mo)

    assert len(all_pages(3)) == 1


def test_what_arrives_meanwhile_moves_nothing_on_the_next_page(mo):
    old, older = [make_post(mo) for _ in range(2)][::-1]
    first = page_of(Post.objects.all(), by=BY_AGE, size=1)
    make_post(mo)

    second = page_of(Post.objects.all(), by=BY_AGE, size=1, key=first.next_key or "")

    assert (first.items, second.items) == ([old], [older])


def test_rising_lists_are_paged_too(db):
    for slug in ("c", "a", "b"):
        Tag.objects.create(name=slug, slug=slug)

    first = page_of(Tag.objects.all(), by={"slug": str}, size=2, descending=False)
    second = page_of(Tag.objects.all(), by={"slug": str}, size=2, descending=False, key=first.next_key or "")

    assert [tag.slug for tag in first.items + second.items] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "key",
    [
        "nonsense",
        "%%%",
        "ä",
        "x" * 500,
        key_of(None),
        key_of([]),
        key_of({"published_at": 1}),
        key_of(["2026-11-18T09:14:00+00:00"]),
        key_of(["2026-11-18T09:14:00+00:00", "5"]),
        key_of(["2026-11-18T09:14:00+00:00", True]),
        key_of(["2026-11-18T09:14:00+00:00", -1]),
        key_of(["2026-11-18T09:14:00+00:00", 2**63]),
        key_of(["2026-11-18T09:14:00", 5]),
        key_of(["0001-01-01T00:00:00+14:00", 5]),
        key_of(["yesterday", 5]),
        key_of([5, 5]),
        key_of(["2026-11-18T09:14:00+00:00", 5, 5]),
    ],
)
def test_a_key_that_was_not_made_here_is_no_page(key, db):
    with pytest.raises(Http404):
        page_of(Post.objects.all(), by=BY_AGE, size=2, key=key)


@pytest.mark.parametrize("word", ["a\0b", "\ud800", "x" * 300, 5, None])
def test_a_word_in_a_key_is_one_that_a_database_can_look_for(word, db):
    with pytest.raises(Http404):
        page_of(Tag.objects.all(), by={"slug": str}, size=2, descending=False, key=key_of([word]))
