"""What the desks of posts and of comments have in common."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from forum.comments.models import Comment
from forum.moderation.models import Report
from forum.moderation.queries import Entry, public_log
from forum.posts.models import Post

EXCERPT = 120  # characters


def excerpt(source: str) -> str:
    """The first words of a source, on one line."""
    line = " ".join(source.split())
    return line if len(line) < EXCERPT else f"{line[:EXCERPT].rstrip()}…"


def state_of(text: Post | Comment) -> str:
    words = [
        word
        for word, at in (
            ("hidden", text.hidden_at),
            ("retracted", text.retracted_at),
            ("locked", getattr(text, "locked_at", None)),
        )
        if at
    ]
    return ", ".join(words) or "visible"


def reports_about(text: Post | Comment) -> QuerySet[Report]:
    return Report.objects.about(text).select_related("reporter", "decision__moderator").order_by("-reported_at", "-pk")


def decisions_about(text: Post | Comment) -> list[Entry]:
    log = public_log()
    return [Entry(row) for row in (log.about_comment(text) if isinstance(text, Comment) else log.about(text))]


class TextColumns:
    """Columns of a list of texts; the queryset gives ``first_words`` and ``reported``."""

    @admin.display(description="Excerpt")
    def excerpt(self, text: Any) -> str:
        return excerpt(text.first_words) or "(empty)"

    @admin.display(description="State")
    def state(self, text: Post | Comment) -> str:
        return state_of(text)

    @admin.display(description="Open reports")
    def open_reports(self, text: Any) -> str:
        return str(text.reported or "")
