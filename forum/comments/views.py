import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import writer_of
from forum import markup
from forum.comments import listing, services, thread
from forum.comments.forms import CommentEditForm, CommentForm
from forum.comments.models import Comment
from forum.comments.permissions import refusal_to_edit, refusal_to_read_history, refusal_to_reply
from forum.comments.references import LEDGER
from forum.kit.converters import id_in
from forum.kit.difference import differences
from forum.kit.http import answer_refusal, by_htmx, chosen_pair, count_rendering, writers_only
from forum.kit.refusal import Refusal
from forum.posts.models import Post
from forum.posts.revisions import as_it_reads
from forum.posts.services import EditedMeanwhile


def _visible(request: HttpRequest, comment_id: int) -> Comment:
    """A comment with its body and post, when ``request.user`` may open the post's page; 404 otherwise."""
    comments = Comment.objects.select_related("post", "body__author").filter(
        post__in=Post.objects.visible_to(request.user)
    )
    return get_object_or_404(comments, pk=comment_id)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def reply(request: HttpRequest, post_id: int) -> HttpResponse:
    """The form of a reply to the post or to ``parent``, one of its comments: a page, or with htmx a part of one."""
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("author"), pk=post_id)
    template = "comments/_reply_form.html" if by_htmx(request) else "comments/reply.html"
    if request.method != "POST":
        parent = _parent_to_show(request.GET.get("parent", ""))
        if refusal := refusal_to_reply(request.user, post, parent, now=timezone.now()):
            raise refusal
        initial = {"form": uuid.uuid4(), "parent": parent.pk if parent else None}
        return render(request, template, {"post": post, "parent": parent, "form": CommentForm(initial=initial)})

    form = CommentForm(request.POST)
    context: dict[str, Any] = {"post": post, "form": form}
    if not form.is_valid():
        context["parent"] = _parent_in(post, request.POST.get("parent", ""))
        return render(request, template, context, status=422)
    context["parent"] = _parent_in(post, str(form.cleaned_data["parent"] or ""))
    try:
        count_rendering(request)
        if request.POST.get("action") == "preview":
            source = form.cleaned_data["source"]
            context["preview"] = markup.preview(source, known=LEDGER.known_for(source))
            return render(request, template, context)
        comment = services.reply(
            author=writer_of(request),
            post=post,
            source=form.cleaned_data["source"],
            parent_id=form.cleaned_data["parent"],
            form=form.cleaned_data["form"],
        )
    except Refusal as refusal:
        return answer_refusal(request, template, context, refusal)
    if not by_htmx(request):
        return redirect(comment)
    post.refresh_from_db(fields=["comment_count", "locked_at", "hidden_at"])
    rows = thread.arrange(thread.nodes_of(Comment.objects.filter(pk=comment.pk)))
    answer = listing.as_html(rows, post=post, viewer=request.user)
    return render(request, "comments/_new.html", {"post": post, "comment": comment, "answer": answer})


def _parent_or_none(number: str) -> Comment | None:
    pk = id_in(number)
    return Comment.objects.select_related("body__author").filter(pk=pk).first() if pk else None


def _parent_in(post: Post, number: str) -> Comment | None:
    """What the form that comes back says it answers: a comment of ``post``; nonsense and others show nothing."""
    parent = _parent_or_none(number)
    return parent if parent and parent.post_id == post.pk else None


def _parent_to_show(number: str) -> Comment | None:
    parent = _parent_or_none(number)
    if number and parent is None:
        raise Http404("The comment you answer does not exist.")
    return parent


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = _visible(request, comment_id)
    if request.method != "POST":
        if refusal := refusal_to_edit(request.user, comment, now=timezone.now()):
            raise refusal
        form = CommentEditForm(initial={"source": comment.body.source, "revision": comment.body.revision})
        return render(request, "comments/edit.html", {"form": form, "comment": comment})
    form = CommentEditForm(request.POST)
    context: dict[str, Any] = {"form": form, "comment": comment}
    if not form.is_valid():
        return render(request, "comments/edit.html", context, status=422)
    try:
        count_rendering(request)
        if request.POST.get("action") == "preview":
            source, source_format = form.cleaned_data["source"], comment.body.source_format
            known = LEDGER.known_for(source, source_format=source_format, text_id=comment.pk)
            context["preview"] = markup.preview(source, source_format=source_format, known=known)
            return render(request, "comments/edit.html", context)
        comment = services.edit(
            editor=writer_of(request),
            comment=comment,
            source=form.cleaned_data["source"],
            revision=form.cleaned_data["revision"],
            note=form.cleaned_data["note"],
        )
    except EditedMeanwhile as refusal:
        return _conflict(request, comment_id, context, refusal)
    except Refusal as refusal:
        return answer_refusal(request, "comments/edit.html", context, refusal)
    return redirect(comment)


def _conflict(request: HttpRequest, comment_id: int, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    """Both texts: the saved one to read, the typed one in the form, which now starts from the saved one."""
    saved = _visible(request, comment_id)
    data = request.POST.copy()
    data["revision"] = str(saved.body.revision)
    typed = CommentEditForm(data)
    typed.is_valid()
    difference = differences(saved.body.source, typed.cleaned_data.get("source", ""))
    context |= {"form": typed, "comment": saved, "saved": saved.body, "difference": difference}
    return answer_refusal(request, "comments/edit.html", context, refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def retract(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Withdraw one's own comment, after a question."""
    comment = _visible(request, comment_id)
    if refusal := refusal_to_edit(request.user, comment, now=timezone.now()):
        raise refusal
    if request.method != "POST":
        return render(request, "comments/retract.html", {"comment": comment})
    services.retract(author=writer_of(request), comment=comment)
    messages.success(request, "Your comment is retracted. The replies to it stay.")
    return redirect(comment)


@require_safe
def history(request: HttpRequest, comment_id: int) -> HttpResponse:
    """All revisions, and what changed between two of them: ``?from=1&to=3``; without, the last change. One revision
    beside itself, ``?from=2&to=2``, is shown as it reads."""
    comment = _visible(request, comment_id)
    if refusal := refusal_to_read_history(request.user, comment):
        raise Http404(refusal.message)
    # Of all sources only the two compared are read: a long history of long texts would not fit in memory.
    listed = comment.revisions.select_related("saved_by").defer("source").order_by("-number")
    revisions = {row.number: row for row in listed}
    old, new = chosen_pair(request, list(revisions))
    context = {
        "comment": comment,
        "revisions": revisions.values(),
        "old": revisions[old],
        "new": revisions[new],
        "difference": differences(revisions[old].source, revisions[new].source),
    }
    if old == new:
        source, source_format = revisions[old].source, comment.body.source_format
        known = LEDGER.known_for(source, source_format=source_format, text_id=comment.pk)
        context["reading"] = as_it_reads(request, source, source_format=source_format, known=known)
    return render(request, "comments/history.html", context)
