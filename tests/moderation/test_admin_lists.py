import re
from datetime import UTC, datetime

from accounts.models import User
from forum.comments.models import Comment
from forum.moderation import services
from forum.moderation.admin import base
from forum.moderation.models import Decision, Report
from forum.posts.models import Post
from tests.factories import days_ago, make_comment, make_person, make_post


def fill(size: int, mo) -> None:
    """As many rows of every desk, each with an author of its own, a report and a decision."""
    reader = make_person()
    for _ in range(size):
        post = make_post(mo)
        author = make_person()
        comment = make_comment(post, author)
        services.report(reader=reader, target=comment, kind="spam", words="Look.")
        Report.objects.update(reported_at=days_ago(2))  # the limit of a day is not what is looked at here
        services.lock(post=post, moderator=mo, reason="Enough.")


def test_a_list_costs_the_same_at_any_length(mo, browse, desk_url, django_assert_num_queries):
    client = browse(mo)
    for size in (2, 12):
        fill(size, mo)
        for model in (Post, Comment, User, Report, Decision):
            with django_assert_num_queries(6):  # session, moderator, permissions of others twice, capped count, rows
                assert len(listed(client, desk_url(model))) >= size


def test_a_list_counts_no_further_than_it_must(ann, mo, browse, desk_url, monkeypatch):
    monkeypatch.setattr(base, "COUNTED", 3)
    post = make_post(ann)
    for _ in range(5):
        make_comment(post, mo)

    page = browse(mo).get(desk_url(Comment)).content.decode()

    assert "3 results" in page or "3 comments" in page
    assert page.count('class="action-select"') == 5


def test_the_desk_writes_times_as_the_site_does(ann, mo, browse, desk_url):
    at = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
    make_comment(make_post(ann, published_at=at), ann, at=at)

    for model in (Post, Comment):
        assert "3 November 2026, 14:05" in browse(mo).get(desk_url(model)).content.decode()


def listed(client, address: str) -> set[str]:
    """The rows of a list, by their ids."""
    return set(re.findall(r"/(\d+)/change/", client.get(address).content.decode()))


def ids(*rows) -> set[str]:
    return {str(row.pk) for row in rows}


def test_posts_are_filtered_by_state_and_by_reports(ann, ben, mo, browse, desk_url):
    visible, hidden, locked = make_post(ann), make_post(ann), make_post(ann)
    services.hide(target=hidden, moderator=mo, reason="Spam.")
    services.lock(post=locked, moderator=mo, reason="Enough.")
    services.report(reader=ben, target=visible, kind="spam")
    client, posts = browse(mo), desk_url(Post)

    assert listed(client, f"{posts}?state=hidden") == ids(hidden)
    assert listed(client, f"{posts}?state=locked") == ids(locked)
    assert listed(client, f"{posts}?state=visible") == ids(visible, locked)
    assert listed(client, f"{posts}?reported=open") == ids(visible)


def test_comments_are_found_by_words_author_and_title(ann, ben, mo, browse, desk_url):
    sleep, dreams = make_post(ann, title="On sleep"), make_post(ann, title="On dreams")
    first, second = make_comment(sleep, ben, source="Melatonin rises."), make_comment(dreams, ann, source="Cortisol.")
    client, comments = browse(mo), desk_url(Comment)

    assert listed(client, f"{comments}?q=melatonin") == ids(first)
    assert listed(client, f"{comments}?q=dreams") == ids(second)
    assert listed(client, f"{comments}?q=ben") == ids(first)
    assert listed(client, f"{comments}?q=%00") <= ids(first, second)


def test_a_list_shows_excerpt_and_number_of_open_reports(ann, ben, zoe, mo, browse, desk_url):
    comment = make_comment(make_post(ann), ann, source="First words, " + "and more " * 40 + "the end.")
    for reader in (ben, zoe):
        services.report(reader=reader, target=comment, kind="spam")

    page = browse(mo).get(desk_url(Comment)).content.decode()

    assert "First words, and more" in page
    assert "the end." not in page
    assert re.search(r'field-open_reports">2<', page)


def test_the_list_of_reports_shows_the_open_ones_first_of_all(ann, ben, mo, browse, desk_url):
    first, second = make_post(ann), make_post(ann)
    for post in (first, second):
        services.report(reader=ben, target=post, kind="spam", words=f"Words about {post.pk}.")
    services.dismiss(target=first, moderator=mo, reason="No spam.")
    client, reports = browse(mo), desk_url(Report)

    assert f"Words about {first.pk}." not in client.get(reports).content.decode()
    assert f"Words about {second.pk}." in client.get(reports).content.decode()
    assert f"Words about {first.pk}." in client.get(f"{reports}?state=closed").content.decode()
    assert f"Words about {second.pk}." not in client.get(f"{reports}?state=closed").content.decode()


def test_people_are_filtered_by_state(ben, mo, zoe, browse, desk_url):
    services.suspend(person=ben, until=days_ago(-7), moderator=mo, reason="Insults.")
    client, people = browse(mo), desk_url(User)

    assert listed(client, f"{people}?state=suspended") == ids(ben)
    assert listed(client, f"{people}?state=moderator") == ids(mo)
    assert ids(ben, mo, zoe) <= listed(client, people)


def test_the_first_page_shows_what_waits_and_what_was_decided(ann, ben, mo, browse):
    post = make_post(ann, title="On sleep")
    services.report(reader=ben, target=post, kind="misleading", words="It is wrong.")
    services.report(reader=ben, target=make_comment(post, ann, source="Bad words."), kind="attack")
    services.lock(post=post, moderator=mo, reason="Enough said.")

    page = browse(mo).get("/admin/").content.decode()

    for words in ("On sleep", "It is wrong.", "Bad words.", "Enough said."):
        assert words in page
