from django import forms

from forum.markup.fields import SourceField
from forum.moderation.models import WORDS_LIMIT, ReportKind


class ReportForm(forms.Form):
    """What a reader tells the moderators."""

    kind = forms.ChoiceField(
        label="What is wrong?",
        choices=ReportKind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is wrong."},
    )
    words = SourceField(
        label="In your words",
        limit=WORDS_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "short"}),
    )
