"""The comments of a page as HTML: their markup stands in ``comments/comment.html`` and is joined here.

One flat walk over the rows. The template is rendered once for each variant (visible or not, editable or not, …) and
filled for each comment, see ``forum.kit.stencil``.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html import escape

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import Viewer
from accounts.permissions import is_moderator
from forum import markup
from forum.comments.permissions import refusal_to_discuss
from forum.comments.thread import Line, Node, Row, Stub
from forum.kit.moments import day_of
from forum.kit.stencil import Stencil
from forum.posts.models import Post

DEPTH_CAP = (
    8  # levels drawn; deeper replies stand beside their parents and say so. At 390 pixels a ninth leaves no measure
)

COMMENT, STUB = "comments/comment.html", "comments/stub.html"
# What each template shows, and what it tests.
DRAWN = {
    COMMENT: (
        ("id", "said", "replies", "revision", "post_revision", "parent_anchor", "parent_author", "date", "clock",
         "day", "minute", "author", "author_url", "post", "branches", "after"),
        ("hidden", "retracted", "own", "edited", "older_post", "by_post_author", "placeholder", "anonymous",
         "flattened", "folds", "answers", "moderates"),
    ),
    STUB: (("address", "count", "parent_author", "after"), ("answers_post", "one", "flattened")),
}  # fmt: skip
ITEM_ENDS, LIST_BEGINS, LIST_ENDS = "</details></li>", '<ol class="replies">', "</ol></details></li>"

type Variant = tuple[bool | str, ...]


def as_html(rows: Iterable[Line], *, post: Post, viewer: Viewer) -> SafeString:
    """The list items of ``rows``, for ``viewer``, to stand inside an ``<ol class="thread">``. No query."""
    return markup.assemble(pieces(rows, post=post, viewer=viewer, thread=post.get_absolute_url()))


def pieces(rows: Iterable[Line], *, post: Post, viewer: Viewer, thread: str, question: str = "") -> Iterator[str]:
    """What ``as_html`` joins: a safe piece for each row. ``thread`` is the thread's address as seen from the page they
    stand on, and ``question`` what stubs ask for besides, ending in ``&``."""
    variant_of = _variants(post, viewer)
    always = (str(post.pk), f"{thread}c/")
    stencils: dict[Variant, Stencil] = {}
    people: dict[int, tuple[str, str]] = {}  # once for each, not for each comment
    for row in rows:
        if isinstance(row, Stub):
            yield _stub(row, thread, question)
            continue
        node, author, above, at = row.node, row.node.author, row.parent, row.node.published_at
        variant = variant_of(row)
        stencil = stencils.get(variant)
        if stencil is None:
            stencil = stencils[variant] = _stencil(COMMENT, variant)
        person = people.get(author.pk if author else 0)
        if person is None:
            person = people[author.pk if author else 0] = _person(node)
        yield stencil.fill((
            str(node.pk), escape(node.said.rstrip(".")) if node.hidden_at else node.said,
            str(row.descendants), str(node.revision), str(node.post_revision),
            f"c{above.pk}" if above else "post", _called(above) if above and row.level > row.depth else "",
            at[:10], at[11:19], day_of(at[:10]), at[11:16],
            *person, *always, LIST_BEGINS if row.opens else ITEM_ENDS + LIST_ENDS * row.closes,
        ))  # fmt: skip


def _stub(stub: Stub, thread: str, question: str) -> str:
    above = stub.parent
    stencil = _stencil(STUB, (above is None, stub.count == 1, stub.is_flattened))
    address = f"{thread}c/{above.pk}/" if above else thread
    where = f"{address}?{escape(question)}after={stub.after}"
    return stencil.fill((where, f"{stub.count:,}", _called(above) if above else "", LIST_ENDS * stub.closes))


def _person(node: Node) -> tuple[str, str]:
    return escape(node.author_name), f"/u/{node.author.username}/" if node.author else ""


def _variants(post: Post, viewer: Viewer) -> Callable[[Row], Variant]:
    refusal = refusal_to_discuss(viewer, post, now=timezone.now())
    open_to_replies = refusal is None or refusal.code == "anonymous"  # who is not logged in is asked to
    moderates = is_moderator(viewer)
    reader = viewer.pk or 0
    revision, author = (0, 0) if post.is_tombstone else (post.revision, post.author_id or 0)

    def variant_of(row: Row) -> Variant:
        node, hidden = row.node, row.node.hidden_at is not None
        by = node.author
        who = by.pk if by else -1
        return (
            hidden,
            node.retracted_at is not None,
            who == reader,
            node.revision > 1,
            node.post_revision < revision,
            who == author,
            by is not None and by.placeholder,
            by is None,
            row.level > row.depth,
            _folds(row),
            open_to_replies and not hidden,
            moderates,
        )

    return variant_of


def _folds(row: Row) -> str:
    """How the folded line counts what it hides: nothing, one reply, or several."""
    if not row.descendants or not row.opens or row.is_flattened:
        return "none"
    return "one" if row.descendants == 1 else "many"


def _called(parent: Node) -> str:
    """Whom a reply answers; who wrote what was withdrawn is withdrawn with it."""
    return "a withdrawn comment" if parent.is_tombstone else escape(parent.author_name or "somebody")


@lru_cache(maxsize=512)
def _cut(template: str, variant: Variant) -> Stencil:
    values, names = DRAWN[template]
    return Stencil(template, values, dict(zip(names, variant, strict=True)))


def _stencil(template: str, variant: Variant) -> Stencil:
    return _cut(template, variant) if not settings.DEBUG else _cut.__wrapped__(template, variant)
