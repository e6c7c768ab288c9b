"""The cache that gives what it was given: one of Django's in all but the copies."""

import pytest
from django.core.cache import caches

from forum.kit.whole_cache import WholeCache


@pytest.fixture
def cache():
    made = WholeCache("whole", {"OPTIONS": {"MAX_ENTRIES": 4}})
    made.clear()
    return made


def test_what_comes_out_is_what_went_in(cache):
    page = ([("ETag", "x")], b"page")
    cache.set("a", page)
    assert cache.get("a") is page
    assert cache.get("b") is None
    assert cache.get("b", "nothing") == "nothing"
    assert WholeCache("whole", {}).get("a") is page  # in whichever thread Django makes its own
    assert WholeCache("another", {}).get("a") is None


def test_time_passes_for_it(cache):
    cache.set("a", "page", timeout=0)
    assert cache.get("a") is None
    cache.set("a", "page", timeout=60)
    assert cache.touch("a", 0)
    assert cache.get("a") is None
    assert not cache.touch("a", 60)
    cache.set("a", "page", timeout=None)
    assert cache.get("a") == "page"
    assert cache.delete("a")
    assert not cache.delete("a")


def test_only_the_first_is_added_and_numbers_count(cache):
    assert cache.add("a", 1)
    assert not cache.add("a", 5)
    assert cache.incr("a", 2) == cache.get("a") == 3
    with pytest.raises(ValueError, match="b"):
        cache.incr("b")


def test_what_nobody_asked_for_goes_first(cache):
    for name in "abcd":
        cache.set(name, name)
    cache.get("a")
    cache.set("e", "e")
    assert (cache.get("a"), cache.get("b"), cache.get("e")) == ("a", None, "e")
    assert [name for name in "abcde" if cache.has_key(name)] == ["a", "c", "d", "e"]


def test_pages_are_kept_in_it():
    assert isinstance(caches["pages"], WholeCache)
