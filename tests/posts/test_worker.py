"""With COLLOQUY_TASKS=database a worker renders what refers to a renamed post, and no request waits for it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from forum.comments.models import CommentBody
from forum.posts import citations, services
from forum.posts.models import Post
from tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _queue(settings):
    settings.TASK_MODE = "database"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def claim(ann):
    """Its own publication has been followed."""
    post = make_post(ann, title="A claim")
    work()
    return post


def work() -> None:
    """What `db_worker --batch` does, without its handlers of signals."""
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="test",
        excluded_queue_names=[],
    ).run()


def rename(post: Post, title: str) -> None:
    post = Post.objects.get(pk=post.pk)
    services.edit(editor=post.author, post=post, title=title, source=post.source, tags=[], saves=post.saves)


def shown() -> set[str]:
    return {title for title in ("A claim", "Another claim") for body in CommentBody.objects.all() if title in body.html}


def test_the_request_leaves_it_and_the_worker_does_it(ben, claim):
    make_comment(claim, ben, source="See [[A claim]].")

    rename(claim, "Another claim")
    assert shown() == {"A claim"}
    work()

    assert shown() == {"Another claim"}
    assert citations.due() == []
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}


def test_the_worker_has_no_limit_of_texts(ben, claim, monkeypatch):
    monkeypatch.setattr(citations, "IN_A_REQUEST", 1)
    monkeypatch.setattr(citations, "BATCH", 2)
    for _ in range(5):
        make_comment(claim, ben, source="See [[A claim]].")
    rename(claim, "Another claim")
    work()
    assert shown() == {"Another claim"}
    assert citations.due() == []


def test_an_act_that_did_not_happen_leaves_no_task(claim):
    DBTaskResult.objects.all().delete()

    @transaction.atomic
    def rename_and_fail():
        rename(claim, "Another claim")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        rename_and_fail()
    assert DBTaskResult.objects.count() == 0


def test_twice_is_harmless(ben, claim):
    make_comment(claim, ben, source="See [[A claim]].")
    rename(claim, "Another claim")
    work()
    version = Post.objects.get(pk=claim.pk).thread_version

    citations.catch_up.call(claim.pk)

    assert shown() == {"Another claim"}
    assert Post.objects.get(pk=claim.pk).thread_version == version


def test_what_a_killed_worker_had_taken_is_begun_again_by_the_next(ben, claim, monkeypatch):
    make_comment(claim, ben, source="See [[A claim]].")
    rename(claim, "Another claim")
    DBTaskResult.objects.ready().get().claim("killed")
    work()
    assert shown() == {"A claim"}, "the queue believes that it is being done"

    monkeypatch.setattr("forum.management.commands.work.call_command", lambda *_, **__: work())
    call_command("work")

    assert shown() == {"Another claim"}
    assert citations.due() == []


def test_a_task_that_fails_leaves_the_mark_and_is_tried_again_later(ben, claim, monkeypatch):
    make_comment(claim, ben, source="See [[A claim]].")
    rename(claim, "Another claim")

    def fails(*_, **__):
        raise RuntimeError("no renderer")

    with monkeypatch.context() as broken:
        broken.setattr(citations, "anew", fails)
        work()

    assert [post_id for post_id, _ in citations.due()] == [claim.pk]
    assert DBTaskResult.objects.failed().count() == 1
    work()
    assert shown() == {"A claim"}, "it is not later yet"
    assert DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now()) == 1
    work()
    assert shown() == {"Another claim"}
    assert citations.due() == []


def test_without_a_queue_there_is_nothing_to_work_on(settings):
    settings.TASK_MODE = "immediate"
    with pytest.raises(CommandError, match="COLLOQUY_TASKS must be database"):
        call_command("work")
