"""What a person sees when something may not be, is not there, or went wrong."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forum.instruments.record import note_refusal
from forum.kit.refusal import Refusal

# Fields of forms in which somebody may have typed at length.
TYPED = ("source", "title", "bio", "reason", "note", "words")


class RefusalMiddleware:
    """Answers a Refusal that no view answered with its sentence and status.

    Views whose form holds typed text answer themselves, with the form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        note_refusal(exception.code)
        response = render(
            request, "refusal.html", {"refusal": exception, "typed": typed_text(request)}, status=exception.status
        )
        if exception.retry_after is not None:
            response["Retry-After"] = str(exception.retry_after)
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was not accepted: mostly somebody who logged in or out in another tab."""
    return render(request, "403_csrf.html", {"typed": typed_text(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own asks for the form's token first: it reads once more what could not be read, and fails again."""
    return render(request, "400.html", status=400)


def typed_text(request: HttpRequest) -> list[str]:
    """What somebody typed at length into the form that was refused, to be given back."""
    return [text for name in TYPED if (text := request.POST.get(name, "").strip())] if request.method == "POST" else []
