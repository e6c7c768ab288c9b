from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from forum.comments.models import Comment
from forum.posts.models import Post

Target = Post | Comment | User

WORDS_LIMIT = 2_000  # characters of a report or of a moderator's reason


class DecisionKind(models.TextChoices):
    HIDE = "hide", "Hide"
    RESTORE = "restore", "Restore"
    HIDE_BRANCH = "hide-branch", "Hide a branch"
    RESTORE_BRANCH = "restore-branch", "Restore a branch"
    LOCK = "lock", "Lock"
    UNLOCK = "unlock", "Unlock"
    MOVE = "move", "Move"
    SUSPEND = "suspend", "Suspend"
    END_SUSPENSION = "end-suspension", "End a suspension"
    DISMISS = "dismiss", "Dismiss reports"


ABOUT_POSTS = (DecisionKind.LOCK, DecisionKind.UNLOCK)
ABOUT_BRANCHES = (DecisionKind.HIDE_BRANCH, DecisionKind.RESTORE_BRANCH, DecisionKind.MOVE)
ABOUT_PEOPLE = (DecisionKind.SUSPEND, DecisionKind.END_SUSPENSION)
ABOUT_TEXTS = (DecisionKind.HIDE, DecisionKind.RESTORE, DecisionKind.DISMISS)


def target_field(target: Target) -> str:
    """The name of the field in which a report or a decision keeps ``target``."""
    return {Post: "post", Comment: "comment", User: "person"}[type(target)]


class DecisionQuerySet(models.QuerySet["Decision"]):
    def newest(self) -> Self:
        # The id breaks ties, so that a page boundary never repeats or skips a decision.
        return self.order_by("-decided_at", "-pk")

    def about(self, target: Target) -> Self:
        return self.filter(**{target_field(target): target})

    def about_comment(self, comment: Comment) -> Self:
        """What was decided about ``comment`` itself, and about a branch it stands in since it does.

        A comment hidden with a branch and moved out of it later is found by the moment it was hidden at.
        """
        branches = Q(
            kind__in=ABOUT_BRANCHES,
            decided_at__gte=comment.body.published_at,
            comment__tree_id=comment.tree_id,
            comment__lft__lt=comment.lft,
            comment__rght__gt=comment.rght,
        )
        found = Q(comment=comment) | branches
        if comment.hidden_at:
            found |= Q(kind=DecisionKind.HIDE_BRANCH, decided_at=comment.hidden_at)
        return self.filter(found)

    def update(self, **_: Any) -> NoReturn:
        raise TypeError("The log of decisions is never changed.")

    def delete(self) -> NoReturn:
        raise TypeError("The log of decisions is never shortened.")


class Decision(models.Model):
    """One row of the public log: what a moderator did, to what, and why. Written once, never changed or deleted."""

    kind = models.CharField(max_length=14, choices=DecisionKind)
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="decisions")
    comment = models.ForeignKey(Comment, models.PROTECT, null=True, related_name="decisions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="decisions_about")
    reason = models.TextField(max_length=WORDS_LIMIT)
    decided_at = models.DateTimeField(default=timezone.now)
    affected = models.PositiveIntegerField(default=1)  # comments, posts or people changed; reports for a dismissal
    until = models.DateTimeField(null=True)  # of a suspension
    # Of a move, in words and by number alone: the title of a post may be withdrawn later.
    old_place = models.CharField(max_length=80, blank=True)
    new_place = models.CharField(max_length=80, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(F("decided_at").desc(), F("id").desc(), name="decision_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=False, comment=None, person=None, kind__in=(*ABOUT_TEXTS, *ABOUT_POSTS))
                | Q(post=None, comment__isnull=False, person=None, kind__in=(*ABOUT_TEXTS, *ABOUT_BRANCHES))
                | Q(post=None, comment=None, person__isnull=False, kind__in=ABOUT_PEOPLE),
                name="decision_has_one_target_of_its_kind",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.SUSPEND, until__isnull=False)
                | (~Q(kind=DecisionKind.SUSPEND) & Q(until=None)),
                name="decision_until_is_of_suspensions",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk}: {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("The log of decisions is never changed.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """Its row, at the top of the log of all that was decided about the same target."""
        number = f"comment={self.comment_id}" if self.comment_id else f"post={self.post_id}"
        return f"{reverse('moderation:log')}?{f'person={self.person_id}' if self.person_id else number}#{self.key}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("The log of decisions is never shortened.")

    @property
    def key(self) -> str:
        """Its id on a page."""
        return f"d{self.pk}"


class Targeted(models.Model):
    """Abstract: a row about exactly one post or exactly one comment."""

    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="%(class)ss")
    comment = models.ForeignKey(Comment, models.PROTECT, null=True, related_name="%(class)ss")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=True) ^ Q(comment__isnull=True),
                name="%(app_label)s_%(class)s_has_one_target",
            ),
        ]

    @property
    def target(self) -> Post | Comment:
        target = self.post or self.comment
        if target is None:
            raise ValueError("a row about nothing")  # the constraint lets none exist
        return target


class ReportKind(models.TextChoices):
    SPAM = "spam", "Spam or advertising"
    ATTACK = "attack", "Personal attack"
    OFF_TOPIC = "off-topic", "Off topic"
    MISLEADING = "misleading", "False or misleading"
    PRIVATE = "private", "Private information"
    OTHER = "other", "Something else"


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        return self.filter(decision=None)

    def about(self, target: Post | Comment) -> Self:
        return self.filter(**{target_field(target): target})


class Report(Targeted):
    """A reader's word to the moderators; open until a decision closes it."""

    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=ReportKind)
    words = models.TextField(max_length=WORDS_LIMIT, blank=True)
    reported_at = models.DateTimeField(default=timezone.now)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="reports")  # null: open

    objects = ReportQuerySet.as_manager()

    class Meta(Targeted.Meta):
        indexes = [
            models.Index("reporter", F("reported_at").desc(), name="report_by_person"),
            models.Index(F("reported_at").desc(), F("id").desc(), condition=Q(decision=None), name="report_open"),
        ]
        constraints = [
            *Targeted.Meta.constraints,
            models.UniqueConstraint(
                fields=["reporter", "post"], condition=Q(decision=None), name="one_open_report_per_post_and_reader"
            ),
            models.UniqueConstraint(
                fields=["reporter", "comment"],
                condition=Q(decision=None),
                name="one_open_report_per_comment_and_reader",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
