import hashlib
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, Viewer
from forum.markup.references import KEY_LENGTH

MOST_TOLD = 20  # people that one text can call on


class SourceFormat(models.TextChoices):
    MARKDOWN = "markdown", "Markdown"
    PLAIN = "plain", "plain text"


def new_uid() -> str:
    return uuid.uuid4().urn


def text_key(uid: str) -> str:
    """Prefix of every id that the text of ``uid`` makes on a page.

    From the uid and not from the row's number, so that it is known before the row is written and the same text has
    the same html after export and import. 40 bits: two texts of one page practically never share it.
    """
    return f"t{hashlib.blake2s(uid.encode(), digest_size=5).hexdigest()}"


class Tag(models.Model):
    name = models.CharField(max_length=40)
    slug = models.SlugField(max_length=40, unique=True, allow_unicode=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pages:tag", args=[self.slug])


class PostQuerySet(models.QuerySet["Post"]):
    def published(self) -> Self:
        """What everybody may see in lists: published, neither hidden nor retracted."""
        return self.filter(published_at__lte=timezone.now(), hidden_at=None, retracted_at=None)

    def visible_to(self, viewer: Viewer) -> Self:
        """Whose page ``viewer`` may open. Hidden and retracted posts open too, as tombstones above their discussion.

        A draft is its author's alone: what nobody has published, moderators have not to judge.
        """
        published = Q(published_at__lte=timezone.now())
        if viewer.is_authenticated:
            return self.filter(published | Q(author=viewer))
        return self.filter(published)

    def drafts_of(self, author: User) -> Self:
        return self.filter(author=author, published_at=None).order_by("-created_at", "-pk")

    def newest(self) -> Self:
        # The id breaks ties, so that a page boundary never repeats or skips a post.
        return self.order_by("-published_at", "-pk")

    def cited_wrongly(self) -> Self:
        """Whose titles are not yet shown anew in all texts that refer to them."""
        return self.filter(citations_stale_at__isnull=False)


class Post(models.Model):  # type: ignore[django-manager-missing]  # django-mptt has no types
    """What opens a discussion: title and text; a draft until it is published."""

    uid = models.TextField(
        unique=True, default=new_uid, editable=False
    )  # survives export and import; Message-ID for mail
    origin_url = models.TextField(blank=True, editable=False)  # where it was first published, if elsewhere
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="posts", db_index=False
    )
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, allow_unicode=True, db_index=False)
    title_key = models.CharField(max_length=KEY_LENGTH, editable=False)  # by which [[Title]] finds it
    source = models.TextField()
    source_format = models.CharField(max_length=8, choices=SourceFormat, default=SourceFormat.MARKDOWN)
    html = models.TextField(editable=False)
    render_version = models.PositiveIntegerField(editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)  # number of the current one; 0 while a draft
    tags = models.ManyToManyField(Tag, related_name="posts", blank=True)

    saves = models.PositiveIntegerField(default=1, editable=False)  # tells an editor that somebody else saved meanwhile

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)  # of the draft or the current revision
    published_at = models.DateTimeField(null=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    retracted_at = models.DateTimeField(null=True, editable=False)
    hidden_at = models.DateTimeField(null=True, editable=False)
    hidden_reason = models.TextField(blank=True, editable=False)
    locked_at = models.DateTimeField(null=True, editable=False)
    lock_reason = models.TextField(blank=True, editable=False)

    comment_count = models.PositiveIntegerField(default=0, editable=False)  # visible ones; check_trees recounts
    active_at = models.DateTimeField(null=True, editable=False)  # publication or newest visible comment
    thread_version = models.PositiveBigIntegerField(default=1, editable=False)  # rises with all a thread page shows
    # Since when texts that refer to it may show another title than its present one; null when none does.
    citations_stale_at = models.DateTimeField(null=True, editable=False)
    submission = models.UUIDField(
        null=True, unique=True, editable=False
    )  # the form that made it, so that a resend does not

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(F("published_at").desc(), F("id").desc(), name="post_newest"),
            models.Index(F("active_at").desc(), F("id").desc(), name="post_most_active"),
            models.Index("author", F("published_at").desc(), F("id").desc(), name="post_by_author"),
            models.Index(fields=["title_key", "published_at", "id"], name="post_by_title"),
            models.Index("id", condition=Q(citations_stale_at__isnull=False), name="post_cited_wrongly"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None, revision=0, active_at=None)
                | Q(published_at__isnull=False, revision__gte=1, active_at__isnull=False),
                name="post_published_with_a_revision",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pages:thread", args=[self.pk, self.shown_slug])

    @property
    def shown_slug(self) -> str:
        """The slug as addresses show it: a withdrawn post's would say its title."""
        return "withdrawn" if self.is_tombstone else self.slug

    @property
    def shown_title(self) -> str:
        """The title as pages around the post show it; a withdrawn post's is withdrawn with its text."""
        return "Withdrawn post" if self.is_tombstone else self.title

    @property
    def is_tombstone(self) -> bool:
        return self.hidden_at is not None or self.retracted_at is not None


class PostRevision(models.Model):
    """A published state of a post's title and source; never changed."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()  # from 1
    title = models.CharField(max_length=200)
    source = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.CharField(max_length=200, blank=True)  # what the author says of the change

    class Meta:
        ordering = ["post", "number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="post_revision_numbered_once")]
        indexes = [models.Index("saved_by", "saved_at", name="post_revision_by_person")]

    def __str__(self) -> str:
        return f"{self.title}, revision {self.number}"


class Reference(models.Model):
    """Abstract: a title that a text names, and the post it stands for. The concrete row adds the ``text``.

    The row and not the title knows the post, so that a reference follows it when it is renamed. ``target`` is null
    while no post that everybody may see bears the title; a hidden post stays the target and is not shown.
    """

    target = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+", db_index=False)
    title = models.CharField(max_length=300)  # as typed
    title_key = models.CharField(max_length=KEY_LENGTH)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"[[{self.title}]]"


class Mention(models.Model):
    """Abstract: one of the people whom a text calls on by ``@name``. The concrete row adds the ``text``."""

    # Made of the text and made anew with it, so it may go with the account.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()  # 1 to MOST_TOLD: no text can call on more

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"mention of person {self.person_id}"


class PostReference(Reference):
    text = models.ForeignKey(Post, models.CASCADE, related_name="references", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["text", "title_key"], name="post_names_a_title_once")]
        indexes = [
            models.Index("target", name="post_reference_by_target"),
            models.Index("title_key", condition=Q(target=None), name="post_reference_unresolved"),
        ]


class PostMention(Mention):
    text = models.ForeignKey(Post, models.CASCADE, related_name="mentions", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["text", "person"], name="post_calls_a_person_once"),
            models.UniqueConstraint(fields=["text", "number"], name="post_mention_numbered_once"),
            models.CheckConstraint(condition=Q(number__range=(1, MOST_TOLD)), name="post_calls_few_people"),
        ]
        indexes = [models.Index("person", F("id").desc(), name="post_mention_by_person")]
