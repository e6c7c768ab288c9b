"""The public log as it is read."""

from dataclasses import dataclass

from django.urls import reverse

from forum.moderation.models import Decision, DecisionKind, DecisionQuerySet
from forum.posts.models import Post

# Long texts that a row of the log does not show; a post has up to 200,000 characters of each.
LONG = ("source", "html")
PEOPLE = ("bio", "bio_html", "suspension_reason")
DEFERRED = (
    *(f"{post}__{field}" for post in ("post", "comment__post") for field in LONG),
    *(f"{person}__{field}" for person in ("moderator", "person") for field in PEOPLE),
)


def public_log() -> DecisionQuerySet:
    """All decisions, newest first, with what a row shows. One query."""
    related = Decision.objects.select_related("moderator", "person", "post", "comment__post")
    return related.defer(*DEFERRED).newest()


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as the public may read it: no hidden text, and no title of a post that is withdrawn."""

    decision: Decision

    @property
    def did(self) -> str:
        """The verb, with what it was done to when that has no link of its own."""
        return DecisionKind(self.decision.kind).label

    @property
    def post(self) -> Post | None:
        """The post it is about, or the one its comment stands in now."""
        return self.decision.comment.post if self.decision.comment else self.decision.post

    @property
    def post_title(self) -> str:
        if self.post is None:
            return ""
        return f"post {self.post.pk}" if self.post.is_tombstone else self.post.title

    @property
    def post_url(self) -> str:
        """Without the slug when the title is withdrawn: it says the same."""
        if self.post is None:
            return ""
        return reverse("pages:post", args=[self.post.pk]) if self.post.is_tombstone else self.post.get_absolute_url()

    @property
    def comment_url(self) -> str:
        return f"{self.post_url}#c{self.decision.comment_id}"

    @property
    def comments(self) -> int:
        """How many comments were hidden, restored or moved together, when that was more than the one named."""
        together = (DecisionKind.HIDE_BRANCH, DecisionKind.RESTORE_BRANCH, DecisionKind.MOVE)
        return self.decision.affected if self.decision.kind in together and self.decision.affected > 1 else 0

    @property
    def reports(self) -> int:
        return self.decision.affected if self.decision.kind == DecisionKind.DISMISS else 0
