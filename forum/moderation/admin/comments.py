from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest

from forum.comments.models import Comment
from forum.moderation.admin import acts
from forum.moderation.admin.base import Desk, list_action
from forum.moderation.admin.filters import CommentState, Reported, open_reports
from forum.moderation.admin.texts import EXCERPT, TextColumns, decisions_about, reports_about, state_of


@admin.register(Comment)
class CommentDesk(TextColumns, Desk):
    heading = "Comments"
    page = "admin/desk/comment.html"
    acts = (acts.HIDE, acts.RESTORE, acts.HIDE_BRANCH, acts.RESTORE_BRANCH, acts.MOVE, acts.DISMISS)
    actions = tuple(list_action(act) for act in acts if act.in_lists)
    list_display = ("excerpt", "author", "in_post", "state", "published_at", "open_reports")
    list_select_related = ("body__author", "post")
    list_filter = (CommentState, Reported, "body__published_at")
    search_fields = ("body__source", "body__author__username", "body__author__display_name", "post__title")
    search_help_text = "Words of the text, of the title of its post, or of the name of its author"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        comments = super().get_queryset(request).defer("body__source", "body__html", "post__source", "post__html")
        return comments.annotate(first_words=Substr("body__source", 1, 2 * EXCERPT), reported=open_reports("comment"))

    @admin.display(description="Author")
    def author(self, comment: Comment) -> str:
        return comment.body.author.name if comment.body.author else ""

    @admin.display(description="Post")
    def in_post(self, comment: Comment) -> str:
        return comment.post.title

    @admin.display(description="Published")
    def published_at(self, comment: Comment) -> Any:
        return comment.body.published_at

    def full(self) -> QuerySet[Comment]:
        return Comment.objects.select_related("body__author", "post", "parent__body__author")

    def page_context(self, row: Comment) -> dict[str, Any]:
        return {
            "state": state_of(row),
            "below": row.get_descendant_count(),
            "revisions": row.revisions.select_related("saved_by").defer("source").order_by("-number"),
            "reports": reports_about(row),
            "entries": decisions_about(row),
        }
