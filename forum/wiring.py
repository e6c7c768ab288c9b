"""What follows an event: one table, read from top to bottom. Nobody else connects signals."""

from collections.abc import Callable
from typing import Any

from allauth.account import signals as account_events
from django.db.backends.signals import connection_created
from django.dispatch import Signal
from django.tasks.signals import task_finished

from forum import events
from forum.comments import followers as comments
from forum.imports import claims
from forum.instruments import database
from forum.notifications import followers as notifications
from forum.posts import citations
from forum.posts import followers as posts

FOLLOWERS: dict[Signal, list[Callable[..., Any]]] = {
    connection_created: [database.watch],
    task_finished: [citations.try_again],
    account_events.email_confirmed: [claims.on_confirmed_address],
    account_events.user_signed_up: [claims.on_sign_up],  # an address that another site vouches for
    events.person_renamed: [comments.show_the_new_name],
    events.people_mentioned: [notifications.tell_the_mentioned],
    events.discussion_withdrawn: [notifications.count_what_is_left],
    events.title_changed: [posts.show_the_title, comments.show_the_title],
}


def connect() -> None:
    for event, followers in FOLLOWERS.items():
        for follower in followers:
            event.connect(follower, dispatch_uid=f"{follower.__module__}.{follower.__qualname__}")
