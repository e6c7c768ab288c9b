import uuid
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError

from forum.markup import POST_LIMIT
from forum.markup.fields import LineField, MarkdownField
from forum.posts.models import Post
from forum.posts.texts import NOTE_LIMIT, TITLE_LIMIT

TAG_LIMIT = 40  # characters
MOST_TAGS = 8


class PostForm(forms.Form):
    """A post as it is written; ``form`` tells a resent form from a second post."""

    title = LineField(
        label="Title",
        limit=TITLE_LIMIT,
        error_messages={"required": "Give it a title, so that people can find it again."},
    )
    source = MarkdownField(
        label="Text",
        limit=POST_LIMIT,
        help_text="Markdown. Raw HTML is shown as text.",
        error_messages={"required": "Write something first."},
        widget=forms.Textarea(attrs={"rows": 22}),
    )
    tags = forms.CharField(
        label="Tags",
        required=False,
        help_text=f"Separated by commas, at most {MOST_TAGS}: statistics, replication",
    )
    form = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean_tags(self) -> list[str]:
        names = [" ".join(name.split()) for name in self.cleaned_data["tags"].split(",")]
        names = [name for name in names if name]
        if len(names) > MOST_TAGS:
            raise ValidationError(f"These are {len(names)} tags; at most {MOST_TAGS} fit.", code="too-many-tags")
        for name in names:
            if len(name) > TAG_LIMIT:
                raise ValidationError(
                    f"“{name[:TAG_LIMIT]}…” has {len(name)} characters; a tag has at most {TAG_LIMIT}.",
                    code="tag-too-long",
                )
            if not any(character.isalnum() for character in name):
                raise ValidationError(f"“{name}” has no letter or digit; a tag needs one.", code="tag-empty")
        return names

    @classmethod
    def blank(cls) -> "PostForm":
        return cls(initial={"form": uuid.uuid4()})


class DraftForm(PostForm):
    """A post as it is changed; ``saves`` says which state the editor started from."""

    saves = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    @classmethod
    def of(cls, post: Post) -> Self:
        initial: dict[str, Any] = {
            "title": post.title,
            "source": post.source,
            "tags": ", ".join(post.tags.order_by("name").values_list("name", flat=True)),
            "saves": post.saves,
        }
        return cls(initial=initial)


class PostEditForm(DraftForm):
    """A published post as it is changed. Only here is there a history for the note to stand in."""

    note = LineField(
        label="What changed",
        limit=NOTE_LIMIT,
        required=False,
        help_text="Shown in the history. May stay empty.",
    )


def edit_form(post: Post) -> type[DraftForm]:
    return PostEditForm if post.published_at else DraftForm
