"""The least that a thread's page takes on Django: a WSGI application to compare the site with, see reading.py.

One flat query, one sort, one walk, joined strings; nothing around the comments, nothing of who reads, no state of
theirs. What the site's own page takes more is the price of all it does.
"""

import os
from collections import defaultdict
from collections.abc import Callable
from html import escape
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
get_wsgi_application()  # sets Django up

from django.db import close_old_connections  # noqa: E402

from forum.comments.models import Comment  # noqa: E402 - these need Django's settings
from forum.kit.moments import Written  # noqa: E402

FIELDS = ("pk", "parent_id", Written("body__published_at"), "body__author__username", "body__html")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The comments of the post whose id the path begins with."""
    page = drawn(int(environ["PATH_INFO"].split("/")[1])).encode()
    close_old_connections()
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))])
    return [page]


def drawn(post: int) -> str:
    answers = defaultdict(list)
    rows = Comment.objects.filter(post=post).order_by().values_list(*FIELDS)
    for row in sorted(rows, key=lambda row: (row[2], row[0]), reverse=True):
        answers[row[1]].append(row)
    page, pending, depth = ["<!doctype html><ol>"], [(row, 0) for row in answers[None]], 0
    while pending:
        (pk, _, at, author, html), level = pending.pop()
        page.append("<ol>" if level > depth else "</ol>" * (depth - level))
        page.append(
            f'<li id="c{pk}"><article><header><a href="/u/{author}/">{escape(author)}</a> '
            f'<a href="#c{pk}"><time>{at[:16]}</time></a></header><div class="text">{html}</div>'
            f'<div class="acts"><a href="/posts/{post}/reply?parent={pk}">Reply</a></div></article>'
        )
        depth = level
        pending += [(row, level + 1) for row in answers[pk]]
    return "".join(page)
