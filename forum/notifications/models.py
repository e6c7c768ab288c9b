from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from forum.comments.models import Comment
from forum.posts.models import Post


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible(self) -> Self:
        """Of texts that everybody may read. What was withdrawn tells nothing; it counts again when it comes back."""
        post = Q(post__hidden_at=None, post__retracted_at=None, post__isnull=False)
        comment = Q(
            comment__isnull=False,
            comment__hidden_at=None,
            comment__retracted_at=None,
            comment__post__hidden_at=None,
            comment__post__retracted_at=None,
        )
        return self.filter(post | comment)

    def unseen(self) -> Self:
        return self.filter(seen_at=None)


class Notice(models.Model):
    """A text in which ``reader`` was mentioned; one for a text, however often it is edited."""

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    told_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("reader", F("told_at").desc(), F("id").desc(), name="notice_newest"),
            models.Index("reader", condition=Q(seen_at=None), name="notice_unseen"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(post__isnull=True) ^ Q(comment__isnull=True), name="notice_of_one_text"),
            models.UniqueConstraint(fields=["reader", "post"], name="notice_once_per_post"),
            models.UniqueConstraint(fields=["reader", "comment"], name="notice_once_per_comment"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
