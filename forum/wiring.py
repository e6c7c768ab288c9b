"""What follows an act, in one table. Nobody else connects a signal of ``forum.events``."""

from forum import events
from forum.comments import followers as comments


def connect() -> None:
    for event, followers in {
        events.person_renamed: [comments.show_the_new_name],
    }.items():
        for follower in followers:
            event.connect(follower, dispatch_uid=f"{follower.__module__}.{follower.__qualname__}")
