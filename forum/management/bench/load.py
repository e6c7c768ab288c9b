"""Writing synthetic posts and threads in bulk. No rules of writing apply, and nobody is told."""

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from accounts.models import User
from forum.comments import tree
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.management.bench import bulk, shape, text
from forum.markup import RENDER_VERSION
from forum.posts.models import Post, PostRevision, Tag, new_uid
from forum.posts.services import slug_of, title_fields

BATCH = 20_000  # comments written at once, unless a branch has more; their rows take some 30 MB
COMMENT = ("id", "post_id", "parent_id", "tree_id", "lft", "rght", "level", "retracted_at", "hidden_at")
BODY = (
    "comment_id", "uid", "origin_url", "author_id", "published_at", "edited_at", "post_revision",
    "source", "source_format", "html", "render_version", "revision", "hidden_reason",
)  # fmt: skip
REVISION = ("comment_id", "number", "source", "saved_at", "saved_by_id", "note")
POSTS_AT_ONCE = 200
YEARS = 2  # over which the posts are spread
PEOPLE_AT_LEAST, PEOPLE_AT_MOST, COMMENTS_EACH = 20, 500, 40
SUBJECTS = ("Sampling", "A bound", "The drift", "A counterexample", "Replication", "The estimator", "A proof", "Noise")
VIEWS = ("revisited", "in small samples", "without the third assumption", "and its limits", "by simulation", "again")
TAGS = ("statistics", "methods", "analysis", "instruments", "replication", "open questions")


class Loader:
    """Makes the same texts, people and shapes for the same seed; times count back from ``now``.

    Each batch is a transaction of its own. In a single one SQLite's log grows to the size of everything, and it is
    looked through for each page that is read or written again: a thread of a million would cost more than ten of a
    tenth. Who stops it in between finds posts whose counters promise more than there is (``check_trees --fix``).
    """

    def __init__(self, *, seed: int, now: datetime) -> None:
        self.rng = Random(seed)  # noqa: S311 - nothing secret is drawn
        self.now = now
        self.comment_texts = text.texts(self.rng)
        self.post_texts = text.texts(self.rng, kinds=text.POST_KINDS, median=text.POST_MEDIAN)
        self.largest: tuple[int, Post | None] = (-1, None)

    def load(self, *, posts: int, comments: int, one_thread: bool) -> None:
        bulk.prepare()
        self.people = self._people(min(max(comments // COMMENTS_EACH, PEOPLE_AT_LEAST), PEOPLE_AT_MOST))
        self.tags = [Tag.objects.get_or_create(slug=slug_of(name), defaults={"name": name})[0] for name in TAGS]
        sizes = shape.sizes(self.rng, posts=posts, comments=comments, one_thread=one_thread)
        for first in range(0, posts, POSTS_AT_ONCE):
            self._posts(sizes[first : first + POSTS_AT_ONCE])

    def _people(self, number: int) -> list[User]:
        names = [f"bench-{person}" for person in range(1, number + 1)]
        known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        fresh = [
            User(username=name, display_name=f"Bench {name.partition('-')[2]}", password="!", email="")  # noqa: S106
            for name in names
            if name not in known
        ]
        User.objects.bulk_create(fresh)
        return list(User.objects.filter(username__in=names).order_by("pk"))

    def _posts(self, sizes: list[int]) -> None:
        posts, plans = [], []
        for size in sizes:
            published_at = self.now - timedelta(days=365 * YEARS) * self.rng.random()
            plan = shape.plan(self.rng, size=size, start=published_at, end=self.now)
            plans.append(plan)
            posts.append(self._post(published_at, [comment.at for comment in plan if comment.is_visible]))
        self._write(posts)
        self._threads(posts, plans)

    @transaction.atomic
    def _write(self, posts: list[Post]) -> None:
        Post.objects.bulk_create(posts)
        PostRevision.objects.bulk_create(
            PostRevision(
                post=post, number=1, title=post.title, source=post.source, saved_at=post.saved_at, saved_by=post.author
            )
            for post in posts
        )
        tagged = Post.tags.through
        tagged.objects.bulk_create(
            tagged(post=post, tag=tag) for post in posts for tag in self.rng.sample(self.tags, self.rng.randint(0, 3))
        )

    def _threads(self, posts: list[Post], plans: list[list[shape.Planned]]) -> None:
        """Whole top-level branches of several posts at once: most threads are short, and each write has its price."""
        gathered: list[tuple[Post, shape.Planned]] = []
        parents: list[int | None] = []
        for post, plan in zip(posts, plans, strict=True):
            if len(plan) > self.largest[0]:
                self.largest = (len(plan), post)
            for numbers in shape.branches(plan, batch=BATCH):
                index = {number: place for place, number in enumerate(numbers, start=len(gathered))}
                gathered += [(post, plan[number]) for number in numbers]
                above = (plan[number].parent for number in numbers)
                parents += [None if parent is None else index[parent] for parent in above]
                if len(gathered) >= BATCH:
                    self._comments(gathered, parents)
                    gathered, parents = [], []
        self._comments(gathered, parents)

    def _post(self, published_at: datetime, visible: list[datetime]) -> Post:
        made = self.rng.choice(self.post_texts)
        title = f"{self.rng.choice(SUBJECTS)} {self.rng.choice(VIEWS)}"
        return Post(
            **title_fields(title),
            author=self.rng.choice(self.people),
            source=made.source,
            html=made.html,
            render_version=RENDER_VERSION,
            revision=1,
            created_at=published_at,
            saved_at=published_at,
            published_at=published_at,
            comment_count=len(visible),
            active_at=max(visible, default=published_at),
        )

    @transaction.atomic
    def _comments(self, gathered: list[tuple[Post, shape.Planned]], parents: list[int | None]) -> None:
        comments, bodies, revisions = [], [], []
        for (post, planned), (pk, parent_id, place) in zip(gathered, tree.reserve_many(parents), strict=True):
            at = bulk.moment(planned.at)
            author, made = self.rng.choice(self.people).pk, self.rng.choice(self.comment_texts)
            state = (at if planned.retracted else None, at if planned.hidden else None)
            comments.append((pk, post.pk, parent_id, place.tree_id, place.lft, place.rght, place.level, *state))
            if planned.edited:
                revisions.append((pk, 1, self.rng.choice(self.comment_texts).source, at, author, ""))
            last = 2 if planned.edited else 1
            revisions.append((pk, last, made.source, at, author, ""))
            reason = "Hidden for the benchmark." if planned.hidden else ""
            edited_at = at if planned.edited else None
            bodies.append(
                (
                    pk,
                    new_uid(),
                    "",
                    author,
                    at,
                    edited_at,
                    1,
                    made.source,
                    "markdown",
                    made.html,
                    RENDER_VERSION,
                    last,
                    reason,
                )
            )
        bulk.write(Comment, COMMENT, comments)
        bulk.write(CommentBody, BODY, bodies)
        bulk.write(CommentRevision, REVISION, revisions)
