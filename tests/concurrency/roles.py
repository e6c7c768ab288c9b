"""What the processes of a crowd do. Every role fills its diary."""

import time
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from forum.comments import services
from forum.comments.models import Comment
from forum.comments.queries import miscounted
from forum.kit.ids import reserve_ids
from forum.posts import services as posts
from forum.posts.models import Post
from tests.concurrency.crowd import Diary


def busy(diary: Diary, *, number: int, people: list[int], post_ids: list[int], acts: int) -> None:  # noqa: C901
    """Write, move, hide, restore, edit and retract all over the place."""
    me = User.objects.get(pk=people[number])
    mine: dict[int, int] = {}  # own comments that are still to be edited -> their revision
    for turn in range(acts):
        comment = diary.random.choice(list(Comment.objects.filter(post_id__in=post_ids)))
        kind = diary.random.choices(
            ["reply", "top", "edit", "move", "move top", "hide", "restore", "hide branch", "restore branch", "retract"],
            [30, 6, 16, 16, 5, 8, 6, 3, 4, 3],
        )[0]
        text = f"{kind} {number}.{turn}"
        own = diary.random.choice(list(mine)) if mine else None
        match kind:
            case "reply":
                diary.act("reply", _reply, me, comment.post, text, comment.pk, mine)
            case "top":
                diary.act("reply", _reply, me, Post.objects.get(pk=post_ids[0]), text, None, mine)
            case "edit" if own:
                diary.act("edit", _edit, me, own, text, mine)
            case "retract" if own:
                diary.act("retract", _retract, me, own, mine)
            case "move":
                target = diary.random.choice(list(Comment.objects.filter(post_id__in=post_ids)))
                diary.act("move", _move, comment, target.pk, target.post)
            case "move top":
                post = Post.objects.get(pk=diary.random.choice(post_ids))
                diary.act("move", _move, comment, None, post)
            case "hide" | "restore":
                at = timezone.now() if kind == "hide" else None
                diary.act("state", _state, comment, at)
            case "hide branch":
                diary.act("branch", _hide_branch, comment)
            case "restore branch":
                diary.act("branch", _restore_branch, comment)


def _reply(me, post, text, parent_id, mine):
    comment = services.reply(author=me, post=post, source=text, parent_id=parent_id)
    mine[comment.pk] = 1
    return {"comment": comment.pk, "source": text}


def _edit(me, own, text, mine):
    comment = Comment.objects.select_related("body").get(pk=own)
    services.edit(editor=me, comment=comment, source=text, revision=mine[own])
    mine[own] += 1
    return {"comment": own, "source": text, "revision": mine[own]}


def _retract(me, own, mine):
    services.retract(author=me, comment=Comment.objects.select_related("body").get(pk=own))
    del mine[own]
    return {"comment": own}


def _move(comment, parent_id, post):
    services.move(comment=comment, parent_id=parent_id, post=post)
    return {"comment": comment.pk, "parent": parent_id}


def _state(comment, at):
    changed = services.set_hidden(comment=comment, at=at, reason="Rude." if at else "")
    return {"comment": comment.pk, "hidden": at is not None, "changed": changed}


def _hide_branch(comment):
    return {"comment": comment.pk, "changed": services.hide_branch(root=comment, at=timezone.now(), reason="Quarrel.")}


def _restore_branch(comment):
    return {"comment": comment.pk, "changed": services.restore_branch(root=comment)}


def watch_or_write(diary: Diary, *, number: int, people: list[int], post_ids: list[int], acts: int) -> None:
    """Number 0 reads the thread again and again, with the version before and after; the others are busy.

    It goes on until it has seen some versions: on a busy machine it may be done before the others have begun.
    """
    if number:
        busy(diary, number=number, people=people, post_ids=post_ids, acts=acts)
        return
    fields = ("pk", "parent_id", "hidden_at", "retracted_at", "body__revision", "body__source", "body__hidden_reason")
    versions = Post.objects.filter(pk=post_ids[0]).values_list("thread_version", flat=True)
    known, reads, deadline = set(), 0, time.monotonic() + 30  # seconds
    while reads < acts * 6 or (len(known) < 5 and time.monotonic() < deadline):
        reads += 1
        before = versions.get()
        seen = repr(list(Comment.objects.filter(post_id=post_ids[0]).order_by("pk").values_list(*fields)))
        if before == versions.get():
            known.add(before)
            diary.acknowledged.append({"version": before, "seen": seen})


def flicker(diary: Diary, *, number: int, comments: list[int], rounds: int) -> None:
    """Hide and restore one's own comment again and again, all in one post; number 0 compares its counters meanwhile."""
    if number == 0:
        for _ in range(rounds * 6):
            diary.errors += [repr(miscount) for miscount in miscounted()]
        return
    comment = Comment.objects.get(pk=comments[number])
    for turn in range(rounds):
        diary.act("state", _state, comment, None if turn % 2 else timezone.now())


def send_one_form(diary: Diary, *, number: int, author: int, post: int, parent: int | None, form: str) -> None:
    """All send the same reply, which one person typed once."""
    me, opened = User.objects.get(pk=author), Post.objects.get(pk=post)

    def send():
        comment = services.reply(author=me, post=opened, source="Sent twice.", parent_id=parent, form=UUID(form))
        return {"comment": comment.pk}

    diary.act("reply", send)


def publish_one_form(diary: Diary, *, number: int, author: int, form: str) -> None:
    """All send the same post, which one person typed once."""
    diary.act("publish", _publish, User.objects.get(pk=author), ["a", "b"], UUID(form))


def publish_with_new_tags(diary: Diary, *, number: int, people: list[int], rounds: int) -> None:
    """Each names the same new tags in an order of its own."""
    me = User.objects.get(pk=people[number])
    for turn in range(rounds):
        tags = [f"tag {turn} {letter}" for letter in "abcdef"]
        diary.random.shuffle(tags)
        diary.act("publish", _publish, me, tags, None)


def _publish(me, tags, form):
    return {"post": posts.publish(author=me, title="Once", source="Text.", tags=tags, form=form).pk}


def save_one_text(diary: Diary, *, number: int, author: int, comment: int) -> None:
    """All opened the same comment at its first revision, and save something else."""
    me, opened = User.objects.get(pk=author), Comment.objects.select_related("body").get(pk=comment)
    text = f"Version of window {number}."

    def save():
        edited = services.edit(editor=me, comment=opened, source=text, revision=1)
        return {"revision": edited.body.revision, "source": text}

    diary.act("edit", save)


def rename_and_cite(diary: Diary, *, number: int, people: list[int], post_ids: list[int], acts: int) -> None:
    """Rename, hide and restore one's own post, and refer to everybody's in posts, comments and edits."""
    me, mine, cited = User.objects.get(pk=people[number]), Post.objects.get(pk=post_ids[number]), None
    own: dict[int, int] = {}
    for turn in range(acts):
        titles = " ".join(f"[[Title {diary.random.randrange(len(post_ids))}]]" for _ in range(3))
        text = f"{number}.{turn} {titles} @{User.objects.get(pk=diary.random.choice(people)).username}"
        post = Post.objects.get(pk=diary.random.choice(post_ids))
        match diary.random.choice(["rename", "hide", "restore", "reply", "edit", "publish", "edit post"]):
            case "rename":
                title = f"Title {diary.random.randrange(len(post_ids))}"
                diary.act("rename", _edit_post, me, mine, title, mine.source)
            case "hide" | "restore" as kind:
                at = timezone.now() if kind == "hide" else None
                diary.act(kind, _hide_post, mine, at)
            case "reply":
                diary.act("reply", _reply, me, post, text, None, own)
            case "edit" if own:
                diary.act("edit", _edit, me, diary.random.choice(list(own)), text, own)
            case "publish":
                cited = posts.publish(author=me, title=f"Of {number}.{turn}", source=text)
            case "edit post" if cited:
                diary.act("edit post", _edit_post, me, cited, cited.title, text)


def _edit_post(me, post, title, source):
    post.refresh_from_db()
    posts.edit(editor=me, post=post, title=title, source=source, tags=[], saves=post.saves)
    return {"post": post.pk}


def _hide_post(post, at):
    return {"post": post.pk, "changed": posts.set_hidden(post=post, at=at, reason="Rude." if at else "")}


def reserve(diary: Diary, *, number: int, rounds: int) -> None:
    for turn in range(rounds):
        with transaction.atomic():
            diary.acknowledged.append({"ids": reserve_ids(Comment, 1 + (number + turn) % 4)})
