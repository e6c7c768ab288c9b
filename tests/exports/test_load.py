import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from forum.comments import services as comments
from forum.comments.models import Comment
from forum.exports.formats import FORMATS, as_bytes
from forum.exports.load import load_thread
from forum.kit.refusal import Refusal
from forum.moderation import services as moderation
from forum.posts import services as posts
from forum.posts.models import Post
from tests.factories import days_ago, make_chain, make_comment, make_draft, make_post

STRANGER = AnonymousUser()
SECRET = "what nobody may read any more"


def everything(thread) -> str:
    return "".join(b"".join(as_bytes(chosen.write(thread))).decode() for chosen in FORMATS.values())


def test_a_thread_is_loaded_in_reading_order(ann, ben):
    post = make_post(ann, title="On misfires", source="The *claim*.", tags=["evaluation"])
    late = make_comment(post, ann, at=days_ago(1))
    early = make_comment(post, ben, at=days_ago(2))
    below = make_comment(post, ann, parent=early)

    thread = load_thread(post, viewer=STRANGER)

    assert [comment.uid for comment in thread.comments] == [early.body.uid, below.body.uid, late.body.uid]
    assert [comment.parent for comment in thread.comments] == [None, early.body.uid, None]
    assert (thread.post.title, thread.post.author, thread.post.tags) == ("On misfires", "ann", ("evaluation",))
    assert {person.key: person.display_name for person in thread.people} == {"ann": "Ann Author", "ben": "Ben Reader"}
    assert thread.source_url == thread.post.url == f"http://127.0.0.1:8000/posts/{post.pk}/on-misfires/"
    assert thread.comments[0].url == f"{thread.source_url}#c{early.pk}"


def test_histories_are_in_it(ann):
    post = make_post(ann, source="First.")
    comment = make_comment(post, ann, source="One.")
    posts.edit(editor=ann, post=post, title=post.title, source="Second.", tags=[], saves=1, note="said better")
    comments.edit(editor=ann, comment=comment, source="Two.", revision=1, note="typo")

    thread = load_thread(Post.objects.get(), viewer=STRANGER)

    assert [(each.number, each.source, each.note, each.saved_by) for each in thread.post.revisions] == [
        (1, "First.", "", "ann"),
        (2, "Second.", "said better", "ann"),
    ]
    assert [(each.number, each.source, each.note) for each in thread.comments[0].revisions] == [
        (1, "One.", ""),
        (2, "Two.", "typo"),
    ]
    assert thread.comments[0].edited_at


def test_a_branch_is_loaded_with_what_it_answers(ann):
    post = make_post(ann)
    chain = make_chain(post, 4, ann)
    make_comment(post, ann)

    thread = load_thread(post, viewer=STRANGER, branch=Comment.objects.get(pk=chain[1].pk))

    assert [comment.uid for comment in thread.comments] == [comment.body.uid for comment in chain[1:]]
    assert thread.branch == chain[1].body.uid
    assert thread.comments[0].parent == chain[0].body.uid


def test_a_branch_is_whole_though_somebody_answered_in_it_since_it_was_opened(ann):
    post = make_post(ann)
    chain = make_chain(post, 2, ann)
    opened_before = Comment.objects.get(pk=chain[0].pk)
    late = make_comment(post, ann, parent=chain[1])

    thread = load_thread(post, viewer=STRANGER, branch=opened_before)

    assert [comment.uid for comment in thread.comments] == [comment.body.uid for comment in [*chain, late]]


def test_a_branch_moved_away_since_it_was_opened_is_not_found_here(ann):
    post = make_post(ann)
    opened_before = make_comment(post, ann)
    comments.move(comment=opened_before, parent_id=None, post=make_post(ann))

    with pytest.raises(Refusal) as refused:
        load_thread(post, viewer=STRANGER, branch=opened_before)

    assert (refused.value.code, refused.value.status) == ("moved", 404)


@pytest.mark.parametrize("part", ["comment", "post"])
@pytest.mark.parametrize("state", ["hidden", "retracted"])
def test_no_format_holds_a_hidden_or_retracted_text_not_even_for_a_moderator(part, state, ann, ben, mo):
    post = make_post(
        ann, title=SECRET if part == "post" else "Title", source=SECRET if part == "post" else "Seen.", tags=["seen"]
    )
    comment = make_comment(post, ben, source=SECRET if part == "comment" else "Seen.")
    if part == "comment":
        comments.edit(editor=ben, comment=comment, source=f"{SECRET}, again", revision=1, note=SECRET)
    else:
        posts.edit(editor=ann, post=post, title=SECRET, source=f"{SECRET}, again", tags=[], saves=1, note=SECRET)
    answer = make_comment(post, ann, parent=comment, source="An answer.")
    match part, state:
        case "comment", "hidden":
            comments.set_hidden(comment=comment, at=timezone.now(), reason="personal remark")
        case "comment", "retracted":
            comments.retract(author=ben, comment=comment)
        case "post", "hidden":
            posts.set_hidden(post=post, at=timezone.now(), reason="personal remark")
        case "post", "retracted":
            posts.retract(author=ann, post=post)
    post = Post.objects.get()

    for viewer in (STRANGER, ann, mo):
        thread = load_thread(post, viewer=viewer)
        text = everything(thread)
        assert SECRET not in text
        assert SECRET.replace(" ", "-") not in text
        assert "An answer." in text
        assert thread.comments[1].parent == comment.body.uid
        assert thread.comments[1].uid == answer.body.uid
        told = thread.comments[0] if part == "comment" else thread.post
        assert (told.state, told.author, told.state_reason) == (
            state,
            None,
            "personal remark" if state == "hidden" else "",
        )


def test_whose_words_are_gone_is_not_listed(ann, ben):
    post = make_post(ann)
    comments.retract(author=ben, comment=make_comment(post, ben))

    assert [person.key for person in load_thread(post, viewer=STRANGER).people] == ["ann"]


def test_a_draft_is_not_there_for_strangers_and_not_ready_for_its_author(ann, zoe, mo):
    draft = make_draft(ann)

    for viewer in (STRANGER, zoe):
        with pytest.raises(Refusal) as refused:
            load_thread(draft, viewer=viewer)
        assert refused.value.status == 404
    with pytest.raises(Refusal) as refused:
        load_thread(draft, viewer=ann)
    assert refused.value.status == 409


@pytest.mark.parametrize("change", ["hide", "restore", "move"])
def test_what_changes_while_it_is_read_stands_in_it_as_it_was_or_as_it_is(change, ann, mo):
    post, elsewhere = make_post(ann), make_post(ann)
    comment = make_comment(post, ann, source="A text.")
    if change == "restore":
        moderation.hide(target=comment, moderator=mo, reason="Rude.")
    waiting = [change]

    def meddle(execute, sql, *rest):
        """Between the comments and their revisions, whichever is asked for first."""
        answer = execute(sql, *rest)
        if waiting and ("commentrevision" in sql or "commentbody" in sql):
            waiting.clear()
            if change == "move":
                comments.move(comment=comment, parent_id=None, post=elsewhere)
            else:
                decide = moderation.hide if change == "hide" else moderation.restore
                decide(target=comment, moderator=mo, reason="Rude.")
        return answer

    with connection.execute_wrapper(meddle):
        (loaded,) = load_thread(post, viewer=STRANGER).comments

    assert waiting == []
    assert [each.number for each in loaded.revisions] == ([1] if loaded.state == "visible" else [])
    assert bool(loaded.source) == (loaded.state == "visible")


@pytest.mark.parametrize("size", [1, 40])
def test_a_thread_costs_the_same_few_queries_at_any_size(size, ann, mo, django_assert_max_num_queries):
    post = make_post(ann)
    make_chain(post, size, mo)

    with django_assert_max_num_queries(6):
        thread = load_thread(Post.objects.select_related("author").get(), viewer=STRANGER)

    assert len(thread.comments) == size


def test_what_was_imported_keeps_the_address_where_it_was_first_published(ann):
    post = make_post(ann, origin_url="https://elsewhere.example/posts/7/x/")

    assert load_thread(post, viewer=STRANGER).post.url == "https://elsewhere.example/posts/7/x/"


def test_a_text_saved_again_while_it_is_loaded_comes_as_it_was_with_its_history_up_to_then(ann):
    post = make_post(ann, source="First.")
    seen = Post.objects.get(pk=post.pk)
    posts.edit(editor=ann, post=post, title=post.title, source="Second.", tags=[], saves=1)

    document = load_thread(seen, viewer=STRANGER).post

    assert (document.source, document.revision, len(document.revisions)) == ("First.", 1, 1)
