from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from forum.comments.models import Comment
from forum.kit.converters import GREATEST_ID
from forum.markup.fields import SourceField
from forum.moderation.models import WORDS_LIMIT
from forum.posts.models import Post


class ReasonForm(forms.Form):
    reason = SourceField(
        label="Reason",
        limit=WORDS_LIMIT,
        help_text="Public: it stands in the log, and in the place of what is hidden.",
        error_messages={"required": "Give a reason: it stands in the public log."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order: tuple[str, ...] | None = None


class SuspendForm(ReasonForm):
    days = forms.TypedChoiceField(
        label="For",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "until the moment below"), (1, "a day"), (7, "a week"), (30, "30 days"), (365, "a year")],
    )
    until = forms.DateTimeField(
        label="Or until",
        required=False,
        help_text="Date and time in UTC.",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    # When the suspension ends that the moderator saw: another one meanwhile is not overwritten unseen.
    instead_of = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("days", "until", "instead_of", "reason")

    def clean_instead_of(self) -> datetime | None:
        """To the microsecond, which fields for date and time leave out."""
        try:
            return datetime.fromisoformat(self.cleaned_data["instead_of"]).astimezone(UTC)
        except ValueError:
            return None  # then no running suspension is overwritten

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        now = timezone.now()
        if bool(data["days"]) == bool(data["until"]):
            self.add_error("days", "Choose a time from the list, or give a moment below; not both.")
        elif data["days"]:
            data["until"] = now + timedelta(days=data["days"])
        elif data["until"] <= now:
            self.add_error("until", "A suspension ends in the future.")
        return data


class MoveForm(ReasonForm):
    post = forms.IntegerField(label="To post number", required=False, min_value=1, max_value=GREATEST_ID)
    parent = forms.IntegerField(
        label="Under comment number",
        required=False,
        min_value=1,
        max_value=GREATEST_ID,
        help_text="Empty: at the top level of the post.",
    )
    field_order = ("post", "parent", "reason")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        parents = Comment.objects.select_related("post", "body__author")
        parent = parents.filter(pk=data["parent"]).first() if data["parent"] else None
        post = Post.objects.filter(pk=data["post"]).exclude(published_at=None).first() if data["post"] else None
        if data["parent"] and parent is None:
            self.add_error("parent", f"There is no comment {data['parent']}.")
        elif data["post"] and post is None:
            self.add_error("post", f"There is no published post {data['post']}.")
        elif parent and post and parent.post_id != post.pk:
            self.add_error("parent", f"Comment {parent.pk} stands in post {parent.post_id}, not in post {post.pk}.")
        elif parent is None and post is None:
            self.add_error("post", "Say where to: the number of a post, of a comment, or of both.")
        return {**data, "post": post or (parent.post if parent else None), "parent": parent}


class RolesForm(forms.Form):
    moderates = forms.BooleanField(label="Moderates", required=False)
    active = forms.BooleanField(label="The account is open", required=False)
