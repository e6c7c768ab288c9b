"""The quiet pages: front, person, tags."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from forum.pages import queries
from forum.pages.queries import Sort
from forum.posts.models import Tag


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    slug = request.GET.get("tag", "")
    tag = _tag(slug) if slug else None
    sort = _sort(request)
    page = queries.posts(sort=sort, tag=tag, key=request.GET.get("page", ""))
    return render(request, "pages/front.html", {"page": page, "sort": sort, "sorts": list(Sort), "tag": tag})


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    found = _tag(slug)
    sort = _sort(request)
    page = queries.posts(sort=sort, tag=found, key=request.GET.get("page", ""))
    return render(request, "pages/tag.html", {"page": page, "sort": sort, "sorts": list(Sort), "tag": found})


@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/tags.html", {"page": queries.tags(key=request.GET.get("page", ""))})


@require_safe
def person(request: HttpRequest, username: str) -> HttpResponse:
    """Somebody's page. ``?posts=`` and ``?page=`` ask for more of the one list and leave the other out."""
    found = get_object_or_404(User.objects.named(_without_nul(username)))
    if username != found.username:
        question = request.META.get("QUERY_STRING", "")
        address = found.get_absolute_url()
        return redirect(f"{address}?{question}" if question else address, permanent=True)
    posts_key, comments_key = request.GET.get("posts", ""), request.GET.get("page", "")
    context = {
        "person": found,
        "posts": None if comments_key else queries.posts(author=found, key=posts_key),
        "discussions": None if posts_key else queries.discussions_of(found, key=comments_key),
        "further": bool(posts_key or comments_key),
    }
    return render(request, "pages/person.html", context)


def _sort(request: HttpRequest) -> Sort:
    try:
        return Sort(request.GET.get("sort", Sort.NEW))
    except ValueError:
        raise Http404("There is no such order.") from None


def _tag(slug: str) -> Tag:
    return get_object_or_404(Tag, slug=_without_nul(slug))


def _without_nul(text: str) -> str:
    if "\0" in text:  # PostgreSQL does not even look for it
        raise Http404("There is nothing of that name.")
    return text
