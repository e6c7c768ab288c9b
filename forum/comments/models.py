from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from mptt.models import MPTTModel, TreeForeignKey
from mptt.querysets import TreeQuerySet

from forum.comments import budget
from forum.posts.models import MOST_TOLD, Mention, Post, Reference, SourceFormat, new_uid


class Comment(MPTTModel):
    """Where a reply stands: its place in the tree and its state. What it says is its ``body``.

    Every reply rewrites the rows to its right in its own top-level branch, so this row is narrow and has few indexes.
    ``parent`` is the truth; lft, rght and level are a cache that ``check_trees --fix`` rebuilds. ``tree_id`` is the id
    of the branch's top-level comment. Only ``forum.comments.tree`` writes these fields.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="comments", db_index=False)
    parent = TreeForeignKey("self", models.RESTRICT, null=True, related_name="children", editable=False)
    tree_id = models.BigIntegerField(editable=False)
    lft = models.PositiveIntegerField(editable=False)
    rght = models.PositiveIntegerField(editable=False)
    level = models.PositiveIntegerField(editable=False)  # 0 answers the post itself
    hidden_at = models.DateTimeField(null=True, editable=False)
    retracted_at = models.DateTimeField(null=True, editable=False)
    moved_at = models.DateTimeField(null=True, editable=False)  # last time it was put into another post

    objects = TreeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["post"], name="comment_in_thread"),  # without bounds, which every reply rewrites
            models.Index(fields=["tree_id", "lft"], name="comment_in_branch"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(lft__gt=0, rght__gt=F("lft")), name="comment_bounds_in_order"),
            models.CheckConstraint(
                condition=Q(parent__isnull=False) | Q(tree_id=F("id"), lft=1, level=0),
                name="top_level_comment_is_its_own_tree",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    def get_absolute_url(self) -> str:
        """Where it is shown for certain: its place in the thread, or the page of its branch where a thread opens with a
        choice of its comments. One query when the post is not loaded."""
        if budget.is_big(self.post.comment_count):
            return f"{self.get_branch_url()}#{self.key}"
        return self.get_whole_url()

    def get_whole_url(self) -> str:
        """Its place on the page that has all comments of the thread; the discussion, where no page can hold them."""
        if not budget.fits(self.post.comment_count, wanted=True):
            return f"{self.post.get_absolute_url()}#discussion"
        all_of_them = "?all" if budget.is_big(self.post.comment_count) else ""
        return f"{self.post.get_absolute_url()}{all_of_them}#{self.key}"

    def get_branch_url(self) -> str:
        return reverse("pages:branch", args=[self.post_id, self.post.shown_slug, self.pk])

    @property
    def key(self) -> str:
        """Its id on a page."""
        return f"c{self.pk}"

    @property
    def is_tombstone(self) -> bool:
        return self.hidden_at is not None or self.retracted_at is not None


class CommentBodyQuerySet(models.QuerySet["CommentBody"]):
    def visible(self) -> Self:
        """Neither hidden nor retracted, in a post that is neither. For lists; a thread is never filtered."""
        return self.filter(
            comment__hidden_at=None,
            comment__retracted_at=None,
            comment__post__hidden_at=None,
            comment__post__retracted_at=None,
        )


class CommentBody(models.Model):
    """What a comment says, who said it and when: all that the tree does not need."""

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True, related_name="body")
    uid = models.TextField(
        unique=True, default=new_uid, editable=False
    )  # survives export and import; Message-ID for mail
    origin_url = models.TextField(blank=True, editable=False)  # where it was first published, if elsewhere
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    published_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    post_revision = models.PositiveIntegerField(editable=False)  # of the post, when this answered it
    source = models.TextField()
    source_format = models.CharField(max_length=8, choices=SourceFormat, default=SourceFormat.MARKDOWN)
    html = models.TextField(editable=False)
    render_version = models.PositiveIntegerField(editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)  # number of the current one
    hidden_reason = models.TextField(blank=True, editable=False)
    submission = models.UUIDField(
        null=True, unique=True, editable=False
    )  # the form that made it, so that a resend does not

    objects = CommentBodyQuerySet.as_manager()

    class Meta:
        indexes = [models.Index("author", F("published_at").desc(), F("comment").desc(), name="comment_by_author")]

    def __str__(self) -> str:
        return self.uid


class CommentRevision(models.Model):
    """A published state of a comment's source; never changed."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()  # from 1
    source = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(max_length=200, blank=True)  # what the author says of the change

    class Meta:
        ordering = ["comment", "number"]
        constraints = [models.UniqueConstraint(fields=["comment", "number"], name="comment_revision_numbered_once")]
        indexes = [models.Index("saved_by", "saved_at", name="comment_revision_by_person")]

    def __str__(self) -> str:
        return f"comment {self.comment_id}, revision {self.number}"


class CommentReference(Reference):
    text = models.ForeignKey(Comment, models.CASCADE, related_name="references", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "title_key"], name="comment_names_a_title_once")]
        indexes = [
            models.Index("target", name="comment_reference_by_target"),
            models.Index("title_key", condition=Q(target=None), name="comment_reference_unresolved"),
        ]


class CommentMention(Mention):
    text = models.ForeignKey(Comment, models.CASCADE, related_name="mentions", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["text", "person"], name="comment_calls_a_person_once"),
            models.UniqueConstraint(fields=["text", "number"], name="comment_mention_numbered_once"),
            models.CheckConstraint(condition=Q(number__range=(1, MOST_TOLD)), name="comment_calls_few_people"),
        ]
        indexes = [models.Index("person", F("id").desc(), name="comment_mention_by_person")]
