"""Markdown for reading, keeping and writing on. Nested by block quotes; every source stands in it unaltered."""

import json
import re
from collections.abc import Iterator

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

# A line that opens or closes a fence, also one inside a quote, since quotes cannot end a fence of the text around them.
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


def write(thread: ThreadDocument) -> Iterator[str]:
    """Front matter, the post, then the comments; a comment at depth n stands in n quotes and its source in one more.

    Between two comments, and between a comment and its replies, the inner quotes end, so that an open fence in one
    source cannot swallow what follows.
    """
    people = {person.key: person for person in thread.people}
    post = thread.post
    yield from _front_matter(thread, people)
    yield f"\n# {_escape(post.title) or 'Untitled'}\n\n"
    yield f"{_byline(post, people)}\n\n"
    if post.state != "visible":
        yield f"*{_escape(tombstone_text(post.state, post.state_reason))}*\n"
    elif post.source_format == "markdown" and _stands_alone(post.source):
        yield post.source if post.source.endswith("\n") else f"{post.source}\n"
    else:
        yield from _quoted(_shown(post.source, post.source_format), depth=1 if post.source_format == "markdown" else 0)
    yield f"\n---\n\n## {_heading(thread)}\n"

    names = {comment.uid: _escape(name_of(comment, people)) for comment in thread.comments}
    for comment, depth in zip(thread.comments, depths(thread.comments), strict=True):
        yield from _comment(comment, depth=depth, people=people, names=names)


def _comment(
    comment: CommentDocument, *, depth: int, people: dict[str, PersonDocument], names: dict[str, str]
) -> Iterator[str]:
    quote = "> " * depth
    if comment.parent is None:
        answered = "in reply to the post"
    elif comment.parent in names:
        answered = f"in reply to {names[comment.parent]}"
    else:
        answered = "in reply to a comment outside this branch"
    link = f" · <{comment.url}>" if comment.url else ""
    # The empty line stands outside the quote that holds the parent's source, and so ends it.
    yield f"{_margin(depth - 1)}\n{quote}{_byline(comment, people)} · {answered}{link}\n{_margin(depth)}\n"
    if comment.state == "visible":
        yield from _quoted(_shown(comment.source, comment.source_format), depth=depth + 1)
    else:
        yield f"{quote}> *{_escape(tombstone_text(comment.state, comment.state_reason))}*\n"


def _front_matter(thread: ThreadDocument, people: dict[str, PersonDocument]) -> Iterator[str]:
    """Values in JSON, which YAML reads too."""
    post = thread.post
    author = people.get(post.author or "")
    fields: dict[str, object] = {
        "title": post.title,
        "author": author.name if author else None,
        "published_at": timestamp(post.published_at),
        "edited_at": post.edited_at and timestamp(post.edited_at),
        "revision": post.revision,
        "tags": list(post.tags),
        "url": post.url,
        "uid": post.uid,
        "branch": thread.branch,
        "comments": len(thread.comments),
        "source_url": thread.source_url,
        "exported_at": timestamp(thread.exported_at),
    }
    yield "---\n"
    for name, value in fields.items():
        if value not in (None, "", []):
            text = json.dumps(value, ensure_ascii=False)
            # JSON allows these in a string as they are, YAML does not.
            yield f"{name}: {re.sub('[\x7f-\x9f\u2028\u2029\ufeff]', lambda odd: f'\\u{ord(odd[0]):04x}', text)}\n"
    yield "---\n"


def _heading(thread: ThreadDocument) -> str:
    count = len(thread.comments)
    counted = f"{count} comment" if count == 1 else f"{count} comments"
    return counted if thread.branch is None else f"One branch: {counted}"


def _byline(text: PostDocument | CommentDocument, people: dict[str, PersonDocument]) -> str:
    said = timestamp(text.published_at)
    if text.state == "visible":
        said = f"**{_escape(name_of(text, people))}** · {said}"
    return f"{said} · edited {timestamp(text.edited_at)}" if text.edited_at else said


def _escape(text: str) -> str:
    """``text`` as one line of Markdown that shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$&!])", r"\\\1", " ".join(text.split()))


def _shown(source: str, source_format: str) -> str:
    """Markdown as it is; plain text in a fence that it cannot close itself."""
    if source_format == "markdown":
        return source
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{source if source.endswith('\n') or not source else source + '\n'}{fence}"


def _quoted(text: str, *, depth: int) -> Iterator[str]:
    quote = "> " * depth
    for line in text.removesuffix("\n").split("\n"):
        yield f"{quote}{line}\n" if line else f"{_margin(depth)}\n"


def _margin(depth: int) -> str:
    return " ".join(">" * depth)


def _stands_alone(source: str) -> bool:
    """Whether nothing that ``source`` opens (a fence, raw HTML) goes on into what stands below it."""
    fence = ""
    for line in source.split("\n"):
        if found := FENCE.fullmatch(line):
            run, rest = found.groups()
            if not fence:
                fence = run if run[0] == "~" or "`" not in rest else ""
            elif run[0] == fence[0] and len(run) >= len(fence) and not rest.strip():
                fence = ""
    return not fence and not re.search(r"^ {0,3}<", source, re.MULTILINE)
