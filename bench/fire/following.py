"""Work for the task worker: a post that many texts refer to is renamed, and they have to follow."""

import time

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from bench.fire.ledger import now
from forum.comments import services as comments
from forum.posts import citations, services
from forum.posts.models import Post

CITED = "What all refer to"


def set_out(author: User, *, texts: int) -> None:
    """The post, which the writers leave alone, and so many texts that refer to it."""
    post = services.publish(author=author, title=CITED, source="Many do.", tags=[])
    for _ in range(texts):
        comments.reply(author=author, post=post, source=f"As [[{CITED}]] says.")


def keep_busy(*, seconds: float) -> bool:
    """Rename the post; whether the task worker has been seen in the middle of what that left to it."""
    post = Post.objects.get(title__startswith=CITED)
    title = f"{CITED}, {post.revision}"
    services.edit(editor=post.author, post=post, title=title, source=post.source, tags=[], saves=post.saves)
    task = DBTaskResult.objects.filter(args_kwargs={"args": [post.pk], "kwargs": {}}).latest("enqueued_at")
    deadline = now() + seconds
    while task.status == TaskResultStatus.READY and now() < deadline:
        time.sleep(0.01)
        task.refresh_from_db()
    return bool(task.status == TaskResultStatus.RUNNING)


def has_been_followed() -> bool:
    """By all texts, in what it is called now."""
    return not Post.objects.cited_wrongly().filter(title__startswith=CITED).exists()


def all_have_followed() -> bool:
    """All texts, whatever they refer to; nothing is left to do then."""
    return not citations.due() and not DBTaskResult.objects.filter(status=TaskResultStatus.READY).exists()
