"""The public log as it is read, and what it says of a branch."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from forum.comments.models import Comment
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


# What the moderator did, before what it was done to.
DID = {
    DecisionKind.HIDE: "hid",
    DecisionKind.RESTORE: "restored",
    DecisionKind.HIDE_BRANCH: "hid the branch of",
    DecisionKind.RESTORE_BRANCH: "restored the branch of",
    DecisionKind.LOCK: "locked",
    DecisionKind.UNLOCK: "unlocked",
    DecisionKind.MOVE: "moved",
    DecisionKind.SUSPEND: "suspended",
    DecisionKind.END_SUSPENSION: "ended the suspension of",
    DecisionKind.DISMISS: "dismissed the reports about",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as the public may read it: no hidden text, and no title of a post that is withdrawn."""

    decision: Decision

    @property
    def did(self) -> str:
        return DID[DecisionKind(self.decision.kind)]

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
        return self.decision.comment.get_absolute_url() if self.decision.comment else ""

    @property
    def comments(self) -> int:
        """How many comments were hidden, restored or moved together, when that was more than the one named."""
        together = (DecisionKind.HIDE_BRANCH, DecisionKind.RESTORE_BRANCH, DecisionKind.MOVE)
        return self.decision.affected if self.decision.kind in together and self.decision.affected > 1 else 0

    @property
    def reports(self) -> int:
        return self.decision.affected if self.decision.kind == DecisionKind.DISMISS else 0


def branch_hidden_at(root: Comment) -> datetime | None:
    """When the branch of ``root`` was last hidden by a decision about it; the root may be hidden since earlier."""
    last = Decision.objects.about(root).filter(kind=DecisionKind.HIDE_BRANCH).newest().first()
    return last.decided_at if last else None


def restorable(root: Comment) -> QuerySet[Comment]:
    """What restoring the branch of ``root`` would restore."""
    moments = [moment for moment in (root.hidden_at, branch_hidden_at(root)) if moment]
    return root.get_descendants(include_self=True).filter(hidden_at__in=moments)
