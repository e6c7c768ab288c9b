"""A small thread that has one of everything a format must write."""

from datetime import UTC, datetime

from forum.exports.document import (
    CommentDocument,
    PersonDocument,
    PostDocument,
    RevisionDocument,
    ThreadDocument,
)

SECRET = "what nobody may read any more"


def moment(minute: int, *, day: int = 18) -> datetime:
    return datetime(2026, 11, day, 9, minute, tzinfo=UTC)


ANN = PersonDocument(
    key="ann",
    username="ann",
    display_name='Ann "A" Author',
    orcid="0000-0002-1825-0097",
    url="https://talk.example/u/ann/",
)
BEN = PersonDocument(key="ben", username="ben", display_name="Bén Reader", url="https://talk.example/u/ben/")


def make_post_document(**changes) -> PostDocument:
    fields = {
        "uid": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "url": "https://talk.example/posts/1/what-counts/",
        "title": "What counts <as> a misfire?",
        "author": "ann",
        "tags": ("evaluation", "Méthode, générale"),
        "published_at": moment(0),
        "edited_at": moment(30),
        "source": "The *claim*.\n\nFrom here on, `code`.",
        "html": "<p>The <em>claim</em>.</p>\n<p>From here on, <code>code</code>.</p>",
        "revision": 2,
        "revisions": (
            RevisionDocument(1, "The claim.", moment(0), "ann", "", "What counts?"),
            RevisionDocument(
                2,
                "The *claim*.\n\nFrom here on, `code`.",
                moment(30),
                "ann",
                "said better",
                "What counts <as> a misfire?",
            ),
        ),
    }
    return PostDocument(**(fields | changes))


def make_comment_document(number: int, parent: int | None = None, **changes) -> CommentDocument:
    fields = {
        "uid": uid(number),
        "url": f"https://talk.example/posts/1/what-counts/#c{number}",
        "parent": uid(parent) if parent is not None else None,
        "author": "ben",
        "published_at": moment(number),
        "source": f"Text {number}.",
        "html": f"<p>Text {number}.</p>",
    }
    fields |= changes
    if fields.get("state", "visible") == "visible" and "revisions" not in changes:
        fields["revisions"] = (RevisionDocument(1, fields["source"], fields["published_at"], fields["author"]),)
    return CommentDocument(**fields)


def uid(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-0000000001{number:02d}"


def make_tombstone(number: int, parent: int | None = None, *, state: str, state_reason: str = "") -> CommentDocument:
    return make_comment_document(
        number, parent, author=None, source="", html="", state=state, state_reason=state_reason
    )


def make_document(*comments: CommentDocument, post: PostDocument | None = None, **changes) -> ThreadDocument:
    fields = {
        "exported_at": moment(0, day=20),
        "source_url": "https://talk.example/posts/1/what-counts/",
        "people": (ANN, BEN),
        "post": post or make_post_document(),
        "comments": comments or SAMPLE_COMMENTS,
    }
    return ThreadDocument(**(fields | changes))


MAIL_TEXT = "> quoted\n\n\tindented\nFrom the start:\n>From a reply\n"

SAMPLE_COMMENTS = (
    make_comment_document(
        1, source="Only if\n\n```python\nopen = 'fence'", html="<p>Only if</p>\n<pre><code>open</code></pre>"
    ),
    make_comment_document(
        2, 1, author="ann", source="Fair. ünïcode — ok\n", html="<p>Fair. ünïcode — ok</p>", edited_at=moment(40)
    ),
    make_tombstone(3, 2, state="hidden", state_reason="personal remark"),
    make_comment_document(4, 3, author=None),
    make_tombstone(5, 1, state="retracted"),
    make_comment_document(
        6,
        uid="20261118.1234@mail.example",
        source=MAIL_TEXT,
        source_format="plain",
        html="<blockquote><p>quoted</p></blockquote>",
    ),
)
