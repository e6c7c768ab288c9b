"""Where a document's texts go among those that are here already. Reads the database and writes nothing."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched

from django.db.models import Model, QuerySet

from forum.comments.importing import MAX_DEPTH
from forum.comments.models import CommentBody
from forum.exports.document import CommentDocument, PostDocument, ThreadDocument
from forum.imports.reading import Known, Unreadable
from forum.posts.importing import PLACEHOLDER_NOTE, placeholder_ids
from forum.posts.models import Post

BATCH = 5000  # uids a query; databases bound the number of parameters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands, or will: ``pk`` is None for one that has no row yet, ``parent`` for a top-level one."""

    uid: str
    pk: int | None
    level: int
    parent: "Place | None"


@dataclass(slots=True)
class Plan:
    """What saving ``thread`` would do. ``post`` is its post where that is here; ``fills`` when it is a placeholder and
    the document has the missing message. ``fresh`` are the comments to add, each with the place it goes under."""

    thread: ThreadDocument
    post: Post | None = None
    fills: bool = False
    fresh: list[tuple[CommentDocument, Place | None]] = field(default_factory=list)
    here: int = 0  # texts that are here already
    placed: int = 0  # stand under a nearer ancestor, since their parent is not here
    too_deep: int = 0  # stand higher up, since trees have a greatest depth

    @property
    def adds_post(self) -> bool:
        return self.post is None or self.fills

    @property
    def changes_something(self) -> bool:
        return self.adds_post or bool(self.fresh)


def lookup(uids: set[str]) -> dict[str, Known]:
    """Which of these texts are here."""
    found: dict[str, Known] = {}
    for batch in batched(sorted(uids), BATCH):
        posts = dict(Post.objects.filter(uid__in=batch).values_list("uid", "pk"))
        waiting = placeholder_ids(posts)
        found |= {uid: Known(uid, placeholder=pk in waiting) for uid, pk in posts.items()}
        bodies = CommentBody.objects.filter(uid__in=batch).values_list("uid", "comment__post__uid")
        found |= {uid: Known(post_uid) for uid, post_uid in bodies}
    return found


def plan_thread(thread: ThreadDocument) -> Plan:
    """Raises Unreadable when the document and what is here contradict each other."""
    plan = Plan(thread)
    uids = [thread.post.uid, *(comment.uid for comment in thread.comments)]
    uids += [comment.parent for comment in thread.comments if comment.parent is not None]
    posts = {post.uid: post for post in _rows_of(Post.objects.all(), uids)}
    bodies = {body.uid: body for body in _rows_of(CommentBody.objects.select_related("comment__parent__body"), uids)}
    if thread.post.uid in bodies:
        raise Unreadable("post.uid", f"{thread.post.uid!r} is a comment here")
    plan.post = posts.get(thread.post.uid)
    if plan.post is not None:
        if plan.post.published_at is None:
            raise Unreadable("post.uid", f"{thread.post.uid!r} is a draft here")
        plan.fills = not stands_for_missing(thread.post) and bool(placeholder_ids([thread.post.uid]))
        plan.here += not plan.fills and not thread.post.placeholder
        places = {uid: _place_here(body) for uid, body in bodies.items() if body.comment.post_id == plan.post.pk}
    else:
        places = {}
    _place_comments(plan, places, here=posts.keys() | bodies.keys())
    return plan


def _place_comments(plan: Plan, places: dict[str, Place], *, here: Collection[str]) -> None:
    """Fill in ``plan.fresh``. ``places`` are those of the post's comments that are here, and get the new ones too."""
    named = {comment.uid: comment.parent for comment in plan.thread.comments}
    for comment in plan.thread.comments:
        if comment.uid in here:
            plan.here += 1
            continue
        above = comment.parent
        while above is not None and above not in places:
            above = named.get(above)
        plan.placed += above != comment.parent
        parent = places[above] if above is not None else None
        plan.too_deep += parent is not None and parent.level + 1 >= MAX_DEPTH
        while parent is not None and parent.level + 1 >= MAX_DEPTH:
            parent = parent.parent
        places[comment.uid] = Place(comment.uid, None, parent.level + 1 if parent else 0, parent)
        plan.fresh.append((comment, parent))


def stands_for_missing(post: PostDocument) -> bool:
    """Whether ``post`` stands for a message that is not in an archive, here or in what another site exported."""
    noted = len(post.revisions) == 1 and post.revisions[0].note == PLACEHOLDER_NOTE
    return post.placeholder or (noted and post.author is None)


def _rows_of[Row: Model](rows: QuerySet[Row], uids: Iterable[str]) -> Iterator[Row]:
    for batch in batched(sorted(set(uids)), BATCH):
        yield from rows.filter(uid__in=batch)


def _place_here(body: CommentBody) -> Place:
    """With one level above it: no more can be needed, since a row that is here stands at most at the greatest depth."""
    comment = body.comment
    parent = comment.parent
    above = Place(parent.body.uid, parent.pk, parent.level, None) if parent is not None else None
    return Place(body.uid, comment.pk, comment.level, above)
