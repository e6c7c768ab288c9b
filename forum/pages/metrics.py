"""Numbers for the machines that watch the site."""

from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For who has the token alone: they say how many people do what."""
    if not settings.METRICS_TOKEN:
        raise Http404("There are no metrics: COLLOQUY_METRICS_TOKEN is not set.")
    given = request.headers.get("Authorization", "")
    if not compare_digest(given.encode(errors="replace"), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(
            "The token is missing or wrong.\n",
            content_type="text/plain; charset=utf-8",
            status=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
    from forum.instruments.metrics import exposed  # noqa: PLC0415 - it counts from its import on

    return HttpResponse(exposed(), content_type="text/plain; version=0.0.4; charset=utf-8")
