"""Who may keep a copy of a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PERSONAL = "private, no-cache"  # a browser may keep it, and asks before it shows it again

SHARED = "no-cache"  # a proxy may keep it too, and asks as well


class PersonalMiddleware:
    """No proxy keeps what was made for one person, and nobody a redirect that a later act turns around.

    Without a word of ours both may be kept: pages by rule of thumb, permanent redirects for good. But a hidden post's
    address leads elsewhere until it is restored, and from there back again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            if request.user.is_authenticated or request.META.get("CSRF_COOKIE"):
                response["Cache-Control"] = PERSONAL
            elif 300 <= response.status_code < 400 or response.has_header("ETag"):
                response["Cache-Control"] = SHARED
        return response
