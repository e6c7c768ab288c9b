"""The desk as a site. Not inside ``admin``: that package registers with it, and would be half read when it is made."""

import functools
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

# Tables of other applications that nobody should write by hand: this site has no groups, its providers stand in the
# settings, tokens are secrets, and the queue of tasks is the worker's.
LEFT_OUT = frozenset(
    {"auth.group", "socialaccount.socialapp", "socialaccount.socialtoken", "django_tasks_database.dbtaskresult"}
)
NEWEST = 10  # reports and decisions on the first page


class DeskSite(admin.AdminSite):
    site_title = f"{settings.SITE_NAME}, the desk"
    site_header = settings.SITE_NAME
    index_title = "The moderation desk"
    index_template = "admin/desk/index.html"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Our own desks come first in INSTALLED_APPS; another application's for the same table is not wanted."""
        models = model_or_iterable if isinstance(model_or_iterable, (list, tuple, set)) else [model_or_iterable]
        kept = [model for model in models if model not in self._registry and model._meta.label_lower not in LEFT_OUT]
        super().register(kept, admin_class, **options)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Not with NUL in a question: PostgreSQL cannot look for it, and the admin's filters ask it to."""
        inner = super().admin_view(view, cacheable)

        @functools.wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise Http404("There is nothing of that name.")
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """By the site's own page for logging in: its rate limits and second factor count here too."""
        return secure_admin_login(super().login)(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        # This module is read before there are models.
        from forum.moderation.admin.reports import newest_open_reports  # noqa: PLC0415
        from forum.moderation.queries import Entry, public_log  # noqa: PLC0415

        reports = newest_open_reports(NEWEST + 1)
        context = {
            "reports": reports[:NEWEST],
            "more_reports": len(reports) > NEWEST,
            "entries": [Entry(decision) for decision in public_log()[:NEWEST]],
        }
        return super().index(request, {**context, **(extra_context or {})})
