"""People and threads for the load, made by the acts of the site itself."""

import random
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import User
from bench.fire import following
from forum.comments import services as comments
from forum.posts import services as posts

PASSWORD = "correct horse battery"
COMMENTS = 24  # to begin with


def stage(*, writers: int, readers: int, texts: int, seed: int) -> dict[str, Any]:
    """Each writer has a post; every second one moderates. Every second reader logs in."""
    chance = random.Random(seed)
    password = make_password(PASSWORD)  # once for all: it is slow on purpose
    people = [_person(f"writer-{number}", password, moderator=number % 2 == 1) for number in range(writers)]
    listeners = [_person(f"reader-{number}", password, moderator=False) for number in range(readers)]
    titles = [f"The claim of writer {number}" for number in range(writers)]
    own = [
        posts.publish(author=person, title=title, source="What do you say?", tags=["load"])
        for person, title in zip(people, titles, strict=True)
    ]
    following.set_out(people[0], texts=texts)
    written: list[tuple[int, int]] = []
    for number in range(COMMENTS):
        post = own[number % 3]  # few posts, so that many meet in one thread
        parents = [comment for place, comment in written if place == post.pk]
        parent_id = chance.choice(parents) if parents and chance.random() < 0.7 else None
        reply = comments.reply(author=chance.choice(people), post=post, source="To begin with.", parent_id=parent_id)
        written.append((post.pk, reply.pk))
    return {
        "password": PASSWORD,
        "writers": [
            {
                "id": person.pk,
                "username": person.username,
                "moderator": number // 2 if person.is_staff else None,
                "post": post.pk,
                "title": post.title,
            }
            for number, (person, post) in enumerate(zip(people, own, strict=True))
        ],
        "readers": [person.username for person in listeners],
        "people": [person.username for person in (*people, *listeners)],
        "moderators": sum(person.is_staff for person in people),
        "titles": titles,
        "posts": [post.pk for post in own],
        "comments": written,
    }


def _person(username: str, password: str, *, moderator: bool) -> User:
    person = User(username=username, email=f"{username}@example.org", is_staff=moderator, password=password)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    return person
