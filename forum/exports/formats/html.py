"""One self-contained page: no script, no request to anywhere, readable offline and on paper."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from django.conf import settings

from forum.exports.document import (
    CommentDocument,
    PersonDocument,
    PostDocument,
    ThreadDocument,
    depths,
    name_of,
    timestamp,
    tombstone_text,
)

PAGE = files("forum.exports.formats") / "page.css"
FORMULAS = settings.BASE_DIR / "static" / "css" / "math.css"
STYLE = PAGE.read_text(encoding="utf-8") + FORMULAS.read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# The file is not served by us: its policy travels in it. Pictures of other sites would tell them who reads.
POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'"


def write(thread: ThreadDocument) -> Iterator[str]:
    """The rendered texts as they are stored, in nested lists."""
    people = {person.key: person for person in thread.people}
    post = thread.post
    title = escape(post.title) or "Untitled"
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )
    yield f'<article class="post" id="post">\n<header>\n<h1>{title}</h1>\n{_byline(post, people)}</header>\n'
    yield _text(post)
    if post.tags:
        yield f'<ul class="tags ui">{"".join(f"<li>{escape(tag)}</li>" for tag in post.tags)}</ul>\n'
    yield f'</article>\n<section aria-labelledby="comments">\n<h2 class="ui" id="comments">{_heading(thread)}</h2>\n'
    yield from _comments(thread, people)
    source = f" from {_link(thread.source_url, thread.source_url)}" if thread.source_url else ""
    yield (
        f'</section>\n</main>\n<footer class="ui"><p>Taken away{source} on '
        f"{_time(timestamp(thread.exported_at))}.</p></footer>\n</body>\n</html>\n"
    )


def _comments(thread: ThreadDocument, people: dict[str, PersonDocument]) -> Iterator[str]:
    numbers = {comment.uid: number for number, comment in enumerate(thread.comments, start=1)}
    names = {comment.uid: escape(name_of(comment, people)) for comment in thread.comments}
    open_lists = 0
    for comment, depth in zip(thread.comments, depths(thread.comments), strict=True):
        if depth == open_lists:
            yield f'<ol class="{"replies" if depth else "thread"}">\n'
            open_lists += 1
        else:
            yield "</li>\n</ol>\n" * (open_lists - 1 - depth) + "</li>\n"
            open_lists = depth + 1
        if comment.parent is None:
            answered = '<a href="#post">in reply to the post</a>'
        elif comment.parent in numbers:
            answered = f'<a href="#comment-{numbers[comment.parent]}">in reply to {names[comment.parent]}</a>'
        else:
            answered = "<span>in reply to a comment outside this branch</span>"
        yield (
            f'<li>\n<article class="comment" id="comment-{numbers[comment.uid]}">\n'
            f"<header>{_byline(comment, people, answered)}</header>\n{_text(comment)}</article>\n"
        )
    yield "</li>\n</ol>\n" * open_lists


def _byline(text: PostDocument | CommentDocument, people: dict[str, PersonDocument], answered: str = "") -> str:
    parts = []
    if text.state == "visible":
        author = people.get(text.author or "")
        parts.append(f'<span class="author">{_link(author.url if author else "", name_of(text, people))}</span>')
    parts.append(_time(timestamp(text.published_at)))
    if text.edited_at:
        parts.append(f"<span>edited {_time(timestamp(text.edited_at))}</span>")
    if answered:
        parts.append(answered)
    if _is_link(text.url):
        parts.append(_link(text.url, "permalink"))
    return f'<p class="byline ui">{" ".join(parts)}</p>\n'


def _text(text: PostDocument | CommentDocument) -> str:
    if text.state != "visible":
        return f'<p class="tomb">{escape(tombstone_text(text.state, text.state_reason))}</p>\n'
    return f'<div class="text">{text.html}</div>\n'


def _heading(thread: ThreadDocument) -> str:
    count = len(thread.comments)
    counted = f"{count} comment" if count == 1 else f"{count} comments"
    return counted if thread.branch is None else f"One branch: {counted}"


def _time(moment: str) -> str:
    return f'<time datetime="{moment}">{moment[:10]} {moment[11:16]} UTC</time>'


def _is_link(url: str) -> bool:
    """Only what leads to a web page; a document read from a file may name anything."""
    return url.startswith(("http://", "https://"))


def _link(url: str, shown: str) -> str:
    return f'<a href="{escape(url)}">{escape(shown)}</a>' if _is_link(url) else escape(shown)
