from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from forum.comments.models import Comment
from forum.kit.converters import id_in
from forum.kit.http import answer_refusal, by_htmx, writers_only
from forum.kit.paging import page_of
from forum.kit.refusal import Refusal
from forum.moderation import services
from forum.moderation.forms import ReportForm
from forum.moderation.models import DecisionKind, DecisionQuerySet, ReportKind
from forum.moderation.permissions import refusal_to_report
from forum.moderation.queries import Entry, public_log
from forum.posts.models import Post

ROWS = 30  # decisions a page of the log


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def report_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """The form by which a reader reports a post: a page, or with htmx a part of one."""
    return _report(request, get_object_or_404(_readable(request).select_related("author"), pk=post_id))


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def report_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The form by which a reader reports a comment: a page, or with htmx a part of one."""
    comments = Comment.objects.select_related("post", "body__author").filter(post__in=_readable(request))
    return _report(request, get_object_or_404(comments, pk=comment_id))


def _readable(request: HttpRequest) -> QuerySet[Post]:
    """Drafts are nobody's to report: to moderators they are as absent as to strangers."""
    return Post.objects.visible_to(request.user)


def _report(request: HttpRequest, target: Post | Comment) -> HttpResponse:
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker; writers_only has seen to it
    part = by_htmx(request)
    template = "moderation/_report_form.html" if part else "moderation/report.html"
    context: dict[str, Any] = {"target": target, "is_comment": isinstance(target, Comment), "form": ReportForm()}
    if request.method != "POST":
        if refusal := refusal_to_report(request.user, target, now=timezone.now()):
            raise refusal
        return render(request, template, context)
    form = context["form"] = ReportForm(request.POST)
    if not form.is_valid():
        return render(request, template, context, status=422)
    words, kind = form.cleaned_data["words"], ReportKind(form.cleaned_data["kind"])
    try:
        services.report(reader=request.user, target=target, kind=kind, words=words)
    except Refusal as refusal:
        return answer_refusal(request, template, context, refusal)
    if part:
        return render(request, "moderation/_reported.html", context)
    messages.success(request, "Thank you. The moderators have your report before them.")
    return redirect(target)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Every decision of the moderators, newest first; ``?kind=``, ``?post=``, ``?comment=``, ``?person=`` narrow it."""
    chosen = {name: request.GET[name] for name in ("kind", "post", "comment", "person") if request.GET.get(name)}
    key = request.GET.get("page", "")
    page = page_of(_narrowed(public_log(), chosen), by={"decided_at": datetime, "pk": int}, size=ROWS, key=key)
    context = {
        "page": page,
        "entries": [Entry(decision) for decision in page.items],
        "chosen": chosen,
        "kinds": _kinds(chosen),
        "further": bool(key),
    }
    return render(request, "moderation/log.html", context)


def _narrowed(decisions: DecisionQuerySet, chosen: dict[str, str]) -> DecisionQuerySet:
    if "kind" in chosen:
        if chosen["kind"] not in DecisionKind:
            raise Http404("There is no such kind of decision.")
        decisions = decisions.filter(kind=chosen["kind"])
    if "post" in chosen:
        decisions = decisions.filter(post=_number(chosen["post"]))
    if "comment" in chosen:
        comment = get_object_or_404(Comment.objects.select_related("body"), pk=_number(chosen["comment"]))
        decisions = decisions.about_comment(comment)
    if "person" in chosen:
        decisions = decisions.filter(person=_number(chosen["person"]))
    return decisions


def _number(text: str) -> int:
    if (number := id_in(text)) is None:
        raise Http404("An id is a number.")
    return number


def _kinds(chosen: dict[str, str]) -> list[tuple[str, str, bool]]:
    """Address, words and whether chosen, of each kind of decision the log can be narrowed to."""
    others = {name: value for name, value in chosen.items() if name != "kind"}
    kinds = [("", "All"), *DecisionKind.choices]
    return [
        (f"?{urlencode({**others, 'kind': kind} if kind else others)}", words, kind == chosen.get("kind", ""))
        for kind, words in kinds
    ]
