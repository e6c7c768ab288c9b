from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import refusal_to_write, writer_of
from forum import markup
from forum.kit.difference import differences
from forum.kit.http import answer_refusal, chosen_pair, count_rendering, writers_only
from forum.kit.refusal import Refusal
from forum.posts import services
from forum.posts.forms import DraftForm, PostForm, edit_form
from forum.posts.models import Post
from forum.posts.permissions import refusal_to_edit, refusal_to_read_history
from forum.posts.references import LEDGER
from forum.posts.revisions import as_it_reads
from forum.posts.services import EditedMeanwhile


def _visible(request: HttpRequest, post_id: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(request.user).select_related("author"), pk=post_id)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if refusal := refusal_to_write(writer_of(request), now=timezone.now()):
            raise refusal  # before anything is typed
        return render(request, "posts/new.html", {"form": PostForm.blank()})
    form = PostForm(request.POST)
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "posts/new.html", context, status=422)
    act = services.save_draft if request.POST.get("action") == "draft" else services.publish
    try:
        count_rendering(request)
        if request.POST.get("action") == "preview":
            source = form.cleaned_data["source"]
            context["preview"] = markup.preview(source, known=LEDGER.known_for(source))
            return render(request, "posts/new.html", context)
        post = act(
            author=writer_of(request),
            title=form.cleaned_data["title"],
            source=form.cleaned_data["source"],
            tags=form.cleaned_data["tags"],
            form=form.cleaned_data["form"],
        )
    except Refusal as refusal:
        return answer_refusal(request, "posts/new.html", context, refusal)
    return _after_saving(request, post)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def edit(request: HttpRequest, post_id: int) -> HttpResponse:
    post = _visible(request, post_id)
    if request.method != "POST":
        if refusal := refusal_to_edit(request.user, post, now=timezone.now()):
            raise refusal
        return render(request, "posts/edit.html", {"form": edit_form(post).of(post), "post": post})
    form = edit_form(post)(request.POST)
    context: dict[str, Any] = {"form": form, "post": post}
    if not form.is_valid():
        return render(request, "posts/edit.html", context, status=422)
    try:
        count_rendering(request)
        if request.POST.get("action") == "preview":
            source = form.cleaned_data["source"]
            known = LEDGER.known_for(source, source_format=post.source_format, text_id=post.pk)
            context["preview"] = markup.preview(source, source_format=post.source_format, known=known)
            return render(request, "posts/edit.html", context)
        post = _save(writer_of(request), post, form, publish=request.POST.get("action") == "publish")
    except EditedMeanwhile as refusal:
        return _conflict(request, post_id, context, refusal)
    except Refusal as refusal:
        return answer_refusal(request, "posts/edit.html", context, refusal)
    return _after_saving(request, post)


def _save(editor: User, post: Post, form: DraftForm, *, publish: bool) -> Post:
    post = services.edit(
        editor=editor,
        post=post,
        title=form.cleaned_data["title"],
        source=form.cleaned_data["source"],
        tags=form.cleaned_data["tags"],
        saves=form.cleaned_data["saves"],
        note=form.cleaned_data.get("note", ""),
    )
    if publish and post.published_at is None:
        # Saved it is, even if it may not be published: the form goes on from here.
        form.data = dict(form.data.items()) | {"saves": str(post.saves)}
        return services.publish_draft(author=editor, post=post, saves=post.saves)
    return post


def _after_saving(request: HttpRequest, post: Post) -> HttpResponse:
    if post.published_at is None:
        messages.success(request, "The draft is saved. Only you can see it.")
        return redirect("posts:edit", post.pk)
    return redirect(post)


def _conflict(request: HttpRequest, post_id: int, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    """Both texts: the saved one to read, the typed one in the form, which now starts from the saved one."""
    saved = _visible(request, post_id)
    data = request.POST.copy()
    data["saves"] = str(saved.saves)
    typed = edit_form(saved)(data)
    typed.is_valid()
    difference = differences(saved.source, typed.cleaned_data.get("source", ""))
    context |= {"form": typed, "post": saved, "saved": saved, "difference": difference}
    return answer_refusal(request, "posts/edit.html", context, refusal)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def retract(request: HttpRequest, post_id: int) -> HttpResponse:
    """Withdraw a published post, or throw a draft away, after a question."""
    post = _visible(request, post_id)
    if refusal := refusal_to_edit(request.user, post, now=timezone.now()):
        raise refusal
    if request.method != "POST":
        return render(request, "posts/retract.html", {"post": post})
    if post.published_at is None:
        services.discard_draft(author=writer_of(request), post=post)
        messages.success(request, "The draft is discarded.")
        return redirect("posts:drafts")
    services.retract(author=writer_of(request), post=post)
    messages.success(request, "Your post is retracted. Its discussion stays.")
    return redirect(post)


@require_safe
def history(request: HttpRequest, post_id: int) -> HttpResponse:
    """All revisions, and what changed between two of them: ``?from=1&to=3``; without, the last change. One revision
    beside itself, ``?from=2&to=2``, is shown as it reads."""
    post = _visible(request, post_id)
    if refusal := refusal_to_read_history(request.user, post):
        raise Http404(refusal.message)
    # Of all sources only the two compared are read: a long history of long texts would not fit in memory.
    listed = post.revisions.select_related("saved_by").defer("source").order_by("-number")
    revisions = {row.number: row for row in listed}  # none of a draft, and of what came as a tombstone
    old, new_one = chosen_pair(request, list(revisions))
    context = {
        "post": post,
        "revisions": revisions.values(),
        "old": revisions[old],
        "new": revisions[new_one],
        "difference": differences(revisions[old].source, revisions[new_one].source),
    }
    if old == new_one:
        source, source_format = revisions[old].source, post.source_format
        known = LEDGER.known_for(source, source_format=source_format, text_id=post.pk)
        context["reading"] = as_it_reads(request, source, source_format=source_format, known=known)
    return render(request, "posts/history.html", context)


@require_POST
@writers_only
def preview(request: HttpRequest) -> HttpResponse:
    """What the text of a form would look like, as a fragment; rendered by the function that saving uses."""
    count_rendering(request)
    try:
        source = markup.normalise(request.POST.get("source", ""), limit=markup.POST_LIMIT)
    except markup.TextRefused as refused:
        return render(request, "posts/_preview.html", {"refused": refused.message}, status=422)
    source_format = "plain" if request.POST.get("source_format") == "plain" else "markdown"
    known = LEDGER.known_for(source, source_format=source_format)
    preview = markup.preview(source, source_format=source_format, known=known)
    return render(request, "posts/_preview.html", {"preview": preview})


@require_safe
@writers_only
def drafts(request: HttpRequest) -> HttpResponse:
    found = Post.objects.drafts_of(writer_of(request)).defer("source", "html")  # up to 200,000 characters each
    return render(request, "posts/drafts.html", {"drafts": found[:200]})
