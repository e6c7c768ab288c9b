"""Two acts that tell the same person at the same time."""

import threading

import pytest
from django.db import connections

from accounts import services as accounts
from forum.comments import services as comments
from tests.factories import make_moderator, make_post

PAUSE = 2.0  # seconds in which the other act can come between, if anything lets it


@pytest.mark.django_db(transaction=True)
def test_who_has_counted_first_does_not_write_last(ann, monkeypatch):
    """Else the number beside the inbox would lack what the other act told."""
    post, set_unseen = make_post(), accounts.set_unseen
    counted, told = threading.Event(), threading.Event()

    def pause(**numbers):
        if threading.current_thread() is first and not counted.is_set():
            counted.set()
            told.wait(PAUSE)
        set_unseen(**numbers)

    def call(words: str) -> None:
        comments.reply(author=make_moderator(), post=post, source=f"@ann, {words}.")

    def call_first() -> None:
        try:
            call("look")
        finally:
            connections.close_all()

    monkeypatch.setattr(accounts, "set_unseen", pause)
    first = threading.Thread(target=call_first)
    first.start()
    assert counted.wait(60)
    call("and here")
    told.set()
    first.join()

    ann.refresh_from_db()
    assert ann.unseen == 2
