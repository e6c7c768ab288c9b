"""Who is told of what, and how often."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from forum.comments import services as comments
from forum.imports.planning import plan_thread
from forum.imports.save import save_thread
from forum.moderation import services as moderation
from forum.notifications.models import Notice
from forum.posts import services as posts
from forum.posts.models import Post
from tests.exports.documents import make_document, make_post_document
from tests.factories import make_comment, make_draft, make_post


@pytest.fixture
def told(ann, ben, zoe):
    """The usernames of those who have a notice, with what stands beside their "Inbox"."""

    def found() -> dict[str, int]:
        readers = User.objects.filter(pk__in=Notice.objects.values("reader"))
        return dict(readers.order_by("username").values_list("username", "unseen"))

    return found


def edit_post(act, post: Post, source: str) -> Post:
    return act(posts.edit, editor=post.author, post=post, title=post.title, source=source, tags=[], saves=post.saves)


def test_a_post_tells_whom_it_mentions_once(ann, act, told):
    act(posts.publish, author=ann, title="T", source="@ben, @BEN, @ann and `@zoe`")
    assert told() == {"ben": 1}


def test_a_comment_tells_whom_it_mentions(ann, ben, act, told):
    post = make_post(ann)
    act(comments.reply, author=ben, post=post, source="@ann @zoe")
    act(comments.reply, author=ben, post=post, source="@ann")
    assert told() == {"ann": 2, "zoe": 1}


def test_an_edit_tells_those_who_are_new_in_it_and_nobody_twice(ann, ben, act, told):
    post = act(posts.publish, author=ann, title="T", source="@ben")
    post = edit_post(act, post, "@ben @zoe")
    assert told() == {"ben": 1, "zoe": 1}
    post = edit_post(act, post, "Nobody.")
    edit_post(act, post, "@zoe again")
    assert told() == {"ben": 1, "zoe": 1}

    comment = act(comments.reply, author=ann, post=post, source="@ben")
    act(comments.edit, editor=ann, comment=comment, source="@ben, @zoe", revision=1)
    assert told() == {"ben": 2, "zoe": 2}


def test_a_draft_tells_nobody_until_it_is_published(ann, act, told):
    draft = act(posts.save_draft, author=ann, title="T", source="@ben")
    draft = edit_post(act, draft, "@ben @zoe")
    assert told() == {}
    act(posts.publish_draft, author=ann, post=draft, saves=2)
    assert told() == {"ben": 1, "zoe": 1}


def test_a_form_that_is_sent_twice_tells_once(ann, act, told):
    form = "0b7e1f0e-4d5c-4a83-9d5e-7b1f2a3c4d5e"
    for _ in range(2):
        act(posts.publish, author=ann, title="T", source="@ben", form=form)
    assert told() == {"ben": 1}


def test_what_is_imported_or_rendered_anew_tells_nobody(ann, ben, act, told):
    document = make_document()
    document = type(document)(**(vars_of(document) | {"post": make_post_document(source="@ben", revisions=())}))
    act(save_thread, plan=plan_thread(document), now=timezone.now())
    assert Post.objects.get().mentions.count() == 1
    assert told() == {}


def vars_of(document) -> dict:
    return {name: getattr(document, name) for name in document.__dataclass_fields__}


def test_what_is_withdrawn_counts_no_more_and_counts_again_when_it_comes_back(ann, ben, mo, act, told):
    post = act(posts.publish, author=ann, title="T", source="@ben")
    first = act(comments.reply, author=ann, post=post, source="@ben")
    under = act(comments.reply, author=ann, post=post, source="@ben", parent_id=first.pk)
    assert told() == {"ben": 3}

    act(comments.retract, author=ann, comment=under)
    assert told() == {"ben": 2}
    act(moderation.hide_branch, root=first, moderator=mo, reason="Rude.")
    assert told() == {"ben": 1}
    act(moderation.restore_branch, root=first, moderator=mo, reason="It was not.")
    assert told() == {"ben": 2}
    act(moderation.hide, target=post, moderator=mo, reason="Rude.")
    assert told() == {"ben": 0}
    act(moderation.restore, target=post, moderator=mo, reason="It was not.")
    assert told() == {"ben": 2}
    act(posts.retract, author=ann, post=post)
    assert told() == {"ben": 0}


def test_a_refused_act_tells_nobody(ann, ben, act, told):
    post = make_post(ann, locked_at=timezone.now())
    with pytest.raises(posts.Refusal):
        act(comments.reply, author=ben, post=post, source="@ann")
    assert told() == {}


def test_a_notice_is_of_one_text(ann, ben):
    post = make_post(ann)
    comment = make_comment(post)
    for fields in ({}, {"post": post, "comment": comment}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(reader=ben, told_at=timezone.now(), **fields)


def test_a_discarded_draft_leaves_nothing(ann):
    draft = make_draft(ann, source="@ben")
    posts.discard_draft(author=ann, post=draft)
    assert not Notice.objects.exists()
