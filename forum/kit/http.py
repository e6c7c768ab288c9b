"""Small things that views of every room need."""

import functools
import secrets
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Concatenate

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from forum.instruments.record import note_refusal
from forum.kit.refusal import Refusal

PLACE = secrets.token_hex(16)  # nobody can type it


def writers_only[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Send who is not logged in to log in first; a form they posted is refused with its text given back.

    A redirect would lose what somebody typed for an hour while the session ended.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            raise Refusal("anonymous", "You are not logged in. Log in, then send your text again.", status=403)
        login = redirect_to_login(request.get_full_path())
        if by_htmx(request):  # a redirect would put the page for logging in where a reply should stand
            return HttpResponse(headers={"HX-Redirect": login.url})
        return login

    return guarded


def count_rendering(request: HttpRequest) -> None:
    """Refuse who has had too many texts rendered for now, in previews or in saves that may come to nothing.

    Rendering is what a form costs, and the other rates count only what was published.
    """
    key = f"renderings/{request.user.pk}/{int(time.time()) // 60}"
    cache.add(key, 0, timeout=120)
    try:
        count = cache.incr(key)
    except ValueError:  # forgotten between both: the cache is full, or another one stands in for it
        count = 1
    if count > settings.PREVIEWS_PER_MINUTE:
        raise Refusal(
            "too-many", "Those were many previews. It will work again in a minute.", status=429, retry_after=60
        )


def answer_refusal(request: HttpRequest, template: str, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    """The page of a form that was refused: it holds what was typed, and says why."""
    note_refusal(refusal.code)
    response = render(request, template, {**context, "refusal": refusal}, status=refusal.status)
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def render_around(
    request: HttpRequest, template: str, context: dict[str, Any], *, pieces: Iterable[str]
) -> HttpResponse:
    """A page with ``pieces``, which are safe and many, where its template says ``{{ pieces }}``.

    They are encoded and joined once. The template would copy a page of 12 MB at every level of its blocks.
    """
    page = render_to_string(template, {**context, "pieces": PLACE}, request)
    head, _, tail = page.partition(PLACE)
    joined = BytesIO()  # which gives what was written without another copy
    joined.write(head.encode())
    for piece in pieces:
        joined.write(piece.encode())
    joined.write(tail.encode())
    return HttpResponse(joined.getvalue())


def by_htmx(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for, to be put in place by htmx."""
    return bool(getattr(request, "htmx", None))


def chosen_pair(request: HttpRequest, numbers: list[int]) -> tuple[int, int]:
    """Which two numbered things ``?from=…&to=…`` asks to compare; without, the last two. 404 for one there is not."""
    newest = max(numbers, default=0)
    try:
        new_one = int(request.GET.get("to", newest))
        old = int(request.GET.get("from", max(new_one - 1, 1)))
    except ValueError:
        raise Http404("From and to are numbers.") from None
    if {old, new_one} - set(numbers):
        raise Http404("There is no such number.")
    return old, new_one
