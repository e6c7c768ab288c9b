import re
from datetime import datetime, timedelta
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from forum.comments import services as comments
from forum.comments.listing import DEPTH_CAP
from forum.comments.models import Comment, CommentBody
from forum.posts import services as posts
from forum.posts.models import Post
from tests.factories import days_ago, make_chain, make_comment, make_deep_chain, make_draft, make_post

COMMENT = "li[id]:has(> details)"


def soup_of(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def nesting(soup) -> dict[str, str | None]:
    """Each comment's id on the page -> the id of the comment whose list it stands in."""
    above = {}
    for node in soup.select(COMMENT):
        outer = node.find_parent("li", id=True)
        above[node["id"]] = outer["id"] if outer else None
    return above


def test_a_thread_shows_its_comments_nested_as_they_answer_each_other(ann, ben, browse):
    post = make_post(ann)
    first = make_comment(post, ben)
    answer = make_comment(post, ann, parent=first)
    second = make_comment(post, ben)

    page = soup_of(browse().get(post.get_absolute_url()))

    assert nesting(page) == {first.key: None, answer.key: first.key, second.key: None}


def test_the_id_decides_and_a_wrong_slug_redirects_with_its_question(ann, browse):
    post = make_post(ann, title="The right slug")

    answer = browse().get(f"/posts/{post.pk}/wrong/?sort=new")

    assert answer.status_code == 301
    assert answer["Location"] == f"/posts/{post.pk}/the-right-slug/?sort=new"
    assert browse().get(f"/posts/{post.pk}/")["Location"] == f"/posts/{post.pk}/the-right-slug/"


def test_a_title_in_another_script_makes_an_address_that_works(ann, browse):
    post = make_post(ann, title="Почему молчит прибор?")
    assert browse().get(post.get_absolute_url()).status_code == 200


def test_a_strangers_draft_is_not_found(ann, zoe, mo, browse):
    draft = make_draft(ann)
    for viewer, status in ((None, 404), (zoe, 404), (ann, 200), (mo, 404)):
        assert browse(viewer).get(draft.get_absolute_url()).status_code == status


@pytest.mark.parametrize("sort", ["old", "new", "active"])
def test_the_order_asked_for_is_the_order_shown(sort, ann, browse):
    post = make_post(ann)
    early = make_comment(post, ann, at=days_ago(3))
    late = make_comment(post, ann, at=days_ago(2))
    make_comment(post, ann, parent=early, at=days_ago(1))

    page = soup_of(browse().get(post.get_absolute_url(), {"sort": sort}))

    shown = [node["id"] for node in page.select("ol.thread > li")]
    assert shown == [early.key, late.key] if sort in ("old", "active") else [late.key, early.key]


def test_an_unknown_order_is_not_found(ann, browse):
    post = make_post(ann)
    assert browse().get(post.get_absolute_url(), {"sort": "best"}).status_code == 404


def test_deep_replies_flatten_and_say_what_they_answer(mo, browse):
    post = make_post(mo)
    chain = make_chain(post, DEPTH_CAP + 4, mo)

    page = soup_of(browse().get(post.get_absolute_url()))

    deepest = max(len(node.find_parents("li", id=True)) for node in page.select(COMMENT))
    assert deepest == DEPTH_CAP
    for parent, reply in zip(chain[DEPTH_CAP:], chain[DEPTH_CAP + 1 :], strict=False):
        said = page.select_one(f"#{reply.key} > details > article .in-reply-to a")
        assert said["href"] == f"#{parent.key}"
    assert page.select_one(f"#{chain[DEPTH_CAP].key} > details > article .in-reply-to") is None


def test_a_tombstone_keeps_its_place_and_its_replies_but_not_a_word(ann, ben, mo, browse):
    post = make_post(ann)
    hidden = make_comment(post, ben, source="Unspeakable words")
    below = make_comment(post, ann, parent=hidden, source="A calm answer")
    gone = make_comment(post, ben, source="Withdrawn words")
    comments.set_hidden(comment=hidden, at=timezone.now(), reason="Personal remark")
    comments.retract(author=ben, comment=gone)

    for viewer in (None, ben, mo):
        answer = browse(viewer).get(post.get_absolute_url())
        page = soup_of(answer)
        assert b"Unspeakable" not in answer.content
        assert b"Withdrawn words" not in answer.content
        assert nesting(page)[below.key] == hidden.key
        assert "Hidden by a moderator: Personal remark." in page.select_one(f"#{hidden.key} .tomb").text
        assert "Retracted by its author." in page.select_one(f"#{gone.key} .tomb").text
        assert page.select_one("#discussion h2").text.startswith("1 comment")


def test_a_hidden_post_keeps_its_discussion_and_loses_its_words(ann, ben, browse):
    post = make_post(ann, title="A secret title", source="Secret text")
    make_comment(post, ben, source="What was said about it")
    posts.set_hidden(post=post, at=timezone.now(), reason="Private data")

    answer = browse().get(post.get_absolute_url(), follow=True)

    assert answer.status_code == 200
    assert b"Secret text" not in answer.content
    assert b"A secret title" not in answer.content
    assert b"What was said about it" in answer.content
    assert b"Private data" in answer.content


def test_the_address_of_a_withdrawn_post_does_not_say_its_title(ann, browse):
    post = make_post(ann, title="A secret title")
    comment = make_comment(post, ann)
    before = post.get_absolute_url()
    posts.set_hidden(post=post, at=timezone.now(), reason="Private data")

    for address in (before, f"/posts/{post.pk}/", f"{before}c/{comment.pk}/"):
        assert "secret" not in browse().get(address)["Location"]
        assert browse().get(address, follow=True).status_code == 200


def test_names_titles_and_reasons_are_escaped(ben, browse):
    ben.display_name = "<b>Ben</b> & “co” %s %(id)s"
    ben.save()
    post = make_post(ben, title="<script>alert(1)</script>", source="100 % of %(id)s")
    comment = make_comment(post, ben, source="50 % of %(author)s and more")
    other = make_comment(post, ben)
    comments.set_hidden(comment=other, at=timezone.now(), reason="<img src=x onerror=alert(1)>")

    answer = browse().get(post.get_absolute_url())

    page = soup_of(answer)
    assert b"<script>alert" not in answer.content
    assert b"<img src=x" not in answer.content
    assert page.select_one(f"#{comment.key} header > a").text == ben.display_name
    assert page.select_one(f"#{comment.key} .text").text.strip() == "50 % of %(author)s and more"


def test_times_carry_the_exact_moment(ann, browse):
    post = make_post(ann)
    comment = make_comment(post, ann)
    body = CommentBody.objects.get(pk=comment.pk)

    time = soup_of(browse().get(post.get_absolute_url())).select_one(f"#{comment.key} time")

    assert datetime.fromisoformat(time["datetime"]) == body.published_at.replace(microsecond=0)
    assert time.text == f"{body.published_at.day} {body.published_at:%b %Y, %H:%M} UTC"


def test_moments_a_microsecond_apart_stand_in_order(ann, browse):
    post = make_post(ann)
    whole = timezone.now().replace(microsecond=0)
    late, early = (make_comment(post, ann, at=whole + timedelta(microseconds=number)) for number in (1, 0))

    page = soup_of(browse().get(post.get_absolute_url()))

    assert [node["id"] for node in page.select(COMMENT)] == [early.key, late.key]


def test_every_comment_leads_to_its_parent_and_to_its_branch(ann, browse):
    post = make_post(ann)
    first, answer = make_chain(post, 2, ann)

    page = soup_of(browse().get(post.get_absolute_url()))

    links = {link.text.split()[0]: link["href"] for link in page.select(f"#{answer.key} > details > article .acts a")}
    branch = reverse("pages:branch", args=[post.pk, post.slug, answer.pk])
    assert links["Parent"] == f"#{first.key}"
    assert urljoin(post.get_absolute_url(), links["Link"]) == branch
    on_branch_page = soup_of(browse().get(branch)).select_one(f"#{answer.key} > details > article .acts")
    assert urljoin(branch, on_branch_page.find("a", string="Link")["href"]) == branch
    top = {link.text.split()[0]: link["href"] for link in page.select(f"#{first.key} > details > article .acts a")}
    assert top["Parent"] == "#post"
    assert page.select_one("#post") is not None


def acts_of(page, comment) -> set[str]:
    return {link.text.split()[0] for link in page.select(f"#{comment.key} > details > article .acts a")}


def test_each_viewer_sees_the_acts_that_are_theirs(ann, ben, mo, browse):
    post = make_post(ann)
    comment = make_comment(post, ben)
    expected = {
        None: {"Reply", "Parent", "Link", "Report"},
        ann: {"Reply", "Parent", "Link", "Report"},
        ben: {"Reply", "Parent", "Link", "Edit", "Retract"},
        mo: {"Reply", "Parent", "Link", "Report", "Moderate"},
    }
    for viewer, acts in expected.items():
        assert acts_of(soup_of(browse(viewer).get(post.get_absolute_url())), comment) == acts


def test_a_locked_discussion_offers_no_reply_and_says_why(ann, ben, browse):
    post = make_post(ann)
    comment = make_comment(post, ben)
    posts.set_locked(post=post, at=timezone.now(), reason="It has run its course.")

    answer = browse(ben).get(post.get_absolute_url())

    assert "Reply" not in acts_of(soup_of(answer), comment)
    assert b"This discussion is closed" in answer.content
    assert b"It has run its course." in answer.content


def test_a_comment_on_an_earlier_revision_of_the_post_says_so(ann, ben, browse):
    post = make_post(ann, source="First state.")
    comment = make_comment(post, ben)
    posts.edit(editor=ann, post=post, title=post.title, source="Second state.", tags=[], saves=1)

    page = soup_of(browse().get(post.get_absolute_url()))

    older = page.select_one(f"#{comment.key} .older")
    assert older["href"] == f"/posts/{post.pk}/history?from=1"
    assert browse().get(older["href"]).status_code == 200


def test_an_edited_comment_leads_to_its_history(ann, browse):
    post = make_post(ann)
    comment = make_comment(post, ann, source="First.")
    comments.edit(editor=ann, comment=comment, source="Second.", revision=1)

    edited = soup_of(browse().get(post.get_absolute_url())).select_one(f"#{comment.key} .edited")

    assert edited["href"] == f"/comments/{comment.pk}/history"


def test_the_folded_line_counts_only_what_can_be_read(ann, ben, browse):
    post = make_post(ann)
    first = make_comment(post, ben, source="One *two* `three` & four")
    answer = make_comment(post, ann, parent=first)
    make_comment(post, ben, parent=answer)
    hidden = make_comment(post, ben, parent=answer)
    comments.set_hidden(comment=hidden, at=timezone.now(), reason="Spam")

    page = soup_of(browse().get(post.get_absolute_url()))

    line = " ".join(page.select_one(f"#{first.key} > details > summary").text.split())
    assert line == "Ben Reader and 2 replies"


@pytest.mark.parametrize("size", [1, 60])
def test_the_thread_page_costs_the_same_at_any_size(size, ann, ben, mo, browse, django_assert_max_num_queries):
    post = make_post(ann, tags=["one", "two"])
    parents = [None]
    for number in range(size):
        parents.append(make_comment(post, mo, parent=parents[number // 3]))
    for viewer in (None, ben, ann, mo):
        client = browse(viewer)
        with django_assert_max_num_queries(8):
            assert client.get(post.get_absolute_url()).status_code == 200


def test_the_branch_page_shows_what_it_answers_and_nothing_beside_it(ann, browse):
    post = make_post(ann)
    first, second, third, fourth = make_chain(post, 4, ann)
    aside = make_comment(post, ann, parent=second)

    answer = browse().get(reverse("pages:branch", args=[post.pk, post.slug, third.pk]))

    page = soup_of(answer)
    assert nesting(page) == {third.key: None, fourth.key: third.key}
    assert [node["id"] for node in page.select(".ancestors details")] == [first.key, second.key]
    assert aside.key not in {node.get("id") for node in page.find_all(True)}


def test_the_branch_of_a_moved_comment_leads_to_where_it_is_now(ann, browse):
    post, other = make_post(ann), make_post(ann)
    comment = make_comment(post, ann)
    old = reverse("pages:branch", args=[post.pk, post.slug, comment.pk])
    comments.move(comment=Comment.objects.get(pk=comment.pk), parent_id=None, post=other)

    answer = browse().get(old)

    assert answer.status_code == 301
    assert answer["Location"] == reverse("pages:branch", args=[other.pk, other.slug, comment.pk])


def test_a_branch_of_a_draft_or_of_nothing_is_not_found(ann, zoe, browse):
    post = make_post(ann)
    assert browse().get(reverse("pages:branch", args=[post.pk, post.slug, 999_999])).status_code == 404
    assert browse().get(f"/posts/{post.pk}/{post.slug}/c/{2**63}/").status_code == 404
    assert browse().get(f"/posts/{2**70}/x/").status_code == 404


def test_no_page_has_inline_script_or_style(ann, browse):
    post = make_post(ann, source="# One\n\n# Two\n\n```python\nx = 1\n```")
    make_comment(post, ann)
    text = browse(ann).get(post.get_absolute_url()).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text)


def test_a_post_with_headings_has_contents_that_lead_to_them(ann, browse):
    post = make_post(ann, source="# First part\n\ntext\n\n## Second *part*\n\ntext")

    page = soup_of(browse().get(post.get_absolute_url()))

    links = page.select(".contents a")
    assert [link.text for link in links[:2]] == ["First part", "Second part"]
    for link in links:
        assert page.select_one(f'[id="{link["href"][1:]}"]') is not None


def test_an_old_comment_moved_in_time_stays_where_its_parent_is(ann, browse):
    """Imported mail may be older than what it answers."""
    post = make_post(ann)
    first = make_comment(post, ann)
    answer = make_comment(post, ann, parent=first, at=timezone.now() - timedelta(days=9))

    for sort in ("old", "new", "active"):
        page = soup_of(browse().get(post.get_absolute_url(), {"sort": sort}))
        assert nesting(page)[answer.key] == first.key


def test_a_thread_of_a_thousand_costs_eight_queries_at_most_for_anybody(ann, mo, browse, django_assert_max_num_queries):
    call_command("bench_data", posts=1, comments=1000, one_thread=True, verbosity=0)
    post = Post.objects.order_by("-comment_count").first()
    author = post.author
    for viewer in (None, ann, author, mo):
        client = browse(viewer)
        with django_assert_max_num_queries(8):
            answer = client.get(post.get_absolute_url())
        assert answer.content.count(b'<li id="c') == 1000


def test_where_a_withdrawn_comment_is_only_mentioned_its_author_is_not_named(ann, ben, mo, browse):
    post = make_post(ann)
    chain = make_deep_chain(post, DEPTH_CAP + 1, mo)
    withdrawn = make_comment(post, ben, parent=chain[-1])
    below = make_comment(post, mo, parent=withdrawn)
    comments.retract(author=ben, comment=withdrawn)

    thread = soup_of(browse().get(post.get_absolute_url()))
    branch = browse().get(withdrawn.get_branch_url())

    assert thread.select_one(f"#{below.key} > details > article .in-reply-to a").text == "a withdrawn comment"
    assert soup_of(branch).title.text.startswith("Withdrawn comment on")
    assert "Ben Reader" not in branch.text
