from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.services import set_suspension
from forum import events
from forum.comments.checking import find_broken
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.comments.services import move, reply, set_hidden
from forum.comments.tree import MAX_DEPTH
from forum.kit.refusal import Refusal
from forum.posts import services as posts
from forum.posts.models import Post
from tests.factories import make_comment, make_deep_chain, make_draft, make_post, version_of


def refused(**sent) -> Refusal:
    """What a reply is refused with; it must leave nothing behind."""
    before = Comment.objects.count(), CommentBody.objects.count(), CommentRevision.objects.count()
    with pytest.raises(Refusal) as caught:
        reply(source="An answer.", **sent)
    assert (Comment.objects.count(), CommentBody.objects.count(), CommentRevision.objects.count()) == before
    assert find_broken() == []
    return caught.value


def test_a_reply_appears_under_its_parent(ann, ben):
    post = make_post(ann)
    first = make_comment(post, ann)

    answer = reply(author=ben, post=post, source="Agreed.", parent_id=first.pk)

    assert answer.parent_id == first.pk
    assert list(Comment.objects.get(pk=first.pk).get_descendants()) == [answer]
    assert find_broken() == []


def test_a_reply_is_kept_with_its_rendering_and_its_first_revision(ann, ben):
    post = make_post(ann)
    posts.edit(editor=ann, post=post, title=post.title, source="A better claim.", tags=[], saves=1)
    post.refresh_from_db()

    body = CommentBody.objects.get(pk=reply(author=ben, post=post, source="*Why?*").pk)

    assert (body.author, body.source, body.revision, body.edited_at) == (ben, "*Why?*", 1, None)
    assert body.post_revision == 2
    assert "Why?" in body.html
    kept = CommentRevision.objects.get()
    assert (kept.comment_id, kept.number, kept.source, kept.saved_by) == (body.pk, 1, "*Why?*", ben)
    assert kept.saved_at == body.published_at


def test_a_top_level_comment_is_a_tree_of_its_own(ann):
    comment = Comment.objects.get(pk=make_comment(make_post(ann)).pk)

    assert (comment.tree_id, comment.lft, comment.rght, comment.level) == (comment.pk, 1, 2, 0)


def test_a_reply_counts_and_makes_the_post_active(ann, ben):
    post = make_post(ann)
    before = version_of(post)

    first = reply(author=ben, post=post, source="One.")
    reply(author=ben, post=post, source="Two.", parent_id=first.pk)

    post.refresh_from_db()
    assert post.comment_count == 2
    assert post.active_at == CommentBody.objects.latest("published_at").published_at
    assert post.thread_version == before + 2


def test_followers_hear_of_a_reply(ann, ben):
    heard = []

    def hear(comment, **_):
        heard.append(comment)

    events.comment_published.connect(hear)
    try:
        answer = reply(author=ben, post=make_post(ann), source="Heard.")
    finally:
        events.comment_published.disconnect(hear)
    assert heard == [answer]


def test_a_chain_may_be_as_deep_as_the_tree_allows_and_no_deeper(mo):
    post = make_post(mo)
    chain = make_deep_chain(post, MAX_DEPTH - 2, mo)
    for _ in range(2):
        chain.append(make_comment(post, mo, parent=chain[-1]))

    with pytest.raises(Refusal, match="200 deep") as caught:
        make_comment(post, mo, parent=chain[-1])

    assert (caught.value.code, caught.value.status) == ("too-deep", 409)
    assert Comment.objects.count() == MAX_DEPTH == 200
    assert find_broken() == []
    assert make_comment(post, mo, parent=chain[-2]).level == 199


def test_the_same_form_sent_twice_makes_one_comment(ann, ben):
    post, form = make_post(ann), uuid4()

    answers = [reply(author=ben, post=post, source="Once.", form=form) for _ in range(2)]

    assert answers[0] == answers[1] == Comment.objects.get()
    assert Post.objects.get().comment_count == 1


def test_the_same_form_with_another_text_or_place_or_sender_makes_another_comment(ann, ben):
    post, other, form = make_post(ann), make_post(ann), uuid4()
    first = reply(author=ben, post=post, source="Once.", form=form)

    reply(author=ben, post=post, source="Twice.", form=form)
    reply(author=ben, post=post, source="Once.", form=form, parent_id=first.pk)
    reply(author=ben, post=other, source="Once.", form=form)
    reply(author=ann, post=post, source="Once.", form=form)

    assert Comment.objects.count() == 5


def test_a_resent_form_gives_its_comment_even_where_nobody_may_reply_any_more(ann, ben, settings):
    settings.COMMENTS_PER_MINUTE = 1
    post, form = make_post(ann), uuid4()
    first = reply(author=ben, post=post, source="In time.", form=form)
    posts.set_locked(post=post, at=timezone.now(), reason="Settled.")
    post.refresh_from_db()

    assert reply(author=ben, post=post, source="In time.", form=form) == first


def test_after_the_limit_of_a_minute_the_refusal_says_when_it_works_again(ann, ben, settings):
    settings.COMMENTS_PER_MINUTE = 2
    post = make_post(ann)
    now = timezone.now()
    make_comment(post, ben, at=now - timedelta(seconds=30))
    make_comment(post, ben)

    refusal = refused(author=ben, post=post)

    assert (refusal.code, refusal.status) == ("too-many", 429)
    assert "2 comments a minute" in refusal.message
    assert 0 < refusal.retry_after <= 31


def test_after_the_limit_of_a_day_the_refusal_says_when_it_works_again(ann, ben, settings):
    settings.COMMENTS_PER_DAY = 2
    post = make_post(ann)
    for hours in (23, 2):
        make_comment(post, ben, at=timezone.now() - timedelta(hours=hours))

    refusal = refused(author=ben, post=post)

    assert "2 comments a day" in refusal.message
    assert 3500 < refusal.retry_after <= 3601
    assert make_comment(post, ann)


def test_the_limits_spare_moderators(ann, mo, settings):
    settings.COMMENTS_PER_MINUTE = settings.COMMENTS_PER_DAY = 1
    post = make_post(ann)
    for _ in range(3):
        make_comment(post, mo)


def test_strangers_and_the_suspended_do_not_reply(ann, ben):
    post = make_post(ann)
    set_suspension(person=ben, until=timezone.now() + timedelta(days=1), reason="Rude.")

    assert refused(author=AnonymousUser(), post=post).code == "anonymous"
    assert refused(author=ben, post=post).code == "suspended"


def test_a_draft_takes_no_replies_not_even_its_authors(ann):
    refusal = refused(author=ann, post=make_draft(ann))

    assert (refusal.code, refusal.status) == ("draft", 409)


@pytest.mark.parametrize("state, code", [("locked_at", "locked"), ("hidden_at", "hidden")])
def test_a_closed_post_takes_no_replies(ann, ben, mo, state, code):
    post = make_post(ann, **{state: timezone.now()})

    for author in (ben, mo):
        refusal = refused(author=author, post=post)
        assert (refusal.code, refusal.status) == (code, 409)


@pytest.mark.parametrize("state, code", [("locked_at", "locked"), ("hidden_at", "hidden")])
def test_a_post_closed_after_it_was_opened_takes_no_replies(ann, ben, state, code):
    opened_before = make_post(ann)
    parent = make_comment(opened_before)
    Post.objects.update(**{state: timezone.now()})

    assert refused(author=ben, post=opened_before).code == code
    opened_again = make_post(ann)
    assert refused(author=ben, post=opened_again, parent_id=parent.pk).code == "foreign"


def test_a_retracted_post_and_a_retracted_comment_can_still_be_discussed(ann, ben):
    post = make_post(ann, retracted_at=timezone.now())
    parent = make_comment(post)
    Comment.objects.update(retracted_at=timezone.now())

    assert reply(author=ben, post=post, source="Still.", parent_id=parent.pk)


def test_a_hidden_comment_takes_no_replies(ann, ben):
    post = make_post(ann)
    parent = make_comment(post)
    set_hidden(comment=parent, at=timezone.now(), reason="Spam.")

    refusal = refused(author=ben, post=post, parent_id=parent.pk)

    assert (refusal.code, refusal.status) == ("hidden", 409)


def test_a_comment_of_another_post_cannot_be_answered_here(ann, ben):
    elsewhere = make_comment(make_post(ann))

    refusal = refused(author=ben, post=make_post(ann), parent_id=elsewhere.pk)

    assert (refusal.code, refusal.status) == ("foreign", 404)


def test_who_answers_a_comment_that_was_moved_away_is_told_so(ann, ben):
    post, other = make_post(ann), make_post(ann)
    moved = make_comment(post)
    move(comment=moved, parent_id=None, post=other)

    refusal = refused(author=ben, post=post, parent_id=moved.pk)

    assert (refusal.code, refusal.status) == ("moved", 409)


@pytest.mark.parametrize("parent_id", [0, -1, 999_999, 2**63 - 1, 2**63, 2**200, -(2**70)])
def test_a_parent_that_does_not_exist_is_not_found(ann, ben, parent_id):
    refusal = refused(author=ben, post=make_post(ann), parent_id=parent_id)

    assert (refusal.code, refusal.status) == ("no-parent", 404)
