"""Lets the people of the demonstration do what its histories say, by the same acts as everybody."""

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from allauth.account.models import EmailAddress
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import User
from accounts.services import edit_profile
from forum.comments import services as comments
from forum.comments.models import Comment
from forum.management.demo.script import Step, parse
from forum.moderation import services as moderation
from forum.moderation.models import ReportKind
from forum.posts import services as posts
from forum.posts.models import Post

FOLDER = Path(__file__).parent


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Set the clock of the acts: they write all their times from it, and count their limits by it."""
    with mock.patch.object(timezone, "now", return_value=moment):
        yield


@dataclass
class Demonstration:
    """What has been made so far. ``passwords`` has those of the accounts that somebody is to log in with."""

    now: datetime
    people: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    made: dict[tuple[str, str], tuple[int, User]] = field(default_factory=dict)  # file, name in it -> id, author

    described: dict[str, dict[str, Any]] = field(
        default_factory=lambda: tomllib.loads((FOLDER / "people.toml").read_text(encoding="utf-8"))
    )

    def names_taken(self) -> list[str]:
        return [username for username in self.described if User.objects.named(username).exists()]

    def load(self) -> None:
        """Make everything. Needs an open transaction and a database where none of the names is taken."""
        for username, person in self.described.items():
            self.people[username] = self.make_person(username, person)
        # Across all files by time, so that the ids rise with the time as they do on a real site.
        for file, step in sorted(self.steps(), key=lambda found: found[1].at):
            with clock_at(step.at):
                self.play(file, step)

    def steps(self) -> Iterable[tuple[str, Step]]:
        for path in sorted(FOLDER.glob("*.md")):
            for step in parse(path.read_text(encoding="utf-8"), now=self.now):
                yield path.stem, step

    def make_person(self, username: str, described: dict[str, Any]) -> User:
        moderator = described.get("moderator", False)
        person = User(
            username=username,
            email=f"{username}@example.org",
            is_staff=moderator,
            is_superuser=moderator,
            date_joined=self.now - timedelta(days=30),
        )
        if moderator or described.get("opened"):
            self.passwords[username] = get_random_string(12)
            person.set_password(self.passwords[username])
        else:
            person.set_unusable_password()
        person.save()
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
        return edit_profile(
            person=person,
            display_name=described["display_name"],
            bio=described["bio"].strip(),
            affiliation=described["affiliation"],
            website="",
            orcid="",
        )

    def play(self, file: str, step: Step) -> None:
        match step.act:
            case "publish" | "draft":
                author = self.people[step.person]
                act = posts.publish if step.act == "publish" else posts.save_draft
                post = act(author=author, title=step.title, source=step.text, tags=step.tags)
                self.made[file, "post"] = post.pk, author
            case "reply":
                author = self.people[step.person]
                parent_id = None if step.target == "post" else self.made[file, step.target][0]
                reply = comments.reply(author=author, post=self.post(file), source=step.text, parent_id=parent_id)
                self.made[file, step.key] = reply.pk, author
            case "edit":
                self.edit(file, step)
            case "retract":
                author = self.made[file, step.target][1]
                comments.retract(author=author, comment=self.comment(file, step.target))
            case "hide":
                target = self.comment(file, step.target)
                moderation.hide(target=target, moderator=self.people[step.person], reason=step.note)
            case "lock":
                moderation.lock(post=self.post(file), moderator=self.people[step.person], reason=step.note)
            case "report":
                target = self.comment(file, step.target)
                moderation.report(
                    reader=self.people[step.person], target=target, kind=ReportKind.OTHER, words=step.note
                )

    def edit(self, file: str, step: Step) -> None:
        editor = self.made[file, step.target][1]
        if step.target == "post":
            post = self.post(file)
            posts.edit(
                editor=editor,
                post=post,
                title=post.title,
                source=step.changed(post.source),
                tags=[tag.name for tag in post.tags.all()],
                saves=post.saves,
                note=step.note,
            )
        else:
            comment = self.comment(file, step.target)
            source, revision = step.changed(comment.body.source), comment.body.revision
            comments.edit(editor=editor, comment=comment, source=source, revision=revision, note=step.note)

    def post(self, file: str) -> Post:
        return Post.objects.get(pk=self.made[file, "post"][0])

    def comment(self, file: str, key: str) -> Comment:
        return Comment.objects.select_related("post", "body").get(pk=self.made[file, key][0])
