"""A site with something of everything in it, for the tests that look at every page."""

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import User
from accounts.services import edit_profile
from forum.comments import services as comments
from forum.comments.models import Comment
from forum.moderation import services as moderation
from forum.moderation.models import Report, ReportKind
from forum.posts import services as posts
from forum.posts.models import Post
from tests.factories import make_chain, make_comment, make_moderator, make_post

WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2
TEXT = f"""\
Some *words* with `code`, a [link](https://example.org/), {WORD} and a note.[^1]
By @ben, who wrote [[On samples and {WORD}]] and [[{WORD}|what]] [[nobody {WORD} wrote]].

## The first part

> Quoted, with https://example.org/{"very-" * 20}long

| {" | ".join(f"column {number}" for number in range(12))} |
|{"---|" * 12}
| {" | ".join(str(number) * 8 for number in range(12))} |

## The second part

```python
def mean(values):  # {"a long line " * 12}
    return sum(values) / len(values) if values else float("nan")
```

1. one
2. two
    - [ ] open
    - [x] done

[^1]: Here it is.
"""


@dataclass(frozen=True)
class Town:
    """``comment`` is ben's, edited twice; ``hidden`` and ``retracted`` are tombstones in the same thread."""

    post: Post
    hidden_post: Post
    locked_post: Post
    draft: Post
    comment: Comment
    deep: Comment
    hidden: Comment
    report: Report


def make_town(ann: User, ben: User, mo: User, zoe: User) -> Town:
    edit_profile(
        person=ann,
        display_name="Ann Author",
        bio=TEXT,
        affiliation="Institute of Counting",
        website="https://example.org/",
        orcid="0000-0002-1825-0097",
    )
    post = make_post(ann, title=f"On samples and {WORD}", source=TEXT, tags=["statistics", "long views", WORD[:40]])
    comment = make_comment(post, ben, source="How many?")
    comment = comments.edit(editor=ben, comment=comment, source="How *many*?", revision=1, note="Clearer.")
    make_comment(post, ann, parent=comment, source=TEXT)
    hidden = make_comment(post, ben, parent=comment, source="Buy my book.")
    make_comment(post, mo, parent=hidden, source="Please do not.")
    moderation.report(reader=zoe, target=hidden, kind=ReportKind.OTHER, words="Once more.")
    moderation.hide(target=hidden, moderator=mo, reason="Advertisement.")
    retracted = make_comment(post, ben, source="Wrong of me.")
    comments.retract(author=ben, comment=retracted)
    chain = make_chain(post, 12, make_moderator("maximiliane-of-a-long-name", display_name="Maximiliane " * 4))
    posts.edit(editor=ann, post=post, title=post.title, source=f"{TEXT}\nMore.", tags=["statistics"], saves=post.saves)
    locked = make_post(ann, title="Closed", locked_at=post.published_at, lock_reason="Said enough.")
    hidden_post = make_post(zoe, title="My book")
    moderation.hide(target=hidden_post, moderator=mo, reason="Advertisement.")
    moderation.suspend(person=zoe, moderator=mo, until=datetime(2999, 1, 1, tzinfo=UTC), reason="Advertisements.")
    report = moderation.report(reader=ben, target=post, kind=ReportKind.OTHER, words="Long. " * 40)
    return Town(
        post=Post.objects.get(pk=post.pk),
        hidden_post=hidden_post,
        locked_post=locked,
        draft=posts.save_draft(author=ben, title="A draft", source="Not yet."),
        comment=comment,
        deep=chain[-1],
        hidden=hidden,
        report=report,
    )


def verify(person: User) -> None:
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)


def guard(person: User) -> None:
    """Set up an authenticator app and recovery codes."""
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(person)
