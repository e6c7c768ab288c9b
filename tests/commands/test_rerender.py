"""``manage.py rerender`` brings html up to date, and nothing else."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts import services as accounts
from accounts.models import User
from forum.comments import services as comments
from forum.comments.models import CommentBody
from forum.management.commands import rerender
from forum.markup import NOT_RENDERED, RENDER_VERSION, Rendered, renewal
from forum.markup.renewal import visible_change
from forum.posts import citations
from forum.posts import services as posts
from forum.posts.models import Post
from tests.factories import days_ago, make_comment, make_draft, make_post, version_of

OLD = "<p>An <i>old</i> rendering</p>"


def run(*options, **more) -> str:
    said = io.StringIO()
    call_command("rerender", *options, stdout=said, **more)
    return said.getvalue()


@pytest.fixture
def thread(ann, ben):
    """A post, a comment and a profile, whose html was made by an older renderer."""
    post = make_post(ann, source="The *claim*.")
    comment = make_comment(post, ben, source="- An *answer*.")
    accounts.edit_profile(person=ann, display_name="Ann", bio="I *write*.", affiliation="", website="", orcid="")
    for rows, field in ((Post, ""), (CommentBody, ""), (User, "bio_")):
        rows.objects.update(**{f"{field}html": OLD, f"{field}render_version": RENDER_VERSION + 1})
    return post, comment


def htmls(post, comment):
    return [
        Post.objects.values_list("html", "render_version").get(pk=post.pk),
        CommentBody.objects.values_list("html", "render_version").get(pk=comment.pk),
        User.objects.values_list("bio_html", "bio_render_version").get(username="ann"),
    ]


FRESH = [
    ("<p>The <em>claim</em>.</p>", RENDER_VERSION),
    ("<ul>\n<li>An <em>answer</em>.</li>\n</ul>", RENDER_VERSION),
    ("<p>I <em>write</em>.</p>", RENDER_VERSION),
]


def test_posts_comments_and_profiles_are_brought_up_to_date(thread):
    said = run()
    assert htmls(*thread) == FRESH
    assert "posts: 1 rendered, 1 changed visibly, 0 edited meanwhile, 0 shown as typed" in said
    assert "comments: 1 rendered" in said
    assert "profiles: 1 rendered" in said
    assert f"post {thread[0].pk}: An → The" in said


def test_a_second_run_finds_nothing_to_do(thread):
    run()
    version = version_of(thread[0])
    said = run()
    assert said.count(": 0 rendered") == 3
    assert version_of(thread[0]) == version


def test_what_is_fresh_is_left_alone_but_with_all(thread):
    run()
    Post.objects.update(html=OLD)
    run()
    assert Post.objects.get().html == OLD
    said = run("--all")
    assert htmls(*thread) == FRESH
    assert "posts: 1 rendered, 1 changed visibly" in said
    assert "comments: 1 rendered, 0 changed visibly" in said


def test_a_thread_has_a_new_version_when_its_html_is_new_and_only_then(thread):
    post, _ = thread
    before = version_of(post)
    run()
    assert version_of(post) == before + 2  # its own text, and that of one comment
    Post.objects.update(render_version=NOT_RENDERED)
    CommentBody.objects.update(render_version=NOT_RENDERED)
    run()
    assert version_of(post) == before + 2
    assert htmls(*thread) == FRESH


def test_nothing_is_edited_by_it(thread):
    post, comment = thread
    kept = ("revision", "edited_at", "source", "saves", "saved_at", "active_at", "comment_count")
    before = Post.objects.values(*kept).get(), CommentBody.objects.values("revision", "edited_at", "source").get()
    run()
    assert before == (
        Post.objects.values(*kept).get(),
        CommentBody.objects.values("revision", "edited_at", "source").get(),
    )
    assert post.revisions.count() == comment.revisions.count() == 1


def test_drafts_and_withdrawn_texts_are_taken_too(thread, ann):
    post, comment = thread
    draft = make_draft(ann)
    Post.objects.filter(pk=draft.pk).update(html=OLD, render_version=NOT_RENDERED)
    Post.objects.filter(pk=post.pk).update(hidden_at=days_ago(1))
    comments.set_hidden(comment=comment, at=days_ago(1), reason="Rude.")
    run()
    assert htmls(*thread) == FRESH
    assert Post.objects.get(pk=draft.pk).html == "<p>Not yet.</p>"


def test_a_text_that_is_edited_meanwhile_keeps_what_its_editor_saved(thread, ben, monkeypatch):
    post, comment = thread
    batch = rerender.renderings

    def and_then_edited(room, *, every):
        for text, rendered in batch(room, every=every):
            if text.name == f"comment {comment.pk}":
                comments.edit(editor=ben, comment=comment, source="Another *answer*.", revision=1)
            if text.name == f"post {post.pk}":
                Post.objects.filter(pk=post.pk).update(source="Edited.", html="<p>Edited.</p>")
            yield text, rendered

    monkeypatch.setattr(rerender, "renderings", and_then_edited)
    said = run()

    assert htmls(*thread)[:2] == [
        ("<p>Edited.</p>", RENDER_VERSION + 1),
        ("<p>Another <em>answer</em>.</p>", RENDER_VERSION),
    ]
    assert said.count("0 changed visibly, 1 edited meanwhile") == 2


def test_a_draft_that_is_discarded_meanwhile_stays_away(ann):
    draft = make_draft(ann)
    text = rerender.ROOMS["posts"].stored(draft)
    Post.objects.all().delete()
    assert rerender.ROOMS["posts"].store(text, Rendered("<p>x</p>", 1, "")) is False
    assert not Post.objects.exists()


def test_an_interrupted_run_goes_on_where_it_stopped(ann, monkeypatch):
    texts = [make_post(ann, source=f"Text *{number}*.") for number in range(7)]
    Post.objects.update(html=OLD, render_version=NOT_RENDERED)
    monkeypatch.setattr(rerender, "BATCH", 2)
    store, written = rerender.posts.store, []

    def store_four(text, rendered):
        if len(written) == 4:
            raise KeyboardInterrupt
        written.append(text.pk)
        return store(text, rendered)

    with monkeypatch.context() as patch:
        patch.setattr(rerender.posts, "store", store_four)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert written == [post.pk for post in texts[:4]]

    said = run()
    assert "posts: 3 rendered" in said
    assert "posts: 2 of 3" in said
    assert not Post.objects.exclude(render_version=RENDER_VERSION).exists()
    assert [post.html for post in Post.objects.order_by("pk")] == [f"<p>Text <em>{n}</em>.</p>" for n in range(7)]


def test_a_text_that_gets_no_answer_is_safe_and_tried_again_next_time(thread, monkeypatch):
    lost = Rendered("<pre><code>words</code></pre>", NOT_RENDERED, "why")
    with monkeypatch.context() as patch:
        patch.setattr(renewal, "render", lambda *_args, **_kwargs: lost)
        with pytest.raises(CommandError, match="3 texts got no answer"):
            run()
    assert htmls(*thread) == [(lost.html, NOT_RENDERED)] * 3
    run()
    assert htmls(*thread) == FRESH


def test_a_dry_run_says_it_all_and_writes_nothing(thread):
    before = htmls(*thread), version_of(thread[0])
    said = run("--dry-run")
    assert "posts: 1 rendered, 1 changed visibly" in said
    assert (htmls(*thread), version_of(thread[0])) == before


def test_quiet_it_gives_the_sums_alone(thread):
    assert run(verbosity=0).count("\n") == 3


def test_a_title_that_a_request_left_in_some_texts_is_brought_up_to_date(ann, ben, act, monkeypatch):
    claim = make_post(ann, title="The claim", source="Text.")
    texts = [make_post(ben, source="[[The claim]]"), make_comment(claim, ben, source="[[The claim]]")]
    citations.settle(citations.due())
    monkeypatch.setattr(citations, "IN_A_REQUEST", 0)
    act(posts.edit, editor=ann, post=claim, title="Renamed", source="Text.", tags=[], saves=1)
    assert "posts: 1 rendered, 1 changed visibly" in run("--dry-run")
    assert "Renamed" not in Post.objects.get(pk=texts[0].pk).html

    said = run()

    assert "posts: 1 rendered, 1 changed visibly" in said
    assert "comments: 1 rendered, 1 changed visibly" in said
    assert "Renamed" in Post.objects.get(pk=texts[0].pk).html
    assert "Renamed" in CommentBody.objects.get(pk=texts[1].pk).html
    assert run().count(": 0 rendered") == 3


def test_rows_of_what_is_referred_to_are_made_true_to_the_html(ann, ben):
    claim = make_post(ann, title="The claim")
    texts = [make_post(ben, source="@ann [[The claim]]"), make_comment(claim, ben, source="@ann @ben [[The claim]]")]
    accounts.edit_profile(person=ann, display_name="Ann", bio="@ben", affiliation="", website="", orcid="")
    for text in texts:
        text.mentions.all().delete()
        text.references.all().delete()
    User.objects.update(bio_html=OLD)

    run("--all")

    for text in texts:
        assert [row.person for row in text.mentions.all()] == [ann]
        assert [row.target for row in text.references.all()] == [claim]
    assert User.objects.get(pk=ann.pk).bio_html == '<p><a href="/u/ben/">@ben</a></p>'


@pytest.mark.parametrize(
    "old,new,said",
    [
        ("<p>a&nbsp;b</p>", "<p>a\u00a0b</p>", ""),
        ("<p>a</p>", "<p>a</p>", ""),
        ("<p>a <i>b</i></p>", "<p>a <em>b</em></p>", "<i> → <em>"),
        ("<p>a</p>", "<p>a</p><hr>", "nothing → <hr>"),
        ('<a href="/x">a</a>', '<a href="/y">a</a>', '<a href="/x"> → <a href="/y">'),
        ("<p>" + "x" * 90 + "old</p>", "<p>" + "x" * 90 + "new</p>", f"…{'x' * 20}old → …{'x' * 20}new"),
        ("<p>" + "a" * 90 + "</p>", "<p>b</p>", "a" * 60 + "… → b"),
    ],
)
def test_a_change_is_what_a_browser_would_make_of_it(old, new, said):
    assert visible_change(old, new) == said
