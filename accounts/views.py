from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.permissions import refusal_to_write
from accounts.references import known_for
from forum import markup
from forum.kit.http import answer_refusal, count_rendering, writers_only
from forum.kit.refusal import Refusal

PAGE = "accounts/profile.html"


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def profile(request: HttpRequest) -> HttpResponse:
    """What one says of oneself. ``action=preview`` shows the biography and saves nothing."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 - for the type checker; writers_only stands before
    if request.method != "POST":
        refusal = refusal_to_write(person, now=timezone.now())
        return render(request, PAGE, {"form": ProfileForm.of(person), "refusal": refusal})
    form = ProfileForm(request.POST)
    valid = form.is_valid()
    try:
        count_rendering(request)
    except Refusal as refused:
        return answer_refusal(request, PAGE, {"form": form}, refused)
    if request.POST.get("action") == "preview":
        return render(request, PAGE, {"form": form} | _preview(form), status=200 if valid else 422)
    if not valid:
        return render(request, PAGE, {"form": form}, status=422)
    try:
        services.edit_profile(person=person, **form.cleaned_data)
    except Refusal as refused:
        return answer_refusal(request, PAGE, {"form": form}, refused)
    messages.success(request, "Your profile is saved.")
    return redirect("accounts:profile")


def _preview(form: ProfileForm) -> dict[str, Any]:
    if "bio" not in form.cleaned_data:
        return {"refused": form.errors["bio"][0]}
    bio = form.cleaned_data["bio"]
    return {"preview": markup.preview(bio, known=known_for(bio))}
