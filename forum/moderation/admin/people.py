from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from forum.comments.models import Comment
from forum.moderation.admin import acts
from forum.moderation.admin.base import Desk
from forum.moderation.admin.filters import PersonState
from forum.moderation.queries import Entry, public_log
from forum.posts.models import Post

NEWEST = 10  # posts and comments on a person's page


def state_of(person: User) -> str:
    words = [
        word
        for word, so in (
            ("superuser", person.is_superuser),
            ("moderator", person.is_staff),
            ("suspended", person.is_suspended),
            ("closed", not person.is_active),
            ("imported", person.placeholder),
        )
        if so
    ]
    return ", ".join(words)


@admin.register(User)
class PersonDesk(Desk):
    heading = "People"
    page = "admin/desk/person.html"
    acts = (acts.SUSPEND, acts.END_SUSPENSION, acts.ROLES)
    actions = ()
    list_display = ("username", "display_name", "state", "suspended_until", "date_joined", "last_login")
    list_filter = (PersonState, "date_joined")
    search_fields = ("username", "display_name")
    search_help_text = "Words of the name"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).defer("bio", "bio_html")

    @admin.display(description="State")
    def state(self, person: User) -> str:
        return state_of(person)

    def full(self) -> QuerySet[User]:
        return User.objects.all()

    def name_of(self, row: User) -> str:
        return row.name

    def page_context(self, row: User) -> dict[str, Any]:
        comments = Comment.objects.filter(body__author=row).select_related("body", "post")
        kind = ContentType.objects.get_for_model(User)
        return {
            "state": state_of(row) or "reads and writes",
            "posts": Post.objects.filter(author=row).exclude(published_at=None).newest()[:NEWEST],
            "comments": comments.order_by("-body__published_at", "-pk")[:NEWEST],
            "entries": [Entry(decision) for decision in public_log().about(row)],
            "roles": LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).select_related("user"),
        }
