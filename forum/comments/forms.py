from django import forms

from forum.markup import COMMENT_LIMIT
from forum.markup.fields import LineField, MarkdownField
from forum.posts.texts import NOTE_LIMIT


class CommentForm(forms.Form):
    """A reply as it is written; ``form`` tells a resent form from a second comment."""

    source = MarkdownField(
        label="Your reply",
        limit=COMMENT_LIMIT,
        error_messages={"required": "Write something first."},
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    form = forms.UUIDField(widget=forms.HiddenInput, required=False)
    parent = forms.IntegerField(
        widget=forms.HiddenInput,
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        error_messages={"invalid": "The comment you answer is named by its number."},
    )


class CommentEditForm(forms.Form):
    """A comment as it is changed; ``revision`` says which one the editor started from."""

    source = MarkdownField(
        label="Your comment",
        limit=COMMENT_LIMIT,
        error_messages={"required": "Write something first, or retract the comment."},
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    note = LineField(
        label="What changed",
        limit=NOTE_LIMIT,
        required=False,
        help_text="Shown in the history. May stay empty.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
