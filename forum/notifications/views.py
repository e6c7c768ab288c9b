from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import writer_of
from forum.kit.http import writers_only
from forum.notifications.queries import inbox_of
from forum.notifications.services import mark_seen


@require_safe
@writers_only
def inbox(request: HttpRequest) -> HttpResponse:
    """Where one was mentioned, newest first. What a page has shown counts as seen from then on."""
    reader, key = writer_of(request), request.GET.get("page", "")
    page = inbox_of(reader, key=key)
    if request.method == "GET":
        mark_seen(reader=reader, notices=[entry.notice for entry in page.items])
    return render(request, "notifications/inbox.html", {"page": page, "further": bool(key)})
