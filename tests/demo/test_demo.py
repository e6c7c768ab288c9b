from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.management.demo.script import parse
from forum.moderation.models import Decision, Report
from forum.posts.models import Post
from tests.factories import make_person

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
OPENING = "%%% publish by ann, 3 days ago at 09:30\ntitle: A claim\ntags: one, two words\n\nThe text.\n"


def load(**options) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_the_demonstration_shows_what_the_site_can_hold(client):
    said = load()

    assert Post.objects.published().count() >= 4
    assert Post.objects.filter(published_at=None).count() == 1
    assert CommentBody.objects.values("author").distinct().count() >= 6
    assert Comment.objects.aggregate(Max("level"))["level__max"] >= 13
    assert Post.objects.filter(revision__gt=1).exists()
    assert CommentBody.objects.filter(revision__gt=1).exists()
    assert Comment.objects.filter(retracted_at__isnull=False).exists()
    assert CommentBody.objects.filter(comment__hidden_at__isnull=False).exclude(hidden_reason="").exists()
    assert Post.objects.exclude(locked_at=None).exclude(lock_reason="").exists()
    assert Decision.objects.count() == 2
    assert Report.objects.filter(decision=None).exists()
    assert find_broken() == []

    passwords = {line.split()[0]: line.split()[1] for line in said.splitlines() if line.startswith("  ")}
    assert set(passwords) == {"mo", "ruth"}
    for username, password in passwords.items():
        assert client.login(username=username, password=password)


@pytest.mark.django_db
def test_its_times_lie_in_the_past_and_in_the_order_of_the_ids():
    before = timezone.now()
    load()
    times = list(CommentBody.objects.order_by("pk").values_list("published_at", flat=True))
    assert times == sorted(times)
    assert times[-1] - times[0] > timedelta(days=5)
    assert times[-1] < before
    assert CommentRevision.objects.filter(saved_at__gt=before).count() == 0


@pytest.mark.django_db
def test_it_leaves_a_site_with_people_alone(ann):
    with pytest.raises(CommandError, match="--force"):
        load()
    assert load(if_empty=True) == ""
    assert list(User.objects.all()) == [ann]
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_it_can_be_loaded_beside_others_when_asked(ann):
    load(force=True)
    assert Post.objects.exists()
    with pytest.raises(CommandError, match="taken: mo, ruth"):
        load(force=True)


@pytest.mark.django_db
def test_a_taken_name_stops_it_before_it_writes():
    make_person("Mo")
    with pytest.raises(CommandError, match="taken: mo"):
        load(force=True)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_site_that_others_can_reach_gets_none_at_its_start(settings):
    settings.ON_LOOPBACK = False
    assert load(if_empty=True) == ""
    assert not User.objects.exists()


def test_a_history_is_read_step_by_step():
    steps = parse(
        OPENING
        + "%%% a1 by ben to post, 1d 2h later\nWhy?\n"
        + "%%% edit a1, 5m later: politer\nWhy? ==> Why, please?\n"
        + "%%% hide a1 by mo, 10m later: Rude: twice.\n",
        now=NOW,
    )
    assert [(step.act, step.at.isoformat(" ", "minutes")[:16]) for step in steps] == [
        ("publish", "2026-03-11 09:30"),
        ("reply", "2026-03-12 11:30"),
        ("edit", "2026-03-12 11:35"),
        ("hide", "2026-03-12 11:45"),
    ]
    assert (steps[0].title, steps[0].tags, steps[0].text) == ("A claim", ["one", "two words"], "The text.")
    assert (steps[1].key, steps[1].person, steps[1].target, steps[1].text) == ("a1", "ben", "post", "Why?")
    assert steps[2].changed("So. Why?") == "So. Why, please?"
    assert (steps[3].person, steps[3].note) == ("mo", "Rude: twice.")


@pytest.mark.parametrize(
    "script,fault",
    [
        ("", "begins with a step"),
        ("words\n" + OPENING, "begins with a step"),
        ("%%% a1 by ben to post, 1h later\nWhy?\n", "begins with publish"),
        (OPENING + "%%% a1 by ben to post\nWhy?\n", "not a step"),
        (OPENING + "%%% hide a1 by mo, 1h later\n", "not a step"),
        (OPENING + "%%% a1 by ben to post, 9d later\nWhy?\n", "in the future"),
    ],
)
def test_a_history_that_makes_no_sense_is_refused(script, fault):
    with pytest.raises(ValueError, match=fault):
        parse(script, now=NOW)


def test_an_edit_names_words_that_stand_there_once():
    (edit,) = parse(OPENING + "%%% edit post, 1h later: note\nold ==> new\n", now=NOW)[1:]
    assert edit.changed("one old word") == "one new word"
    for source in ("no such word", "old and old"):
        with pytest.raises(ValueError, match="once"):
            edit.changed(source)
