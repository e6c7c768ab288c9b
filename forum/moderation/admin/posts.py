from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest

from forum.moderation.admin import acts
from forum.moderation.admin.base import Desk, list_action
from forum.moderation.admin.filters import PostState, Reported, open_reports
from forum.moderation.admin.texts import EXCERPT, TextColumns, decisions_about, reports_about, state_of
from forum.posts.models import Post


@admin.register(Post)
class PostDesk(TextColumns, Desk):
    heading = "Posts"
    page = "admin/desk/post.html"
    acts = (acts.HIDE, acts.RESTORE, acts.LOCK, acts.UNLOCK, acts.DISMISS)
    actions = tuple(list_action(act) for act in acts if act.in_lists)
    list_display = ("title", "author_name", "state", "published_at", "comment_count", "open_reports", "excerpt")
    list_select_related = ("author",)
    list_filter = (PostState, Reported, "published_at")
    search_fields = ("title", "author__username", "author__display_name")
    search_help_text = "Words of the title, or of the name of the author"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        """Published posts: a draft is its author's alone."""
        posts = super().get_queryset(request).exclude(published_at=None).defer("source", "html")
        return posts.annotate(first_words=Substr("source", 1, 2 * EXCERPT), reported=open_reports("post"))

    @admin.display(description="Author")
    def author_name(self, post: Post) -> str:
        return post.author.name if post.author else ""

    def full(self) -> QuerySet[Post]:
        return Post.objects.exclude(published_at=None).select_related("author")

    def page_context(self, row: Post) -> dict[str, Any]:
        return {
            "state": state_of(row),
            "revisions": row.revisions.select_related("saved_by").defer("source").order_by("-number"),
            "reports": reports_about(row),
            "entries": decisions_about(row),
        }
