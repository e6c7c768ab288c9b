from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from forum.moderation.admin.base import Desk
from forum.moderation.admin.filters import ReportState
from forum.moderation.admin.texts import excerpt, reports_about, state_of
from forum.moderation.models import Report
from forum.posts.models import Post

TARGETS = ("reporter", "decision__moderator", "post__author", "comment__body__author", "comment__post")


def newest_open_reports(count: int) -> list[Report]:
    return list(_with_targets().open().order_by("-reported_at", "-pk")[:count])


def _with_targets() -> Any:
    long = ("post__source", "post__html", "comment__body__html", "comment__post__source", "comment__post__html")
    return Report.objects.select_related(*TARGETS).defer(*long)


@admin.register(Report)
class ReportDesk(Desk):
    """Reports lead to the desk of what they are about: the acts are there."""

    heading = "Reports"
    page = "admin/desk/report.html"
    actions = ()
    list_display = ("kind", "about", "words_excerpt", "reader", "reported_at", "decided")
    list_filter = (ReportState, "kind", "reported_at")
    search_fields = ("words", "reporter__username", "post__title", "comment__post__title")
    search_help_text = "Words of the report, of the title of a post, or of the name of the reader"
    ordering = ("-reported_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return _with_targets()

    @admin.display(description="About")
    def about(self, report: Report) -> str:
        target = report.target
        text = target.title if isinstance(target, Post) else target.body.source[:400]
        return format_html('<a href="{}">{}</a>', self.public_url(report), excerpt(text))

    @admin.display(description="Words")
    def words_excerpt(self, report: Report) -> str:
        return excerpt(report.words)

    @admin.display(description="Reader")
    def reader(self, report: Report) -> str:
        return report.reporter.name

    @admin.display(description="Decision")
    def decided(self, report: Report) -> str:
        if report.decision is None:
            return "open"
        return f"{report.decision.get_kind_display()}, {report.decision.moderator.name}"

    def full(self) -> QuerySet[Report]:
        return Report.objects.select_related(*TARGETS)

    def public_url(self, row: Report) -> str:
        """Not public at all: the desk of the text it is about."""
        name = "posts_post" if row.post_id else "comments_comment"
        return reverse(f"admin:{name}_change", args=[row.post_id or row.comment_id])

    def page_context(self, row: Report) -> dict[str, Any]:
        target = row.target
        return {"target": target, "state": state_of(target), "reports": reports_about(target)}
