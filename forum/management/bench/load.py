"""Writing synthetic posts and threads in bulk. No rules of writing apply, and nobody is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from accounts.models import User
from forum.comments import tree
from forum.comments.models import Comment, CommentBody, CommentRevision
from forum.management.bench import shape, text
from forum.markup import RENDER_VERSION
from forum.posts.models import Post, PostRevision, Tag
from forum.posts.services import slug_of, title_fields

BATCH = 4_000  # comments written at once; their instances take about 30 MB
POSTS_AT_ONCE = 200
YEARS = 2  # over which the posts are spread
PEOPLE_AT_LEAST, PEOPLE_AT_MOST, COMMENTS_EACH = 20, 500, 40
SUBJECTS = ("Sampling", "A bound", "The drift", "A counterexample", "Replication", "The estimator", "A proof", "Noise")
VIEWS = ("revisited", "in small samples", "without the third assumption", "and its limits", "by simulation", "again")
TAGS = ("statistics", "methods", "analysis", "instruments", "replication", "open questions")


class Loader:
    """Makes the same texts, people and shapes for the same seed; times count back from ``now``."""

    def __init__(self, *, seed: int, now: datetime) -> None:
        self.rng = Random(seed)  # noqa: S311 - nothing secret is drawn
        self.now = now
        self.comment_texts = text.texts(self.rng)
        self.post_texts = text.texts(self.rng, kinds=text.POST_KINDS, median=text.POST_MEDIAN)
        self.largest: tuple[int, Post | None] = (-1, None)

    def load(self, *, posts: int, comments: int, one_thread: bool) -> None:
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

    @transaction.atomic
    def _posts(self, sizes: list[int]) -> None:
        posts, plans = [], []
        for size in sizes:
            published_at = self.now - timedelta(days=365 * YEARS) * self.rng.random()
            plan = shape.plan(self.rng, size=size, start=published_at, end=self.now)
            plans.append(plan)
            posts.append(self._post(published_at, [comment.at for comment in plan if comment.is_visible]))
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
        for post, plan in zip(posts, plans, strict=True):
            if len(plan) > self.largest[0]:
                self.largest = (len(plan), post)
            for numbers in shape.branches(plan, batch=BATCH):
                self._comments(post, plan, numbers)

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

    def _comments(self, post: Post, plan: list[shape.Planned], numbers: list[int]) -> None:
        planned = [plan[number] for number in numbers]
        place = {number: index for index, number in enumerate(numbers)}
        comments = tree.insert_many(
            [
                Comment(
                    post=post,
                    retracted_at=each.at if each.retracted else None,
                    hidden_at=each.at if each.hidden else None,
                )
                for each in planned
            ],
            parents=[None if each.parent is None else place[each.parent] for each in planned],
        )
        bodies = [self._body(comment, each) for comment, each in zip(comments, planned, strict=True)]
        CommentBody.objects.bulk_create(bodies, batch_size=500)
        CommentRevision.objects.bulk_create(self._revisions(bodies), batch_size=500)

    def _body(self, comment: Comment, planned: shape.Planned) -> CommentBody:
        made = self.rng.choice(self.comment_texts)
        return CommentBody(
            comment=comment,
            author=self.rng.choice(self.people),
            published_at=planned.at,
            edited_at=planned.at if planned.edited else None,
            post_revision=1,
            source=made.source,
            html=made.html,
            render_version=RENDER_VERSION,
            revision=2 if planned.edited else 1,
            hidden_reason="Hidden for the benchmark." if planned.hidden else "",
        )

    def _revisions(self, bodies: Iterable[CommentBody]) -> Iterable[CommentRevision]:
        for body in bodies:
            for number in range(1, body.revision + 1):
                yield CommentRevision(
                    comment_id=body.pk,
                    number=number,
                    source=body.source if number == body.revision else self.rng.choice(self.comment_texts).source,
                    saved_at=body.published_at,
                    saved_by_id=body.author_id,
                )
