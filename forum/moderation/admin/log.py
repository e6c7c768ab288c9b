from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from forum.moderation.admin.base import Desk
from forum.moderation.admin.texts import excerpt
from forum.moderation.models import Decision
from forum.moderation.queries import Entry, public_log


@admin.register(Decision)
class LogDesk(Desk):
    heading = "Decisions"
    page = "admin/desk/decision.html"
    actions = ()
    list_display = ("decided_at", "by", "kind", "about", "reason_excerpt", "affected")
    list_filter = ("kind", "decided_at")
    search_fields = ("reason", "moderator__username", "person__username", "post__title")
    search_help_text = "Words of the reason, of a name, or of the title of a post"
    ordering = ("-decided_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        return public_log()

    @admin.display(description="Moderator")
    def by(self, decision: Decision) -> str:
        return decision.moderator.name

    @admin.display(description="About")
    def about(self, decision: Decision) -> str:
        if decision.person:
            return decision.person.name
        if decision.comment:
            return f"comment {decision.comment_id} in {decision.comment.post.title}"
        return str(decision.post)

    @admin.display(description="Reason")
    def reason_excerpt(self, decision: Decision) -> str:
        return excerpt(decision.reason)

    def full(self) -> QuerySet[Decision]:
        return public_log()

    def page_context(self, row: Decision) -> dict[str, Any]:
        return {"entries": [Entry(row)], "reports": row.reports.select_related("reporter", "decision__moderator")}
